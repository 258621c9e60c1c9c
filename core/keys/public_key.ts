/**
 * Public keys as SubjectPublicKeyInfo (RFC 5280 4.1.2.7): which ones are taken, how strong they must be, what they
 * verify.
 */
import type { Bytes } from "../bytes.ts";
import { CaucaseError, malformed } from "../errors.ts";
import { type DerReader, openDer, readWholeBitString } from "../der/reader.ts";
import { TAG } from "../der/tags.ts";
import { type Curve, curveByOid, type CurveName, CURVES, isPointOn } from "./ec_curves.ts";
import { ecdsaFromDer } from "./ecdsa_signature.ts";
import { digest, type HashName, webCryptoBytes } from "./hashes.ts";
import { CURVES_TAKEN, KEYS_TAKEN, kindName } from "../x509/key_kinds.ts";
import { OID } from "../der/oids.ts";
import { readRsaPublicKey, type RsaPublicNumbers } from "./rsa_numbers.ts";
import { type SignedData, verifyRsa } from "./rsa_verify.ts";
import { messageAlgorithm, type SignatureAlgorithm } from "./signature_algorithm.ts";

export type { CurveName, HashName, SignedData };

/** Only `parsePublicKey` makes these: the numbers inside can be a key. */
export interface PublicKey {
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Bytes;
  /** SHA-1 of the subjectPublicKey bits (RFC 5280 4.2.1.2, method 1), 40 lower-case hex digits. */
  readonly keyId: string;
  readonly kind: "RSA" | "EC" | "Ed25519";
  /** Of the modulus for RSA, of the field otherwise. */
  readonly bits: number;
  /** For `EC`. */
  readonly curve?: CurveName;
}

const MIN_RSA_BITS = 2048;

/**
 * Reads a SubjectPublicKeyInfo: RSA of 512 to 16384 bits, EC on P-256, P-384 or P-521, Ed25519. `what` names its
 * holder in errors.
 * @throws `malformed`; `unacceptable` for other kinds, and for numbers that cannot be a key (see `readRsaPublicKey`,
 * `isPointOn`)
 */
export async function parsePublicKey(spkiDer: Uint8Array, what: string): Promise<PublicKey> {
  const spki = new Uint8Array(spkiDer);
  const { algorithm, bits } = openSpki(spki, what);
  const shape = keyShape(algorithm, bits, what);
  return { spki, keyId: (await digest("SHA-1", bits)).toHex(), ...shape };
}

/** @throws `unacceptable` for RSA under 2048 bits; all other keys that can be read are strong enough to be certified */
export function checkKeyStrength(key: PublicKey): void {
  if (key.kind === "RSA" && key.bits < MIN_RSA_BITS) {
    throw new CaucaseError("unacceptable", `an RSA key of ${key.bits} bits is too weak`, { hint: KEYS_TAKEN });
  }
}

/**
 * Whether `signature` over `data` was made by the holder of `key` with `algorithm`, in the form that X.509 uses (ECDSA
 * in DER). A signature of another form, and an algorithm for another kind of key, verify as false.
 */
export async function verifySignature(
  key: PublicKey,
  algorithm: SignatureAlgorithm,
  { data, signature }: SignedData,
): Promise<boolean> {
  if (key.kind === "RSA" && (algorithm.scheme === "RSASSA-PKCS1-v1_5" || algorithm.scheme === "RSA-PSS")) {
    const numbers = rsaNumbers(key);
    const size = Math.ceil(numbers.bits / 8);
    if (signature.length !== size) return false;
    if (!isRsaOfWebCrypto(numbers)) return await verifyRsa(numbers, algorithm, { data, signature });
    const imported = await importKey(key, { name: algorithm.scheme, hash: algorithm.hash });
    return await verifyWith(imported, algorithm, { data, signature });
  }
  if (key.kind === "EC" && key.curve !== undefined && algorithm.scheme === "ECDSA") {
    const raw = rawEcdsa(signature, CURVES[key.curve]);
    if (raw === undefined) return false;
    const imported = await importKey(key, { name: "ECDSA", namedCurve: key.curve });
    return await verifyWith(imported, algorithm, { data, signature: raw });
  }
  if (key.kind === "Ed25519" && algorithm.scheme === "Ed25519") {
    return await verifyWith(await importKey(key, { name: "Ed25519" }), algorithm, { data, signature });
  }
  return false;
}

/**
 * Whether `signature` over `data` is one of a message (see `messageAlgorithm`): RSASSA-PSS with exactly the longest
 * salt, ECDSA in DER, or Ed25519.
 */
