/**
 * The two forms of an ECDSA signature: SEQUENCE of r and s in X.509 (RFC 3279 2.2.3), both side by side in WebCrypto.
 */
import { bigIntToBytes, type Bytes, bytesToBigInt } from "../bytes.ts";
import { malformed } from "../errors.ts";
import { openDer } from "../der/reader.ts";
import { TAG } from "../der/tags.ts";
import { derInteger, derSequence } from "../der/writer.ts";
import type { Curve } from "./ec_curves.ts";

/** @throws `malformed` unless `signature` is strict DER with r and s from 1 to below the order of `curve` */
export function ecdsaFromDer(signature: Uint8Array, curve: Curve): Bytes {
  const numbers = openDer(signature, TAG.SEQUENCE, "ECDSA signature");
  const pair = [numbers.integer(), numbers.integer()];
  numbers.end();
  const raw = new Uint8Array(2 * curve.size);
  pair.forEach((number, index) => {
    if (number < 1n || number >= curve.order) throw malformed("ECDSA signature with a number out of range");
    const bytes = bigIntToBytes(number);
    raw.set(bytes, (index + 1) * curve.size - bytes.length);
  });
  return raw;
}

/** From r and s side by side, of equal length. */
export function ecdsaToDer(raw: Uint8Array): Bytes {
  const half = raw.length / 2;
  return derSequence(derInteger(bytesToBigInt(raw.subarray(0, half))), derInteger(bytesToBigInt(raw.subarray(half))));
}
