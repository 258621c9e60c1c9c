/** Ids in paths: of requests and certificates, and of CRLs. */
import { CaucaseError, malformed } from "../../core/errors.ts";

/** The largest id that was ever given: 63 bits. */
const MAX_REQUEST_ID = (1n << 63n) - 1n;

/** Digits of the largest key identifier: 20 bytes. What is longer names nothing, and costs nothing to refuse. */
const MAX_KEY_IDENTIFIER_DIGITS = 49;

/** The id of a request or certificate. Throws `malformed` unless it is a decimal integer, `not-found` when no id can be that. */
export function parseRequestId(text: string): bigint {
  if (!/^[+-]?\d+$/.test(text)) throw malformed("the id is not a decimal integer");
  const id = text.length > 20 ? -1n : BigInt(text.replace("+", ""));
  if (id < 0n || id > MAX_REQUEST_ID) throw new CaucaseError("not-found", "no request has this id");
  return id;
}

/** The id of a CRL: a key identifier as an unsigned decimal integer, with `.der` where that form is wanted. Throws `not-found`. */
export function parseCrlId(text: string): { number: bigint; der: boolean } {
  const [, digits, extension] = /^(\d+)(\.der)?$/.exec(text) ?? [];
  if (digits === undefined || digits.length > MAX_KEY_IDENTIFIER_DIGITS) {
    throw new CaucaseError("not-found", "no CRL has this id");
  }
  return { number: BigInt(digits), der: extension !== undefined };
}
