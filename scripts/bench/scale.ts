/** How much is measured: in full, or just enough to see that it works. */

/** Seconds. */
export const DAY = 86_400;

/** How much each program gets: requests of one measurement, or measurements. */
export interface Volume {
  readonly ours: number;
  readonly reference: number;
}

export interface Scale {
  /** Measurements of each figure; medians are shown. */
  readonly rounds: Volume;
  /** The same on databases that are not empty, where one request may take the reference seconds. */
  readonly fullRounds: Volume;
  /** Stored certificates of the database that is not empty. */
  readonly certificates: number;
  /** Revoked certificates of the databases on which revoking is measured, in order. */
  readonly revoked: readonly number[];
  /** Requests for certificates and renewals, for each number of connections. */
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
  rounds: { ours: 3, reference: 3 },
  fullRounds: { ours: 2, reference: 1 },
  certificates: 50_000,
  revoked: [0, 10_000, 100_000],
  issued: { oneByOne: { ours: 150, reference: 60 }, together: { ours: 600, reference: 120 } },
  warmUp: { ours: 250, reference: 4 },
  reads: { ours: 40_000, reference: 1500 },
  largeReads: { ours: 200, reference: 60 },
  revocations: { ours: 10, reference: 6 },
  starts: { ours: 5, reference: 5 },
  maxSeconds: 2.5,
  costSeconds: 0.6,
};

export const QUICK: Scale = {
  rounds: { ours: 1, reference: 1 },
  fullRounds: { ours: 1, reference: 1 },
  certificates: 1000,
  revoked: [0, 1000],
  issued: { oneByOne: { ours: 30, reference: 20 }, together: { ours: 100, reference: 40 } },
  warmUp: { ours: 20, reference: 4 },
  reads: { ours: 2000, reference: 100 },
  largeReads: { ours: 50, reference: 20 },
  revocations: { ours: 3, reference: 2 },
  starts: { ours: 1, reference: 1 },
  maxSeconds: 1,
  costSeconds: 0.2,
};

/** Certificates of holders that the measurements need, and requests for new ones. */
export function materialNeeded(scale: Scale): { readonly holders: number; readonly requests: number } {
  const { issued, warmUp, revocations } = scale;
  return {
    holders: Math.max(revocations.ours, revocations.reference) + 1,
    requests: Math.max(
      warmUp.ours + issued.oneByOne.ours + issued.together.ours,
      warmUp.reference + issued.oneByOne.reference + issued.together.reference,
    ),
  };
}
