/**
 * Private keys under a passphrase: EncryptedPrivateKeyInfo (PKCS#8, RFC 5958 3) with PBES2 (RFC 8018 6.2), and the
 * older form of OpenSSL, whose headers are those of RFC 1421 4.6.1. AES-CBC alone, in both.
 */
import { createHash } from "node:crypto";
import { type Bytes, concatBytes, type RandomSource, utf8 } from "../bytes.ts";
import { CaucaseError, malformed } from "../errors.ts";
import { encodePem, PEM_LABEL, type PemBlock } from "../pem.ts";
import { type DerReader, openDer } from "../der/reader.ts";
import { TAG } from "../der/tags.ts";
import { derInteger, derNull, derOctetString, derOid, derSequence } from "../der/writer.ts";
import { webCryptoBytes } from "./hashes.ts";
import { parsePrivateKeyDer, type PrivateKey, privateKeyFromPem } from "./private_key.ts";

/** RFC 8018 A.2 and A.4. */
const PBKDF2 = "1.2.840.113549.1.5.12";
const PBES2 = "1.2.840.113549.1.5.13";
/** RFC 8018 B.1.1 and B.1.2: what PBKDF2 computes with, as WebCrypto names it. */
const PSEUDORANDOM_FUNCTIONS: Readonly<Record<string, string>> = {
  "1.2.840.113549.2.7": "SHA-1",
  "1.2.840.113549.2.9": "SHA-256",
  "1.2.840.113549.2.10": "SHA-384",
  "1.2.840.113549.2.11": "SHA-512",
};
const HMAC_SHA256 = "1.2.840.113549.2.9";
/** NIST, CSOR: AES in CBC mode, with the size of the key in bytes. */
const AES_CBC: Readonly<Record<string, number>> = {
  "2.16.840.1.101.3.4.1.2": 16,
  "2.16.840.1.101.3.4.1.22": 24,
  "2.16.840.1.101.3.4.1.42": 32,
};
const AES_256_CBC = "2.16.840.1.101.3.4.1.42";

const WHAT = "encrypted private key";
const IV_SIZE = 16;
const SALT_SIZE = 16;
/** What OWASP recommended for PBKDF2 with SHA-256 in 2023; it costs a fraction of a second. */
const ITERATIONS = 600_000;
/** A file from elsewhere must not keep us busy for hours. */
const MAX_ITERATIONS = 50_000_000n;

/**
 * Reads a private key that `isEncryptedKeyBlock` says is encrypted.
 * @throws `unacceptable` when the passphrase is wrong, or the key is encrypted in another way than those above;
 *   `malformed`
 */
export async function decryptPrivateKey(block: PemBlock, passphrase: string): Promise<PrivateKey> {
  const password = utf8(passphrase);
  if (block.label !== PEM_LABEL.ENCRYPTED_PKCS8) return await decryptOlderForm(block, password);
  const { key, iv, encrypted } = await openPbes2(block.der, password);
  return await orWrongPassphrase(async () => await parsePrivateKeyDer(await decryptCbc(encrypted, key, iv)));
}

/** How to encrypt a key. */
export interface KeyEncryption {
  /** Not empty: OpenSSL takes none for an empty one. */
  readonly passphrase: string;
  readonly random: RandomSource;
  /** Of PBKDF2; another number than usual is for tests. */
  readonly iterations?: number;
}

/**
 * PKCS#8 as PEM, under PBES2 with PBKDF2-HMAC-SHA-256 and AES-256-CBC: what OpenSSL 1.1 and later and the reference
 * read.
 */
export async function encryptPrivateKey(key: PrivateKey, encryption: KeyEncryption): Promise<string> {
  const { passphrase, random, iterations = ITERATIONS } = encryption;
  if (passphrase === "") throw new CaucaseError("unacceptable", "the passphrase is empty");
  const [salt, iv] = [random(SALT_SIZE), random(IV_SIZE)];
  const size = AES_CBC[AES_256_CBC] ?? 0;
  const aesKey = await derive({ password: utf8(passphrase), salt, iterations, hash: "SHA-256", size });
  const imported = await crypto.subtle.importKey("raw", aesKey, "AES-CBC", false, ["encrypt"]);
  const encrypted = await crypto.subtle.encrypt({ name: "AES-CBC", iv }, imported, key.pkcs8);
  const derivation = derSequence(
    derOctetString(salt),
    derInteger(iterations),
    derSequence(derOid(HMAC_SHA256), derNull()),
  );
  const parameters = derSequence(
    derSequence(derOid(PBKDF2), derivation),
    derSequence(derOid(AES_256_CBC), derOctetString(iv)),
  );
  const algorithm = derSequence(derOid(PBES2), parameters);
  return encodePem(PEM_LABEL.ENCRYPTED_PKCS8, derSequence(algorithm, derOctetString(new Uint8Array(encrypted))));
}

interface Opened {
  readonly key: Bytes;
  readonly iv: Uint8Array;
  readonly encrypted: Uint8Array;
}

/** RFC 5958 3 and RFC 8018 A.4. */
async function openPbes2(der: Uint8Array, password: Bytes): Promise<Opened> {
  const reader = openDer(der, TAG.SEQUENCE, WHAT);
  const algorithm = reader.enter(TAG.SEQUENCE);
  const encrypted = reader.expect(TAG.OCTET_STRING).content;
  reader.end();
  requireOid(algorithm, PBES2, "in a way that is older than PBES2");
  const parameters = algorithm.enter(TAG.SEQUENCE);
  algorithm.end();
  const derivation = parameters.enter(TAG.SEQUENCE);
  const scheme = parameters.enter(TAG.SEQUENCE);
  parameters.end();
  const size = lookUp(AES_CBC, scheme.oid(), "with another cipher than AES-CBC");
  const iv = scheme.expect(TAG.OCTET_STRING).content;
  scheme.end();
  if (iv.length !== IV_SIZE) throw malformed(`${WHAT} has an initialization vector of ${iv.length} bytes`);
  const key = await derive({ ...readDerivation(derivation, size), password, size });
  return { key, iv, encrypted };
}

