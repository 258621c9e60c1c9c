/**
 * Algorithms of signatures on certificates, requests, CRLs and messages, and their AlgorithmIdentifier (RFC 4055, RFC
 * 5758, RFC 8410). MD5, SHA-1 and everything else that is not listed here is refused wherever it appears.
 */
import { type Bytes, equalBytes } from "../bytes.ts";
import { CaucaseError, malformed } from "../errors.ts";
import { DerReader, openDer } from "../der/reader.ts";
import { TAG } from "../der/tags.ts";
import { derExplicit, derInteger, derNull, derOid, derSequence } from "../der/writer.ts";
import { HASH_OID, HASH_SIZE, type HashName } from "./hashes.ts";
import { KEYS_TAKEN } from "../x509/key_kinds.ts";
import { OID } from "../der/oids.ts";

interface Described {
  /** The AlgorithmIdentifier, as we write it. */
  readonly der: Bytes;
  /** For people. */
  readonly name: string;
}

export interface RsaPkcs1Algorithm extends Described {
  readonly scheme: "RSASSA-PKCS1-v1_5";
  readonly hash: HashName;
}

/** RSASSA-PSS whose mask generation uses the same hash. */
export interface RsaPssAlgorithm extends Described {
  readonly scheme: "RSA-PSS";
  readonly hash: HashName;
  /** In bytes. */
  readonly saltLength: number;
}

export interface EcdsaAlgorithm extends Described {
  readonly scheme: "ECDSA";
  readonly hash: HashName;
}

export interface Ed25519Algorithm extends Described {
  readonly scheme: "Ed25519";
}

export type SignatureAlgorithm = RsaPkcs1Algorithm | RsaPssAlgorithm | EcdsaAlgorithm | Ed25519Algorithm;

export const RSA_PKCS1: Readonly<Record<HashName, RsaPkcs1Algorithm>> = {
  "SHA-256": rsaPkcs1("SHA-256", OID.SHA256_WITH_RSA),
  "SHA-384": rsaPkcs1("SHA-384", OID.SHA384_WITH_RSA),
  "SHA-512": rsaPkcs1("SHA-512", OID.SHA512_WITH_RSA),
};

export const ECDSA: Readonly<Record<HashName, EcdsaAlgorithm>> = {
  "SHA-256": ecdsa("SHA-256", OID.ECDSA_WITH_SHA256),
  "SHA-384": ecdsa("SHA-384", OID.ECDSA_WITH_SHA384),
  "SHA-512": ecdsa("SHA-512", OID.ECDSA_WITH_SHA512),
};

export const ED25519: Ed25519Algorithm = { scheme: "Ed25519", name: "Ed25519", der: derSequence(derOid(OID.ED25519)) };

/** Algorithms without choices inside, by the bytes that may stand for them. */
const FIXED: readonly { readonly der: Bytes; readonly algorithm: SignatureAlgorithm }[] = [
  ...Object.values(RSA_PKCS1).map((algorithm) => ({ der: algorithm.der, algorithm })),
  ...Object.values(ECDSA).map((algorithm) => ({ der: algorithm.der, algorithm })),
  { der: ED25519.der, algorithm: ED25519 },
  // RFC 4055 5: parameters are NULL, but readers must take them absent too.
  { der: derSequence(derOid(OID.SHA256_WITH_RSA)), algorithm: RSA_PKCS1["SHA-256"] },
  { der: derSequence(derOid(OID.SHA384_WITH_RSA)), algorithm: RSA_PKCS1["SHA-384"] },
  { der: derSequence(derOid(OID.SHA512_WITH_RSA)), algorithm: RSA_PKCS1["SHA-512"] },
];

/** What to do instead of signing with what is refused. */
const HINTS = { hash: "sign with SHA-256, SHA-384 or SHA-512", key: KEYS_TAKEN } as const;

interface Refused {
  readonly name: string;
  /** What of it is refused: the hash, with a key that is taken, or the kind of key. */
  readonly fault: keyof typeof HINTS;
}

