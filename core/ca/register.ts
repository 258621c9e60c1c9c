/** The register as people ask it: which certificates there are, what became of them, how many end when. */
import type { Bytes } from "../bytes.ts";
import { CaucaseError } from "../errors.ts";
import type { HookState } from "../protocol/installation.ts";
import type { RevocationFacts } from "../protocol/register.ts";
import type { CertificateStatus, StatusFilter } from "../protocol/certificate_status.ts";
import type { RegisterQuery } from "../protocol/register_query.ts";
import type { Actor } from "./actor.ts";
import type { Origin } from "./events.ts";
import type { IssuedCertificate } from "./issuer.ts";
import { SECONDS_PER_DAY } from "./lifecycle.ts";

/** What the register knows of a certificate. */
export interface RegisteredCertificate {
  readonly serial: bigint;
  /** Key identifier of the CA that signed it, hex. */
  readonly issuer: string;
  /** Key identifier of its key, hex. */
  readonly keyId: string;
  readonly requestId: bigint;
  readonly profile: IssuedCertificate["profile"];
  readonly origin: Origin;
  /** Undefined where it was found: whoever issued it did not say. */
  readonly actor: Actor | undefined;
  readonly issuedAt: number;
  readonly notBefore: number;
  readonly notAfter: number;
  readonly der: Bytes;
}

/** What a holder told of a certificate last. */
export interface Installation extends HookState {
  /** When the server heard this for the first time. */
  readonly reportedAt: number;
  /** What the host's clock showed then. */
  readonly hostTime: number;
}

/** A certificate with what happened to it since. */
export interface RegisterRecord {
  readonly certificate: RegisteredCertificate;
  readonly status: CertificateStatus;
  /** Serial number of the certificate that replaced it: the latest, if there are several. */
  readonly renewedBy: bigint | undefined;
  readonly revocation: RevocationFacts | undefined;
  /** Undefined where its holder never told of it. */
  readonly installation: Installation | undefined;
}

export interface RegisterPage {
  readonly records: readonly RegisterRecord[];
  /** The `after` of the next page; undefined on the last one. */
  readonly next: string | undefined;
}

/** How many certificates a CA's register has. Revoked ones are counted as such alone. */
export interface RegisterCounts {
  readonly byStatus: Readonly<Record<CertificateStatus, number>>;
  /**
   * For each of {@linkcode DAYS_LEFT}: those that end within so many days, were not renewed, and are `valid` or
   * `expiring`. Each count has those of fewer days in it.
   */
  readonly endingWithin: ReadonlyMap<number, number>;
  /** `expired`, and never renewed. */
  readonly expiredUnrenewed: number;
}

export const DAYS_LEFT = [0, 1, 7, 14, 31, 93] as const;

/** A certificate that was not renewed is `expiring` when it has so much left, or less, in seconds. */
export const EXPIRING_WITHIN = 31 * SECONDS_PER_DAY;

/**
 * One CA's part of the register. All of it tells what was acknowledged before it was asked. However many certificates
 * there are, nobody waits while it looks: it does so in pieces of a few milliseconds.
 */
export interface RegisterStore {
  /**
   * Where the query says what ends before a time or soon, those that end first come first; else the newest do.
   * @throws `malformed` for an `after` that no page of such a query ended with
   */
  list(query: RegisterQuery, now: number): Promise<RegisterPage>;
  /** Undefined for one that this CA never issued, or that ended long ago. */
  find(serial: bigint, now: number): Promise<RegisterRecord | undefined>;
  counts(now: number): Promise<RegisterCounts>;
}

/** What a status depends on. */
export interface Fate {
  readonly notAfter: number;
  readonly isRenewed: boolean;
  readonly isRevoked: boolean;
}

export function statusOf({ notAfter, isRenewed, isRevoked }: Fate, now: number): CertificateStatus {
  if (isRevoked) return "revoked";
  if (notAfter < now) return "expired";
  return !isRenewed && notAfter - now <= EXPIRING_WITHIN ? "expiring" : "valid";
}

/** Whether a list that is narrowed to `filter` has it; undefined is no filter. */
export function isAmong(fate: Fate, filter: StatusFilter | undefined, now: number): boolean {
  if (filter === "current") return !fate.isRevoked && !fate.isRenewed && fate.notAfter >= now;
  return filter === undefined || statusOf(fate, now) === filter;
}

/** Where a page of a query ended. */
export interface Position {
  readonly notAfter: number;
  /** Grows in the order in which the register got to know its certificates. */
  readonly id: number;
}

/** Whether a query lists what ends first before what ends later; else the newest come first. */
export function isByEnd({ status, expiresBefore }: RegisterQuery): boolean {
  return status === "expiring" || expiresBefore !== undefined;
}

/** Below 0 when `a` comes before `b` in what `query` lists. */
export function compareIn(query: RegisterQuery): (a: Position, b: Position) => number {
  return isByEnd(query) ? (a, b) => a.notAfter - b.notAfter || a.id - b.id : (a, b) => b.id - a.id;
}

export function cursorText({ notAfter, id }: Position): string {
  return `${notAfter.toString(36)}.${id.toString(36)}`;
}

/** @throws `malformed` */
export function readCursor(text: string): Position {
  const [, notAfter, id] = /^([0-9a-z]{1,10})\.([0-9a-z]{1,10})$/.exec(text) ?? [];
  if (notAfter === undefined || id === undefined) {
    throw new CaucaseError("malformed", "the parameter after is not where a page ended", {
      hint: "pass on the next of the page before",
    });
  }
  return { notAfter: parseInt(notAfter, 36), id: parseInt(id, 36) };
}
