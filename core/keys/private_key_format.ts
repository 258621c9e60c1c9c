/**
 * Private keys as DER: RSAPrivateKey (PKCS#1, RFC 8017 A.1.2), ECPrivateKey (SEC1, RFC 5915) and PrivateKeyInfo
 * (PKCS#8, RFC 5958) with Ed25519 (RFC 8410). All become PKCS#8 of version 0 without attributes, with the public key
 * that belongs to them.
 */
import { Buffer } from "node:buffer";
import { createPrivateKey, createPublicKey } from "node:crypto";
import { type Bytes, bytesToBigInt, equalBytes } from "../bytes.ts";
import { CaucaseError, malformed } from "../errors.ts";
import { DerReader, openDer, readWholeBitString } from "../der/reader.ts";
import { TAG } from "../der/tags.ts";
import { derBitString, derExplicit, derInteger, derNull, derOctetString, derOid, derSequence } from "../der/writer.ts";
import { type Curve, curveByOid } from "./ec_curves.ts";
import { CURVES_TAKEN, KEYS_TAKEN, kindName } from "../x509/key_kinds.ts";
import { OID } from "../der/oids.ts";
import { rsaPublicFromPrivate } from "./rsa_numbers.ts";

/** A private key and the public one derived from it, both DER. */
export interface KeyPairDer {
  readonly pkcs8: Bytes;
  readonly spki: Bytes;
}

const RSA_IDENTIFIER = derSequence(derOid(OID.RSA_ENCRYPTION), derNull());
const ED25519_IDENTIFIER = derSequence(derOid(OID.ED25519));
const ED25519_SEED_SIZE = 32;

/** @throws `malformed`; `unacceptable` for kinds of keys that are not ours */
export function readPkcs8(der: Uint8Array, what: string): KeyPairDer {
  const reader = openDer(der, TAG.SEQUENCE, what);
  const version = reader.integer();
  const algorithm = reader.enter(TAG.SEQUENCE);
  const privateKey = reader.expect(TAG.OCTET_STRING).content;
  reader.optional(TAG.CONTEXT_CONSTRUCTED);
  // RFC 5958 2: version 1 is the one with a public key.
  const publicKey = reader.optional(TAG.CONTEXT | 1)?.content;
  reader.end();
  if (version !== (publicKey === undefined ? 0n : 1n)) {
    throw malformed(`${what} has a version that does not fit its content`);
  }
  const pair = readByAlgorithm(algorithm, privateKey, what);
  if (publicKey !== undefined) checkPublic(publicKey, pair.spki, what);
  return pair;
}

/** @throws `malformed`, also when the numbers do not fit together */
export function readPkcs1(der: Uint8Array, what: string): KeyPairDer {
  const rsaPublicKey = rsaPublicFromPrivate(der, what);
  return {
    pkcs8: derSequence(derInteger(0), RSA_IDENTIFIER, derOctetString(der)),
    spki: derSequence(RSA_IDENTIFIER, derBitString(rsaPublicKey)),
  };
}

/** The RSAPrivateKey inside a PKCS#8 that `readPkcs8` or `readPkcs1` made of an RSA key. */
export function pkcs1FromPkcs8(pkcs8: Uint8Array): Uint8Array {
  const reader = openDer(pkcs8, TAG.SEQUENCE, "private key");
  reader.integer();
  reader.enter(TAG.SEQUENCE);
  return reader.expect(TAG.OCTET_STRING).content;
}

/**
 * Reads an ECPrivateKey. `known` is the curve where something around it says so; otherwise the key itself must.
 * @throws `malformed`, `unacceptable` for other curves
 */
export function readSec1(der: Uint8Array, what: string, known?: Curve): KeyPairDer {
  const reader = openDer(der, TAG.SEQUENCE, what);
  if (reader.integer() !== 1n) throw malformed(`${what} is an EC key of unknown version`);
  const scalar = reader.expect(TAG.OCTET_STRING).content;
  const parameters = reader.optional(TAG.CONTEXT_CONSTRUCTED);
  const publicKey = reader.optional(TAG.CONTEXT_CONSTRUCTED | 1);
  reader.end();
  const stated = parameters && readCurve(new DerReader(parameters.content, what), what);
  const curve = known ?? stated;
  if (curve === undefined) throw malformed(`${what} is an EC key that does not say its curve`);
  if (stated !== undefined && stated !== curve) throw malformed(`${what} is an EC key that names two curves`);
  const pair = ecPair(scalar, curve, what);
  if (publicKey !== undefined) {
    const inner = new DerReader(publicKey.content, what);
    checkPublic(inner.expect(TAG.BIT_STRING).content, pair.spki, what);
    inner.end();
  }
  return pair;
}

