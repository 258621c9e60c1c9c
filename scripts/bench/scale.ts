/** How much is measured: in full, or just enough to see that it works. */
import type { ProgramName } from "./program_name.ts";

/** Seconds. */
export const DAY = 86_400;

/** How much each program gets: requests of one measurement, or measurements. */
export type Volume = Readonly<Record<ProgramName, number>>;

export interface Scale {
  /** Measurements of each figure; medians are shown. */
  readonly rounds: Volume;
  /** The same on databases that are not empty, where one request may take the reference seconds. */
  readonly fullRounds: Volume;
  /** Stored certificates of the databases that issuing and renewing are measured on, in order. */
  readonly stored: readonly number[];
  /** Revoked certificates of the databases on which revoking is measured, in order. */
  readonly revoked: readonly number[];
  /** Over how many connections certificates are issued and renewed. */
  readonly connections: readonly number[];
  /** Requests for certificates and renewals, over one connection and over several. */
  readonly issued: { readonly oneByOne: Volume; readonly together: Volume };
  /** Requests of that kind to each server before the first clock starts: a runtime compiles what it runs often. */
  readonly warmUp: Volume;
  readonly reads: Volume;
  /** Of a CRL with the largest number of entries. */
  readonly largeReads: Volume;
  readonly revocations: Volume;
  readonly starts: Volume;
  /** No measurement sends requests for longer, whatever its volume. */
  readonly maxSeconds: number;
  /** For each cryptographic operation that is measured by itself. */
  readonly costSeconds: number;
}

export const FULL: Scale = {
  rounds: alike(3),
  fullRounds: { ...alike(2), reference: 1 },
  stored: [0, 50_000],
  revoked: [0, 10_000, 100_000],
  connections: [1, 16],
  issued: { oneByOne: { ...alike(250), reference: 60 }, together: { ...alike(1200), reference: 120 } },
  warmUp: { ...alike(250), reference: 4 },
  reads: { ...alike(40_000), reference: 1500 },
  largeReads: { ...alike(200), reference: 60 },
  revocations: { ...alike(10), reference: 6 },
  starts: alike(5),
  maxSeconds: 2.5,
  costSeconds: 0.6,
};

export const QUICK: Scale = {
  rounds: alike(1),
  fullRounds: alike(1),
  stored: [0, 1000],
  revoked: [0, 1000],
  connections: [1, 16],
  issued: { oneByOne: { ...alike(30), reference: 20 }, together: { ...alike(100), reference: 40 } },
  warmUp: { ...alike(20), reference: 4 },
  reads: { ...alike(2000), reference: 100 },
  largeReads: { ...alike(50), reference: 20 },
  revocations: { ...alike(3), reference: 2 },
  starts: alike(1),
  maxSeconds: 1,
  costSeconds: 0.2,
};

/** What a command line may set; the rest stays. */
export type ScaleOptions = Partial<Pick<Scale, "stored" | "revoked" | "connections">>;

/** Scale of a run. */
export function scaleOf(quick: boolean, options: ScaleOptions): Scale {
  return { ...(quick ? QUICK : FULL), ...options };
}

/** With fewer requests, many connections would be idle for most of the time. */
const LEAST_EACH = 8;

/** Requests of one measurement over so many connections. */
export function issuedOver({ issued }: Scale, connections: number): Volume {
  if (connections === 1) return issued.oneByOne;
  const enough = (count: number) => Math.max(count, LEAST_EACH * connections);
  const { ours, reference, "step-ca": stepCa } = issued.together;
  return { "ours": enough(ours), "step-ca": enough(stepCa), "reference": enough(reference) };
}

/** Certificates of holders that the measurements need, and requests for new ones. */
export function materialNeeded(scale: Scale): { readonly holders: number; readonly requests: number } {
  const { warmUp, revocations, connections } = scale;
  const requests = (name: ProgramName) =>
    connections.reduce((sum, count) => sum + issuedOver(scale, count)[name], warmUp[name]);
  return {
    // Those are revoked twice over, and one before the clock starts.
    holders: 2 * Math.max(...Object.values(revocations)) + 1,
    requests: Math.max(requests("ours"), requests("step-ca"), requests("reference")),
  };
}

function alike(count: number): Volume {
  return { "ours": count, "step-ca": count, "reference": count };
}
