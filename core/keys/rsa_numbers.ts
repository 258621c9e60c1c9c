/** RSAPublicKey and RSAPrivateKey (RFC 8017 A.1): the numbers in a key, and whether they can be an RSA key at all. */
import { CaucaseError, malformed } from "../errors.ts";
import { openDer } from "../der/reader.ts";
import { TAG } from "../der/tags.ts";
import { derInteger, derSequence } from "../der/writer.ts";

export interface RsaPublicNumbers {
  readonly modulus: bigint;
  readonly exponent: bigint;
  /** Length of the modulus. */
  readonly bits: number;
}

const MIN_BITS = 512;
const MAX_BITS = 16384;

/**
 * Reads an RSAPublicKey. Everything that follows relies on what is checked here: nobody else looks at the numbers.
 * @throws `unacceptable` for a modulus that is even or not of 512 to 16384 bits, and for an exponent that is even,
 * under 3 or over 2^64
 */
export function readRsaPublicKey(der: Uint8Array, what: string): RsaPublicNumbers {
  const reader = openDer(der, TAG.SEQUENCE, what);
  const { content } = reader.expect(TAG.INTEGER);
  // Looked at before any arithmetic: its cost grows with the square of the length.
  if (content.length > MAX_BITS / 8 + 1) throw unacceptable(what, `has an RSA modulus of more than ${MAX_BITS} bits`);
  const numbers = openDer(der, TAG.SEQUENCE, what);
  const modulus = numbers.integer();
  const exponent = numbers.integer();
  numbers.end();
  return checkedNumbers(modulus, exponent, what);
}

function checkedNumbers(modulus: bigint, exponent: bigint, what: string): RsaPublicNumbers {
  if (modulus <= 0n || exponent <= 0n) throw malformed(`${what} has an RSA key with a number that is not positive`);
  const bits = modulus.toString(2).length;
  if (bits < MIN_BITS || bits > MAX_BITS) throw unacceptable(what, `has an RSA modulus of ${bits} bits`);
  if (modulus % 2n === 0n) throw unacceptable(what, "has an even RSA modulus");
  if (exponent % 2n === 0n || exponent < 3n || exponent > 2n ** 64n) {
    throw unacceptable(what, "has an RSA exponent that is even, under 3 or over 2^64");
  }
  return { modulus, exponent, bits };
}

/**
 * Checks an RSAPrivateKey and answers its RSAPublicKey, in DER. A private key whose parts do not fit together would
 * sign wrongly, and wrong signatures can give the key away.
 */
export function rsaPublicFromPrivate(der: Uint8Array, what: string): Uint8Array {
  const reader = openDer(der, TAG.SEQUENCE, what);
  if (reader.integer() !== 0n) throw unacceptable(what, "is an RSA key of more than two primes");
  const [n = 0n, e = 0n, d = 0n, p = 0n, q = 0n, dp = 0n, dq = 0n, inverse = 0n] = Array.from(
    { length: 8 },
    () => reader.integer(),
  );
  reader.end();
  const fits = p > 1n && q > 1n && p * q === n && d > 0n && (e * d) % (p - 1n) === 1n && (e * d) % (q - 1n) === 1n &&
    dp === d % (p - 1n) && dq === d % (q - 1n) && inverse > 0n && inverse < p && (inverse * q) % p === 1n;
  if (!fits) throw malformed(`${what} is an RSA key whose numbers do not fit together`);
  return derSequence(derInteger(n), derInteger(e));
}

function unacceptable(what: string, problem: string): CaucaseError {
  return new CaucaseError("unacceptable", `${what} ${problem}`);
}

/**
 * `base` to the power of `exponent`, modulo `modulus`. Takes a time that depends on its operands: not for keys of a
 * server.
 */
export function modularPower(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  for (const bit of exponent.toString(2)) {
    result = (result * result) % modulus;
    if (bit === "1") result = (result * base) % modulus;
  }
  return result;
}