function readByAlgorithm(algorithm: DerReader, privateKey: Uint8Array, what: string): KeyPairDer {
  const oid = algorithm.oid();
  switch (oid) {
    case OID.RSA_ENCRYPTION:
      if (algorithm.expect(TAG.NULL).content.length > 0) throw malformed(`${what} has a NULL that is not empty`);
      algorithm.end();
      return readPkcs1(privateKey, what);
    case OID.EC_PUBLIC_KEY:
      return readSec1(privateKey, what, readCurve(algorithm, what));
    case OID.ED25519: {
      algorithm.end();
      const seed = openSeed(privateKey, what);
      return ed25519Pair(seed);
    }
    default:
      throw new CaucaseError("unacceptable", `${what} is a key of the kind ${kindName(oid)}`, { hint: KEYS_TAKEN });
  }
}

function openSeed(privateKey: Uint8Array, what: string): Uint8Array {
  const reader = new DerReader(privateKey, what);
  const seed = reader.expect(TAG.OCTET_STRING).content;
  reader.end();
  if (seed.length !== ED25519_SEED_SIZE) throw malformed(`${what} is an Ed25519 key of the wrong length`);
  return seed;
}

function readCurve(reader: DerReader, what: string): Curve {
  if (reader.peekTag() !== TAG.OID) {
    throw new CaucaseError("unacceptable", `${what} is an EC key without a named curve`);
  }
  const oid = reader.oid();
  reader.end();
  const curve = curveByOid(oid);
  if (curve !== undefined) return curve;
  throw new CaucaseError("unacceptable", `${what} is an EC key on the curve ${kindName(oid)}`, { hint: CURVES_TAKEN });
}

function ecPair(scalar: Uint8Array, curve: Curve, what: string): KeyPairDer {
  const number = bytesToBigInt(scalar);
  // RFC 5915 3: as many bytes as the order has, leading zeros included.
  if (scalar.length !== curve.size || number < 1n || number >= curve.order) {
    throw malformed(`${what} is an EC key that does not fit its curve`);
  }
  const identifier = derSequence(derOid(OID.EC_PUBLIC_KEY), derOid(curve.oid));
  const start = [derInteger(1), derOctetString(scalar)];
  const spki = publicFromPrivate(wrap(identifier, derSequence(...start)));
  const bits = openDer(spki, TAG.SEQUENCE, what);
  bits.expect(TAG.SEQUENCE);
  return { pkcs8: wrap(identifier, derSequence(...start, derExplicit(1, bits.expect(TAG.BIT_STRING).raw))), spki };
}

function ed25519Pair(seed: Uint8Array): KeyPairDer {
  const pkcs8 = wrap(ED25519_IDENTIFIER, derOctetString(seed));
  return { pkcs8, spki: publicFromPrivate(pkcs8) };
}

/**
 * WebCrypto tells the public half of a private key in no export but JWK, which has the private half as text beside it:
 * the key would have to be extractable, and its text would lie about in memory.
 */
function publicFromPrivate(pkcs8: Bytes): Bytes {
  const key = createPrivateKey({ key: Buffer.from(pkcs8.buffer), format: "der", type: "pkcs8" });
  return new Uint8Array(createPublicKey(key).export({ format: "der", type: "spki" }));
}

function wrap(identifier: Uint8Array, privateKey: Uint8Array): Bytes {
  return derSequence(derInteger(0), identifier, derOctetString(privateKey));
}

/** `stated` is the content of a BIT STRING that claims to be the public key of `spki`. */
function checkPublic(stated: Uint8Array, spki: Uint8Array, what: string): void {
  const reader = openDer(spki, TAG.SEQUENCE, what);
  reader.enter(TAG.SEQUENCE);
  const derived = reader.expect(TAG.BIT_STRING);
  readWholeBitString(derived, what);
  if (!equalBytes(stated, derived.content)) throw malformed(`${what} carries a public key that is not its own`);
}