export async function verifyMessageBytes(key: PublicKey, hash: HashName, signed: SignedData): Promise<boolean> {
  const algorithm = messageAlgorithm(key, hash);
  return algorithm !== undefined && await verifySignature(key, algorithm, signed);
}

function openSpki(spki: Uint8Array, what: string): { algorithm: DerReader; bits: Bytes } {
  const reader = openDer(spki, TAG.SEQUENCE, what);
  const algorithm = reader.enter(TAG.SEQUENCE);
  const bits = readWholeBitString(reader.expect(TAG.BIT_STRING), what);
  reader.end();
  return { algorithm, bits };
}

function keyShape(
  algorithm: DerReader,
  bits: Bytes,
  what: string,
): Pick<PublicKey, "kind" | "bits"> | { kind: "EC"; bits: number; curve: CurveName } {
  const oid = algorithm.oid();
  switch (oid) {
    case OID.RSA_ENCRYPTION:
      // RFC 3279 2.3.1: the parameters are NULL, never absent.
      if (algorithm.expect(TAG.NULL).content.length > 0) throw malformed(`${what} has a NULL that is not empty`);
      algorithm.end();
      return { kind: "RSA", bits: readRsaPublicKey(bits, what).bits };
    case OID.EC_PUBLIC_KEY: {
      const { name, bits: size } = checkedCurve(algorithm, bits, what);
      return { kind: "EC", bits: size, curve: name };
    }
    case OID.ED25519:
      algorithm.end();
      if (bits.length !== 32) throw malformed(`${what} has an Ed25519 key that is not 32 bytes long`);
      return { kind: "Ed25519", bits: 255 };
    case OID.RSASSA_PSS:
      throw unacceptable(what, "has an RSA key that is restricted to RSASSA-PSS", "use a key marked rsaEncryption");
    default:
      throw unacceptable(what, `has a key of the kind ${kindName(oid)}`, KEYS_TAKEN);
  }
}

function checkedCurve(algorithm: DerReader, point: Uint8Array, what: string): Curve {
  if (algorithm.peekTag() !== TAG.OID) throw unacceptable(what, "has an EC key without a named curve");
  const oid = algorithm.oid();
  algorithm.end();
  const curve = curveByOid(oid);
  if (curve === undefined) throw unacceptable(what, `has an EC key on the curve ${kindName(oid)}`, CURVES_TAKEN);
  if (point[0] === 2 || point[0] === 3) throw unacceptable(what, "has an EC key in compressed form");
  if (!isPointOn(curve, point)) throw unacceptable(what, `has an EC key that is not a point on ${curve.name}`);
  return curve;
}

function unacceptable(what: string, problem: string, hint?: string): CaucaseError {
  return new CaucaseError("unacceptable", `${what} ${problem}`, hint === undefined ? {} : { hint });
}

function rsaNumbers(key: PublicKey): RsaPublicNumbers {
  return readRsaPublicKey(openSpki(key.spki, "RSA key").bits, "RSA key");
}

/** Whether the runtime's WebCrypto can verify with this key. */
function isRsaOfWebCrypto({ bits, exponent }: RsaPublicNumbers): boolean {
  return bits <= 4096 && exponent < 2n ** 32n;
}

function rawEcdsa(signature: Uint8Array, curve: Curve): Bytes | undefined {
  try {
    return ecdsaFromDer(signature, curve);
  } catch (error) {
    if (error instanceof CaucaseError) return undefined;
    throw error;
  }
}

type ImportAlgorithm = { name: string; hash: HashName } | { name: string; namedCurve: CurveName } | { name: string };

/** Importing costs about as much as verifying, and a CA's key verifies over and over. */
const importedKeys = new WeakMap<PublicKey, Map<string, Promise<CryptoKey>>>();

function importKey(key: PublicKey, algorithm: ImportAlgorithm): Promise<CryptoKey> {
  const ofKey = importedKeys.get(key) ?? new Map<string, Promise<CryptoKey>>();
  importedKeys.set(key, ofKey);
  const id = JSON.stringify(algorithm);
  const imported = ofKey.get(id) ?? crypto.subtle.importKey("spki", key.spki, algorithm, false, ["verify"]);
  ofKey.set(id, imported);
  return imported;
}

function verifyWith(key: CryptoKey, algorithm: SignatureAlgorithm, { data, signature }: SignedData): Promise<boolean> {
  const { scheme: name } = algorithm;
  const parameters = "saltLength" in algorithm
    ? { name, saltLength: algorithm.saltLength }
    : "hash" in algorithm
    ? { name, hash: algorithm.hash }
    : { name };
  return crypto.subtle.verify(parameters, key, webCryptoBytes(signature), webCryptoBytes(data));
}
