/**
 * Verifies RSA signatures with arithmetic of our own, for keys that the runtime's WebCrypto does not take: moduli over
 * 4096 bits and exponents over 32 bits. Everything here is public, so nothing needs to run in constant time.
 */
import { bigIntToPaddedBytes, type Bytes, bytesToBigInt, concatBytes, equalBytes } from "../bytes.ts";
import { derNull, derOctetString, derOid, derSequence } from "../der/writer.ts";
import { digest as hash, HASH_OID, HASH_SIZE, type HashName } from "./hashes.ts";
import { modularPower, type RsaPublicNumbers } from "./rsa_numbers.ts";
import type { RsaPkcs1Algorithm, RsaPssAlgorithm } from "./signature_algorithm.ts";

export interface SignedData {
  readonly data: Uint8Array;
  readonly signature: Uint8Array;
}

/** Whether the signature over the data is the key's (RFC 8017 8.1.2 and 8.2.2). */
export async function verifyRsa(
  key: RsaPublicNumbers,
  algorithm: RsaPkcs1Algorithm | RsaPssAlgorithm,
  { data, signature }: SignedData,
): Promise<boolean> {
  const number = bytesToBigInt(signature);
  if (signature.length !== Math.ceil(key.bits / 8) || number >= key.modulus) return false;
  const message = modularPower(number, key.exponent, key.modulus);
  const digest = await hash(algorithm.hash, data);
  if (algorithm.scheme === "RSA-PSS") return await isPssEncoding(message, { algorithm, digest, bits: key.bits - 1 });
  return equalBytes(
    bigIntToPaddedBytes(message, signature.length),
    pkcs1Encoding(algorithm.hash, digest, signature.length),
  );
}

/** EMSA-PKCS1-v1_5 (RFC 8017 9.2). A key too short for the hash gives an encoding that no signature has. */
function pkcs1Encoding(hash: HashName, digest: Uint8Array, size: number): Bytes {
  const digestInfo = derSequence(derSequence(derOid(HASH_OID[hash]), derNull()), derOctetString(digest));
  const padding = new Uint8Array(Math.max(8, size - digestInfo.length - 3)).fill(0xff);
  return concatBytes(Uint8Array.of(0, 1), padding, Uint8Array.of(0), digestInfo);
}

/** EMSA-PSS-VERIFY (RFC 8017 9.1.2), in its steps' order; `bits` is the length of the encoded message. */
async function isPssEncoding(
  message: bigint,
  { algorithm, digest, bits }: { algorithm: RsaPssAlgorithm; digest: Bytes; bits: number },
): Promise<boolean> {
  const size = Math.ceil(bits / 8);
  const dataSize = size - digest.length - 1;
  const zeros = dataSize - algorithm.saltLength - 1;
  if (zeros < 0 || message >= 1n << BigInt(bits)) return false;
  const encoded = bigIntToPaddedBytes(message, size);
  if (encoded.at(-1) !== 0xbc) return false;
  const tag = encoded.slice(dataSize, -1);
  const mask = await mgf1(algorithm.hash, tag, dataSize);
  const data = encoded.slice(0, dataSize).map((byte, index) => byte ^ (mask[index] ?? 0));
  data[0] = (data[0] ?? 0) & (0xff >> (8 * size - bits));
  if (data.subarray(0, zeros).some((byte) => byte !== 0) || data[zeros] !== 1) return false;
  const salt = data.subarray(zeros + 1);
  return equalBytes(tag, await hash(algorithm.hash, concatBytes(new Uint8Array(8), digest, salt)));
}

/** `size` bytes of MGF1 (RFC 8017 B.2.1). */
async function mgf1(name: HashName, seed: Uint8Array, size: number): Promise<Bytes> {
  const counters = Array.from({ length: Math.ceil(size / HASH_SIZE[name]) }, (_, counter) => counter);
  const blocks = await Promise.all(
    counters.map((counter) => hash(name, concatBytes(seed, Uint8Array.of(0, 0, counter >> 8, counter & 0xff)))),
  );
  return concatBytes(...blocks).slice(0, size);
}