/** Algorithms that are refused, by object identifier, so that the refusal can name them. */
const REFUSED: Readonly<Record<string, Refused>> = {
  "1.2.840.113549.1.1.2": { name: "MD2 with RSA", fault: "hash" },
  "1.2.840.113549.1.1.4": { name: "MD5 with RSA", fault: "hash" },
  "1.2.840.113549.1.1.5": { name: "SHA-1 with RSA", fault: "hash" },
  "1.2.840.113549.1.1.14": { name: "SHA-224 with RSA", fault: "hash" },
  "2.16.840.1.101.3.4.3.13": { name: "SHA3-224 with RSA", fault: "hash" },
  "2.16.840.1.101.3.4.3.14": { name: "SHA3-256 with RSA", fault: "hash" },
  "2.16.840.1.101.3.4.3.15": { name: "SHA3-384 with RSA", fault: "hash" },
  "2.16.840.1.101.3.4.3.16": { name: "SHA3-512 with RSA", fault: "hash" },
  "1.2.840.10045.4.1": { name: "SHA-1 with ECDSA", fault: "hash" },
  "1.2.840.10045.4.3.1": { name: "SHA-224 with ECDSA", fault: "hash" },
  "2.16.840.1.101.3.4.3.9": { name: "SHA3-224 with ECDSA", fault: "hash" },
  "2.16.840.1.101.3.4.3.10": { name: "SHA3-256 with ECDSA", fault: "hash" },
  "2.16.840.1.101.3.4.3.11": { name: "SHA3-384 with ECDSA", fault: "hash" },
  "2.16.840.1.101.3.4.3.12": { name: "SHA3-512 with ECDSA", fault: "hash" },
  "1.2.840.10040.4.3": { name: "SHA-1 with DSA", fault: "key" },
  "2.16.840.1.101.3.4.3.1": { name: "SHA-224 with DSA", fault: "key" },
  "2.16.840.1.101.3.4.3.2": { name: "SHA-256 with DSA", fault: "key" },
  "1.2.156.10197.1.501": { name: "SM3 with SM2", fault: "key" },
  "1.3.101.113": { name: "Ed448", fault: "key" },
  "2.16.840.1.101.3.4.3.17": { name: "ML-DSA-44", fault: "key" },
  "2.16.840.1.101.3.4.3.18": { name: "ML-DSA-65", fault: "key" },
  "2.16.840.1.101.3.4.3.19": { name: "ML-DSA-87", fault: "key" },
};

/** RSASSA-PSS with `saltLength` bytes of salt. */
export function rsaPss(hash: HashName, saltLength: number): RsaPssAlgorithm {
  const hashIdentifier = derSequence(derOid(HASH_OID[hash]), derNull());
  const parameters = derSequence(
    derExplicit(0, hashIdentifier),
    derExplicit(1, derSequence(derOid(OID.MGF1), hashIdentifier)),
    // 20 is the default, and defaults are not written.
    ...(saltLength === 20 ? [] : [derExplicit(2, derInteger(saltLength))]),
  );
  const name = `RSASSA-PSS with ${hash} and ${saltLength} bytes of salt`;
  return { scheme: "RSA-PSS", hash, saltLength, name, der: derSequence(derOid(OID.RSASSA_PSS), parameters) };
}

/**
 * The longest salt, in bytes, that an RSA key of `bits` allows (RFC 8017 9.1.1); negative when the key is too short.
 */
export function longestSalt(bits: number, hash: HashName): number {
  return Math.ceil((bits - 1) / 8) - HASH_SIZE[hash] - 2;
}

/**
 * How messages are signed with a key: RSASSA-PSS with the longest salt that it allows, ECDSA, or Ed25519 (which has a
 * hash of its own). Undefined for an RSA key too short for `hash`.
 */
export function messageAlgorithm(
  key: { readonly kind: "RSA" | "EC" | "Ed25519"; readonly bits: number },
  hash: HashName,
): SignatureAlgorithm | undefined {
  if (key.kind === "EC") return ECDSA[hash];
  if (key.kind === "Ed25519") return ED25519;
  const saltLength = longestSalt(key.bits, hash);
  return saltLength < 0 ? undefined : rsaPss(hash, saltLength);
}

/**
 * Reads an AlgorithmIdentifier; `what` names the signed structure in errors.
 * @throws `unacceptable` for an algorithm that is not among ours, `malformed` for parameters that do not belong to it
 */
