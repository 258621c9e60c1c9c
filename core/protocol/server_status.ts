/** How a server does, answer to `GET /status`: one screen of `caucase status`. */
import * as v from "valibot";
import { fromJsonText, optionalTimeToText, toJsonText, utcTime } from "./wire_values.ts";
import { timeToText } from "../utc_time.ts";

/**
 * Where a CA certificate is in its life: `next` is certified and not used yet, `signing` signs, `leaving` has a
 * successor and signs CRLs only, `expired` is kept a while.
 */
export const ISSUER_PHASES = ["next", "signing", "leaving", "expired"] as const;
export type IssuerPhase = typeof ISSUER_PHASES[number];

/** Times are Unix seconds. */
export interface IssuerStatus {
  /** Key identifier, lower-case hex. */
  readonly keyIdentifier: string;
  readonly phase: IssuerPhase;
  readonly notBefore: number;
  readonly notAfter: number;
  /** When a successor takes its place as the one that signs; null when one has. */
  readonly signsUntil: number | null;
}

export interface CrlStatus {
  /** Decimal. */
  readonly number: bigint;
  readonly entries: number;
  readonly thisUpdate: number;
  readonly nextUpdate: number;
}

export interface CaStatus {
  readonly name: string;
  readonly issuers: readonly IssuerStatus[];
  /** Null while there is none. */
  readonly crl: CrlStatus | null;
  readonly pending: {
    readonly count: number;
    /** When the oldest came; null where there is none, or the database does not say. */
    readonly oldest: number | null;
  };
  /** Certificates that are valid, not renewed and not revoked, by the days that they have left at most. */
  readonly expiring: readonly { readonly days: number; readonly count: number }[];
  /** Ended, not renewed and not revoked, since the register remembers. */
  readonly expiredUnrenewed: number;
}

/** What a job of the server's did. */
export interface JobStatus {
  readonly name: string;
  readonly lastSuccess: number | null;
  readonly lastFailure: number | null;
  /** What went wrong the last time; null when that is over. */
  readonly error: string | null;
}

export interface BackupStatus {
  /** Whether the server makes backups. */
  readonly enabled: boolean;
  /** From one to the next; null where it makes none. */
  readonly periodDays: number | null;
  /** When the newest one was made; null where there is none. */
  readonly last: number | null;
  /** Null where there is none, or it cannot be read. */
  readonly file: BackupFile | null;
}

/** The newest backup, as far as its beginning tells. */
export interface BackupFile {
  readonly name: string;
  /** In bytes. */
  readonly size: number;
  /** Key identifiers of the keys that open it, lower-case hex. */
  readonly recipients: readonly string[];
}

export interface ServerStatus {
  readonly version: string;
  readonly now: number;
  /** `sqlite` */
  readonly database: string;
  readonly cas: readonly CaStatus[];
  readonly backup: BackupStatus;
  /** Those whose last run failed come first. */
  readonly jobs: readonly JobStatus[];
}

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const bigCount = v.pipe(v.string(), v.regex(/^\d+$/), v.transform((digits) => BigInt(digits)));

const StatusShape = v.object({
  version: v.string(),
  now: utcTime,
  database: v.string(),
  cas: v.array(v.object({
    name: v.string(),
    issuers: v.array(v.object({
      keyIdentifier: v.string(),
      phase: v.picklist(ISSUER_PHASES),
      notBefore: utcTime,
      notAfter: utcTime,
      signsUntil: v.nullable(utcTime),
    })),
    crl: v.nullable(v.object({ number: bigCount, entries: count, thisUpdate: utcTime, nextUpdate: utcTime })),
    pending: v.object({ count, oldest: v.nullable(utcTime) }),
    expiring: v.array(v.object({ days: count, count })),
    expiredUnrenewed: count,
  })),
  backup: v.object({
    enabled: v.boolean(),
    periodDays: v.nullable(v.number()),
    last: v.nullable(utcTime),
    file: v.nullable(v.object({ name: v.string(), size: count, recipients: v.array(v.string()) })),
  }),
  jobs: v.array(v.object({
    name: v.string(),
    lastSuccess: v.nullable(utcTime),
    lastFailure: v.nullable(utcTime),
    error: v.nullable(v.string()),
  })),
});

export function writeServerStatus({ version, now, database, cas, backup, jobs }: ServerStatus): string {
  return toJsonText({
    version,
    now: timeToText(now),
    database,
    cas: cas.map(caJson),
    backup: { ...backup, last: optionalTimeToText(backup.last) },
    jobs: jobs.map(({ name, lastSuccess, lastFailure, error }) => ({
      name,
      lastSuccess: optionalTimeToText(lastSuccess),
      lastFailure: optionalTimeToText(lastFailure),
      error,
    })),
  });
}

/** @throws `malformed` */
export function readServerStatus(text: string): ServerStatus {
  return fromJsonText(StatusShape, text, "the server's status");
}

function caJson({ name, issuers, crl, pending, expiring, expiredUnrenewed }: CaStatus) {
  return {
    name,
    issuers: issuers.map(({ keyIdentifier, phase, notBefore, notAfter, signsUntil }) => ({
      keyIdentifier,
      phase,
      notBefore: timeToText(notBefore),
      notAfter: timeToText(notAfter),
      signsUntil: optionalTimeToText(signsUntil),
    })),
    crl: crl && { ...crl, thisUpdate: timeToText(crl.thisUpdate), nextUpdate: timeToText(crl.nextUpdate) },
    pending: { count: pending.count, oldest: optionalTimeToText(pending.oldest) },
    expiring,
    expiredUnrenewed,
  };
}
