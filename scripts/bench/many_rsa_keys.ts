/**
 * RSA keys by the thousand, to measure with and for nothing else: a real key takes a fifth of a second, so these share
 * their primes, each pair of which is a key.
 */
import { bigIntToBytes } from "../../core/bytes.ts";
import { openDer } from "../../core/der/reader.ts";
import { TAG } from "../../core/der/tags.ts";
import { derInteger, derNull, derOctetString, derOid, derSequence } from "../../core/der/writer.ts";
import { OID } from "../../core/der/oids.ts";
import { generateRsaKey } from "../../core/host/generate_key.ts";
import { parsePrivateKeyDer, type PrivateKey } from "../../core/keys/private_key.ts";
import { pkcs1FromPkcs8 } from "../../core/keys/private_key_format.ts";

const BITS = 2048;
const EXPONENT = 65537n;

/** `count` different keys of 2048 bits. */
export async function manyRsaKeys(count: number): Promise<readonly PrivateKey[]> {
  const primes: bigint[] = [];
  // Of n primes there are n(n-1)/2 pairs.
  while (primes.length * (primes.length - 1) / 2 < count) primes.push(...await twoPrimes());
  const keys: PrivateKey[] = [];
  for (const [index, p] of primes.entries()) {
    for (const q of primes.slice(index + 1)) {
      if (keys.length < count) keys.push(await keyOf(p, q));
    }
  }
  return keys;
}

/** Those of a new key (RSAPrivateKey, RFC 8017 A.1.2). */
async function twoPrimes(): Promise<[bigint, bigint]> {
  const { pkcs8 } = await generateRsaKey(BITS);
  const reader = openDer(pkcs1FromPkcs8(pkcs8), TAG.SEQUENCE, "RSA key");
  const [, , , , p = 0n, q = 0n] = Array.from({ length: 6 }, () => reader.integer());
  return [p, q];
}

async function keyOf(p: bigint, q: bigint): Promise<PrivateKey> {
  const modulus = p * q;
  if (bigIntToBytes(modulus).length * 8 !== BITS) throw new Error("two primes make no key of the wanted length");
  const d = inverse(EXPONENT, (p - 1n) * (q - 1n));
  const numbers = [0n, modulus, EXPONENT, d, p, q, d % (p - 1n), d % (q - 1n), inverse(q, p)];
  const pkcs1 = derSequence(...numbers.map(derInteger));
  const algorithm = derSequence(derOid(OID.RSA_ENCRYPTION), derNull());
  return await parsePrivateKeyDer(derSequence(derInteger(0), algorithm, derOctetString(pkcs1)));
}

/** The number that, times `value`, is 1 modulo `modulus`. */
function inverse(value: bigint, modulus: bigint): bigint {
  let [a, b] = [value % modulus, modulus];
  let [x, y] = [1n, 0n];
  while (b !== 0n) {
    const quotient = a / b;
    [a, b] = [b, a - quotient * b];
    [x, y] = [y, x - quotient * y];
  }
  if (a !== 1n) throw new Error("two numbers have a divisor in common");
  return ((x % modulus) + modulus) % modulus;
}