/** RFC 8018 A.2. */
function readDerivation(reader: DerReader, size: number) {
  requireOid(reader, PBKDF2, "under a passphrase by another function than PBKDF2");
  const parameters = reader.enter(TAG.SEQUENCE);
  reader.end();
  const salt = parameters.expect(TAG.OCTET_STRING).content;
  const iterations = parameters.integer();
  const keySize = parameters.optional(TAG.INTEGER)?.content;
  const prf = parameters.done ? undefined : parameters.enter(TAG.SEQUENCE);
  parameters.end();
  if (iterations < 1n || iterations > MAX_ITERATIONS) {
    // Not told how many: the number may have millions of digits.
    throw malformed(`${WHAT} asks for no iterations, or more than ${MAX_ITERATIONS}`);
  }
  if (keySize !== undefined && Number(`0x${keySize.toHex()}`) !== size) {
    throw malformed(`${WHAT} has a key length that does not fit its cipher`);
  }
  // The default is HMAC with SHA-1, which DER leaves out.
  const hash = prf === undefined
    ? "SHA-1"
    : lookUp(PSEUDORANDOM_FUNCTIONS, prf.oid(), "by PBKDF2 with a function that is not known");
  return { salt, iterations: Number(iterations), hash };
}

function requireOid(reader: DerReader, expected: string, otherwise: string): void {
  if (reader.oid() !== expected) throw unknownWay(otherwise);
}

function lookUp<T>(table: Readonly<Record<string, T>>, oid: string, otherwise: string): T {
  const found = Object.hasOwn(table, oid) ? table[oid] : undefined;
  if (found === undefined) throw unknownWay(otherwise);
  return found;
}

interface Derivation {
  readonly password: Bytes;
  readonly salt: Uint8Array;
  readonly iterations: number;
  /** As WebCrypto names it. */
  readonly hash: string;
  /** Bytes of the key that is wanted. */
  readonly size: number;
}

async function derive({ password, salt, iterations, hash, size }: Derivation): Promise<Bytes> {
  const base = await crypto.subtle.importKey("raw", password, "PBKDF2", false, ["deriveBits"]);
  const parameters = { name: "PBKDF2", salt: webCryptoBytes(salt), iterations, hash };
  return new Uint8Array(await crypto.subtle.deriveBits(parameters, base, 8 * size));
}

/** `Proc-Type: 4,ENCRYPTED` and `DEK-Info: AES-256-CBC,<IV in hex>`. */
async function decryptOlderForm({ label, der, headers }: PemBlock, password: Bytes): Promise<PrivateKey> {
  const line = headers.find((header) => /^DEK-Info:/i.test(header)) ?? "";
  const [, cipher = "", hexIv = ""] = /^DEK-Info:\s*([^,\s]+)\s*,\s*([0-9A-Fa-f]+)\s*$/i.exec(line) ?? [];
  const bits = /^AES-(128|192|256)-CBC$/i.exec(cipher)?.[1];
  if (bits === undefined) throw unknownWay("with another cipher than AES-CBC");
  if (hexIv.length !== 2 * IV_SIZE) throw malformed(`${WHAT} has an initialization vector of the wrong length`);
  const iv = Uint8Array.fromHex(hexIv);
  const key = deriveOlder(password, iv.subarray(0, 8), Number(bits) / 8);
  return await orWrongPassphrase(async () => {
    const plain = await decryptCbc(der, key, iv);
    return await privateKeyFromPem({ label, der: plain, headers: [], text: "" });
  });
}

/** OpenSSL's EVP_BytesToKey with MD5 and one round: D1 = MD5(password ‖ salt), Dn = MD5(Dn-1 ‖ password ‖ salt). */
function deriveOlder(password: Uint8Array, salt: Uint8Array, size: number): Bytes {
  const digests: Uint8Array[] = [];
  for (let made = 0; made < size; made += 16) {
    digests.push(createHash("md5").update(digests.at(-1) ?? "").update(password).update(salt).digest());
  }
  return concatBytes(...digests).subarray(0, size);
}

async function decryptCbc(encrypted: Uint8Array, key: Bytes, iv: Uint8Array): Promise<Bytes> {
  const imported = await crypto.subtle.importKey("raw", key, "AES-CBC", false, ["decrypt"]);
  const parameters = { name: "AES-CBC", iv: webCryptoBytes(iv) };
  return new Uint8Array(await crypto.subtle.decrypt(parameters, imported, webCryptoBytes(encrypted)));
}

/** A wrong passphrase shows as bad padding, or by chance as good padding around what is no key. */
async function orWrongPassphrase(read: () => Promise<PrivateKey>): Promise<PrivateKey> {
  try {
    return await read();
  } catch (error) {
    const isWrong = error instanceof DOMException || (error instanceof CaucaseError && error.code === "malformed");
    if (!isWrong) throw error;
    throw new CaucaseError("unacceptable", "the passphrase is wrong, or the encrypted private key is damaged");
  }
}

function unknownWay(how: string): CaucaseError {
  return new CaucaseError("unacceptable", `the private key is encrypted ${how}`, {
    hint: "openssl pkey -aes256 -in OLD -out NEW encrypts it in a supported form",
  });
}
