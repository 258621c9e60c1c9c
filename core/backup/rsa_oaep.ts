/**
 * RSAES-OAEP with SHA-1 and MGF1-SHA-1, no label (RFC 8017 7.1), which is what backups are addressed with. SHA-1's
 * collisions do not weaken it. By WebCrypto where that takes the key; it takes no moduli over 4096 bits and no
 * exponents over 32 bits, but holders of such keys need backups too.
 */
import { bigIntToPaddedBytes, type Bytes, bytesToBigInt, concatBytes, type RandomSource } from "../bytes.ts";
import { openDer, readWholeBitString } from "../der/reader.ts";
import { TAG } from "../der/tags.ts";
import { digest } from "../keys/hashes.ts";
import type { PrivateKey } from "../keys/private_key.ts";
import { pkcs1FromPkcs8 } from "../keys/private_key_format.ts";
import type { PublicKey } from "../keys/public_key.ts";
import { modularPower, readRsaPublicKey, type RsaPublicNumbers } from "../keys/rsa_numbers.ts";

const HASH_SIZE = 20;
const OAEP = { name: "RSA-OAEP", hash: "SHA-1" };

/** Bytes of the longest message that can be encrypted to an RSA key; negative for keys too short for any. */
export function maxOaepMessage({ bits }: PublicKey): number {
  return Math.ceil(bits / 8) - 2 * HASH_SIZE - 2;
}

/** `message`, of `maxOaepMessage` bytes at most, encrypted to an RSA key. */
export async function encryptOaep(key: PublicKey, message: Bytes, random: RandomSource): Promise<Bytes> {
  const numbers = numbersOf(key);
  if (isOfWebCrypto(numbers)) {
    const imported = await crypto.subtle.importKey("spki", key.spki, OAEP, false, ["encrypt"]);
    return new Uint8Array(await crypto.subtle.encrypt(OAEP, imported, message));
  }
  const size = Math.ceil(numbers.bits / 8);
  const encoded = await encode(message, random(HASH_SIZE), size);
  return bigIntToPaddedBytes(modularPower(bytesToBigInt(encoded), numbers.exponent, numbers.modulus), size);
}

/** The message that was encrypted to an RSA key; undefined when none was. */
export async function decryptOaep(key: PrivateKey, encrypted: Bytes): Promise<Bytes | undefined> {
  const numbers = numbersOf(key.publicKey);
  const size = Math.ceil(numbers.bits / 8);
  if (encrypted.length !== size) return undefined;
  if (isOfWebCrypto(numbers)) return await decryptByWebCrypto(key, encrypted);
  const number = bytesToBigInt(encrypted);
  if (number >= numbers.modulus) return undefined;
  return await decode(bigIntToPaddedBytes(modularPower(number, privateExponent(key), numbers.modulus), size));
}

async function decryptByWebCrypto(key: PrivateKey, encrypted: Bytes): Promise<Bytes | undefined> {
  const imported = await crypto.subtle.importKey("pkcs8", key.pkcs8, OAEP, false, ["decrypt"]);
  try {
    return new Uint8Array(await crypto.subtle.decrypt(OAEP, imported, encrypted));
  } catch (error) {
    if (error instanceof DOMException && error.name === "OperationError") return undefined;
    throw error;
  }
}

/** EME-OAEP (RFC 8017 7.1.1, step 2). */
async function encode(message: Uint8Array, seed: Uint8Array, size: number): Promise<Bytes> {
  const dataSize = size - HASH_SIZE - 1;
  const padding = new Uint8Array(dataSize - HASH_SIZE - 1 - message.length);
  const data = concatBytes(await emptyLabel(), padding, Uint8Array.of(1), message);
  const maskedData = xor(data, await mgf1(seed, dataSize));
  return concatBytes(Uint8Array.of(0), xor(seed, await mgf1(maskedData, HASH_SIZE)), maskedData);
}

/** The inverse of `encode` (7.1.2, step 3). Decrypts one's own file: nobody learns from how long a refusal takes. */
async function decode(encoded: Bytes): Promise<Bytes | undefined> {
  const maskedData = encoded.subarray(1 + HASH_SIZE);
  const seed = xor(encoded.subarray(1, 1 + HASH_SIZE), await mgf1(maskedData, HASH_SIZE));
  const data = xor(maskedData, await mgf1(seed, maskedData.length));
  const label = await emptyLabel();
  const labelFits = label.every((byte, index) => byte === data[index]);
  const start = data.findIndex((byte, index) => index >= HASH_SIZE && byte !== 0);
  return encoded[0] === 0 && labelFits && data[start] === 1 ? data.slice(start + 1) : undefined;
}

/** MGF1 (RFC 8017 B.2.1). */
async function mgf1(seed: Uint8Array, size: number): Promise<Bytes> {
  const counters = Array.from({ length: Math.ceil(size / HASH_SIZE) }, (_, counter) => counter);
  const parts = await Promise.all(
    counters.map((counter) => digest("SHA-1", concatBytes(seed, Uint8Array.of(0, 0, counter >> 8, counter & 0xff)))),
  );
  return concatBytes(...parts).slice(0, size);
}

function emptyLabel(): Promise<Bytes> {
  return digest("SHA-1", new Uint8Array());
}

function numbersOf(key: PublicKey): RsaPublicNumbers {
  const reader = openDer(key.spki, TAG.SEQUENCE, "RSA key");
  reader.expect(TAG.SEQUENCE);
  return readRsaPublicKey(readWholeBitString(reader.expect(TAG.BIT_STRING), "RSA key"), "RSA key");
}

/** RSAPrivateKey (RFC 8017 A.1.2): version, modulus, public exponent, private exponent. */
function privateExponent(key: PrivateKey): bigint {
  const reader = openDer(pkcs1FromPkcs8(key.pkcs8), TAG.SEQUENCE, "RSA key");
  for (let skipped = 0; skipped < 3; skipped++) reader.integer();
  return reader.integer();
}

function isOfWebCrypto({ bits, exponent }: RsaPublicNumbers): boolean {
  return bits <= 4096 && exponent < 2n ** 32n;
}

function xor(a: Uint8Array, b: Uint8Array): Bytes {
  return Uint8Array.from(a, (byte, index) => byte ^ (b[index] ?? 0));
}
