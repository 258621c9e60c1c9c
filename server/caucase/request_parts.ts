/** Parts of a request, judged before anything is done with them: ids in its path, and bodies of a type. */
import { type Bytes, fromUtf8 } from "../../core/bytes.ts";
import { CaucaseError, malformed } from "../../core/errors.ts";
import { MAX_SERIAL } from "../../core/protocol/revocation.ts";
import type { Exchange } from "../http/exchange.ts";

/** The largest id that was ever given: 63 bits. */
const MAX_REQUEST_ID = (1n << 63n) - 1n;

/** Digits of the largest key identifier: 20 bytes. What is longer names nothing, and costs nothing to refuse. */
const MAX_KEY_IDENTIFIER_DIGITS = 49;

/**
 * The id of a request or certificate. Throws `malformed` unless it is a decimal integer, `not-found` when no id can be
 * that.
 */
export function parseRequestId(text: string): bigint {
  if (!/^[+-]?\d+$/.test(text)) throw malformed("the id is not a decimal integer");
  const id = text.length > 20 ? -1n : BigInt(text.replace("+", ""));
  if (id < 0n || id > MAX_REQUEST_ID) throw new CaucaseError("not-found", "no request has this id");
  return id;
}

/**
 * The id of a CRL: a key identifier as an unsigned decimal integer, with `.der` where that form is wanted. Throws
 * `not-found`.
 */
export function parseCrlId(text: string): { number: bigint; der: boolean } {
  const [, digits, extension] = /^(\d+)(\.der)?$/.exec(text) ?? [];
  if (digits === undefined || digits.length > MAX_KEY_IDENTIFIER_DIGITS) {
    throw new CaucaseError("not-found", "no CRL has this id");
  }
  return { number: BigInt(digits), der: extension !== undefined };
}

/**
 * A serial number in a path: decimal digits. Throws `malformed`, or `not-found` for what is larger than any serial
 * number.
 */
export function parseSerial(text: string): bigint {
  if (!/^\d+$/.test(text)) throw malformed("the serial number is not a decimal integer");
  const serial = text.length > MAX_KEY_IDENTIFIER_DIGITS ? MAX_SERIAL + 1n : BigInt(text);
  if (serial > MAX_SERIAL) throw new CaucaseError("not-found", "no certificate has this serial number");
  return serial;
}

/** What stands behind the question mark of the target. */
export function queryOf({ target }: Exchange): string {
  const start = target.indexOf("?");
  return start < 0 ? "" : target.slice(start + 1);
}

/** A body of type `application/json`, as text. Throws `malformed`. */
export async function jsonBody(exchange: Exchange): Promise<string> {
  requireType(exchange, "application/json");
  const bytes = await exchange.body();
  try {
    return fromUtf8(bytes);
  } catch (cause) {
    throw malformed("the body is not UTF-8", { cause });
  }
}

/** A body of type `application/pkcs10`, or undefined where there is none, whatever its type. Throws `malformed`. */
export async function optionalTemplateBody(exchange: Exchange): Promise<Bytes | undefined> {
  const bytes = await exchange.body();
  if (bytes.length === 0) return undefined;
  requireType(exchange, "application/pkcs10");
  return bytes;
}

/** Parameters of the type, as in `application/json; charset=utf-8`, are of no consequence. */
function requireType(exchange: Exchange, expected: string): void {
  const type = (exchange.header("content-type") ?? "").replace(/;.*$/s, "").trim().toLowerCase();
  if (type !== expected) throw malformed(`the Content-Type must be ${expected}`);
}
