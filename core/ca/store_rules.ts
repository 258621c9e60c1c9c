/** What every store does alike: its rules, its refusals in the same words, the events of its changes. */
import { CaucaseError } from "../errors.ts";
import { SECONDS_PER_DAY } from "./lifecycle.ts";
import type { Attribution, CaEvent } from "./events.ts";
import type {
  CaName,
  CrlState,
  IssuedRecord,
  LaterRecords,
  NewRequest,
  RegisteredCertificate,
  StoredRequest,
} from "./stores.ts";

/** Whether a CA takes each key once. */
export function hasUniqueKeys(ca: CaName): boolean {
  return ca === "cau";
}

export function duplicateKey(keyId: string): CaucaseError {
  return new CaucaseError("duplicate-key", `the key ${keyId} is known already`, { hint: "make a new key" });
}

/** With how many rows of one key a request is compared at most, so that none costs more than that. */
export const COMPARED_AT_MOST = 256;

/** With more rows of one key `findLike` could miss one, and a renewal that is sent again would be issued twice. */
export function tooManyOfKey(keyId: string): CaucaseError {
  return new CaucaseError("duplicate-key", `the key ${keyId} has ${COMPARED_AT_MOST} requests already`, {
    hint: "make a new key",
  });
}

/** Number and bytes of pending requests. */
export interface PendingSize {
  readonly count: number;
  readonly bytes: number;
}

/** What a request brings on top of that, and how much there may be. */
export type RequestSize = Pick<NewRequest, "csr" | "maxPending" | "maxPendingBytes">;

/** Why `request` may not come on top of what is pending; undefined when it may. */
export function pendingRefusal(pending: PendingSize, request: RequestSize): CaucaseError | undefined {
  const { csr, maxPending, maxPendingBytes } = request;
  const full = pending.count >= maxPending
    ? `${maxPending}`
    : pending.bytes + csr.length > maxPendingBytes
    ? `${maxPendingBytes} bytes`
    : undefined;
  return full === undefined
    ? undefined
    : new CaucaseError("too-many-pending", `as many requests as allowed are pending (${full})`, {
      hint: "sign or reject some of them first",
    });
}

export function alreadyRevoked(serial: bigint): CaucaseError {
  return new CaucaseError("already-revoked", `the certificate with serial ${serial} is revoked already`);
}

/** The event of a certificate that is stored with the request `id`. */
export function issuedEvent(id: bigint, { certificate, origin }: IssuedRecord): CaEvent {
  const { serial, issuer, notAfter } = certificate;
  return { kind: "issued", serial, issuer, id, origin, notAfter };
}

/** What the register keeps of a certificate that is stored with the request `requestId`. */
export function registration(
  requestId: bigint,
  { certificate, origin }: IssuedRecord,
  { actor, now: issuedAt }: Attribution,
): RegisteredCertificate {
  const { serial, issuer, keyId, profile, notBefore, notAfter, der } = certificate;
  return { serial, issuer, keyId, requestId, profile, origin, actor, issuedAt, notBefore, notAfter, der };
}

/** Clocks of the same time may differ by as much, in seconds. */
export const CLOCK_TOLERANCE = 60;

/**
 * Why nothing may be signed at `now`; undefined when it may. `later` is what was recorded for times after `now` and
 * {@linkcode CLOCK_TOLERANCE}: a clock that is behind (no battery, no time server yet) would sign what ended long ago.
 * One case is let through: the later records span less than a day, and there are earlier ones. Then the clock was ahead
 * for a while and has been corrected.
 */
export function clockRefusal(now: number, later: LaterRecords | undefined): CaucaseError | undefined {
  if (later === undefined || (later.hasBefore && later.last - later.first < SECONDS_PER_DAY)) return undefined;
  const date = (time: number) => new Date(time * 1000).toISOString().slice(0, 19).replace("T", " ");
  return new CaucaseError(
    "clock-behind",
    `nothing is signed: the clock says ${date(now)} UTC, but the database has records of ${date(later.last)} UTC`,
    { hint: "it goes on by itself when the clock is right; if those records are wrong: serve --accept-clock" },
  );
}

/** Whether both are the state at one CRL number and `thisUpdate`. */
export function sameCrlState(a: CrlState, b: CrlState): boolean {
  return a.number === b.number && a.thisUpdate === b.thisUpdate;
}

/** What a certificate changes about its request's row; without one the row is pending. */
export function certified(issued: IssuedRecord | undefined): Pick<StoredRequest, "certificatePem" | "keptUntil"> {
  return { certificatePem: issued?.certificate.pem, keptUntil: issued?.keptUntil };
}
