/** When a certificate should be renewed (RFC 9773). */
import { bytesToBigInt } from "../bytes.ts";
import { derInteger } from "../der/writer.ts";
import { fromBase64url, toBase64url } from "./json_web_key.ts";
import { AcmeProblem } from "./problem.ts";

/** What a certificate's id in URLs is made of. */
export interface CertificateId {
  /** Key identifier of its issuer, lower-case hex. */
  readonly issuer: string;
  readonly serial: bigint;
}

/** Bytes of tag and length of an INTEGER shorter than 128 bytes. */
const HEADER = 2;
/** Of a serial number, and of a key identifier. */
const MOST_BYTES = 64;

/** The issuer's key identifier and the serial number as in DER, base64url, with a dot between. */
export function renewalId({ issuer, serial }: CertificateId): string {
  return `${toBase64url(Uint8Array.fromHex(issuer))}.${toBase64url(derInteger(serial).subarray(HEADER))}`;
}

/** @throws `AcmeProblem` `malformed` */
export function parseRenewalId(text: string): CertificateId {
  const [issuerText = "", serialText = "", ...rest] = text.split(".");
  const issuer = fromBase64url(issuerText);
  const serialBytes = fromBase64url(serialText);
  const isId = rest.length === 0 && isPart(issuer) && isPart(serialBytes) && (serialBytes[0] ?? 0) < 0x80;
  if (isId) {
    const id = { issuer: issuer.toHex(), serial: bytesToBigInt(serialBytes) };
    if (renewalId(id) === text) return id;
  }
  throw new AcmeProblem("malformed", "this is no id of a certificate as RFC 9773 has it");
}

function isPart(bytes: Uint8Array | undefined): bytes is Uint8Array<ArrayBuffer> {
  return bytes !== undefined && bytes.length > 0 && bytes.length <= MOST_BYTES;
}

/** Unix seconds. */
export interface RenewalWindow {
  readonly start: number;
  readonly end: number;
}

/** What a certificate's window depends on. */
export interface RenewalFacts {
  readonly notBefore: number;
  readonly notAfter: number;
  readonly isRevoked: boolean;
  /** Whether the CA that issued it is about to be given up. */
  readonly isIssuerLeaving: boolean;
}

/** In parts of the certificate's life: how much is left when the window opens, and how long it is open. */
const LEFT = 1 / 3;
const OPEN = 1 / 20;

/** When a client should renew, at a time of its own choice within it; in the past where it should do so at once. */
export function suggestedWindow(facts: RenewalFacts, now: number): RenewalWindow {
  const { notBefore, notAfter, isRevoked, isIssuerLeaving } = facts;
  if (isRevoked || isIssuerLeaving) return { start: now - 7200, end: now - 3600 };
  const life = notAfter - notBefore;
  const start = Math.floor(notAfter - life * LEFT);
  return { start, end: Math.max(start + 1, Math.floor(start + life * OPEN)) };
}