export function parseSignatureAlgorithm(der: Uint8Array, what: string): SignatureAlgorithm {
  const fixed = FIXED.find((candidate) => equalBytes(candidate.der, der));
  if (fixed !== undefined) return fixed.algorithm;
  const reader = openDer(der, TAG.SEQUENCE, what);
  const oid = reader.oid();
  if (oid === OID.RSASSA_PSS) return parsePss(reader, what);
  if (FIXED.some(({ der }) => openDer(der, TAG.SEQUENCE, what).oid() === oid)) {
    throw malformed(`${what} has a signature algorithm with parameters that do not belong to it`);
  }
  // What is not known is more likely a new kind of key than a hash that everybody has given up.
  const { name, fault } = REFUSED[oid] ?? { name: oid, fault: "key" };
  throw new CaucaseError("unacceptable", `${what} is signed with ${name}, which is not accepted`, {
    hint: HINTS[fault],
  });
}

/** RSASSA-PSS-params (RFC 4055 3.1). Its defaults mean SHA-1, so hash and mask generation must be there. */
function parsePss(reader: DerReader, what: string): RsaPssAlgorithm {
  const parameters = reader.enter(TAG.SEQUENCE);
  reader.end();
  const hash = parseHash(parameters.optional(TAG.CONTEXT_CONSTRUCTED)?.content, what);
  const mask = parseMask(parameters.optional(TAG.CONTEXT_CONSTRUCTED | 1)?.content, what);
  const saltLength = parseSmallInteger(parameters.optional(TAG.CONTEXT_CONSTRUCTED | 2)?.content, {
    what,
    absent: 20n,
  });
  const trailer = parseSmallInteger(parameters.optional(TAG.CONTEXT_CONSTRUCTED | 3)?.content, { what, absent: 1n });
  parameters.end();
  if (mask !== hash) throw new CaucaseError("unacceptable", `${what} is signed with RSASSA-PSS that mixes two hashes`);
  if (trailer !== 1) throw malformed(`${what} has bad RSASSA-PSS parameters`);
  return rsaPss(hash, saltLength);
}

function parseHash(identifier: Uint8Array | undefined, what: string): HashName {
  if (identifier === undefined) throw sha1Refusal(what);
  const reader = openDer(identifier, TAG.SEQUENCE, what);
  const oid = reader.oid();
  // RFC 4055 2.1: parameters NULL or absent.
  if (reader.optional(TAG.NULL)?.content.length) throw malformed(`${what} has a NULL that is not empty`);
  reader.end();
  for (const hash of ["SHA-256", "SHA-384", "SHA-512"] as const) if (HASH_OID[hash] === oid) return hash;
  throw sha1Refusal(what);
}

function parseMask(identifier: Uint8Array | undefined, what: string): HashName {
  if (identifier === undefined) throw sha1Refusal(what);
  const reader = openDer(identifier, TAG.SEQUENCE, what);
  if (reader.oid() !== OID.MGF1) {
    throw new CaucaseError("unacceptable", `${what} is signed with RSASSA-PSS without MGF1`);
  }
  const hash = parseHash(reader.any().raw, what);
  reader.end();
  return hash;
}

function parseSmallInteger(
  element: Uint8Array | undefined,
  { what, absent }: { what: string; absent: bigint },
): number {
  if (element === undefined) return Number(absent);
  const reader = new DerReader(element, what);
  const value = reader.integer();
  reader.end();
  if (value < 0n || value > 0xffffn) throw malformed(`${what} has RSASSA-PSS parameters out of range`);
  return Number(value);
}

function sha1Refusal(what: string): CaucaseError {
  return new CaucaseError("unacceptable", `${what} is signed with RSASSA-PSS with a hash that is not accepted`, {
    hint: "use SHA-256, SHA-384 or SHA-512 for both the hash and MGF1",
  });
}

function rsaPkcs1(hash: HashName, oid: string): RsaPkcs1Algorithm {
  return {
    scheme: "RSASSA-PKCS1-v1_5",
    hash,
    name: `RSASSA-PKCS1-v1_5 with ${hash}`,
    der: derSequence(derOid(oid), derNull()),
  };
}

function ecdsa(hash: HashName, oid: string): EcdsaAlgorithm {
  return { scheme: "ECDSA", hash, name: `ECDSA with ${hash}`, der: derSequence(derOid(oid)) };
}
