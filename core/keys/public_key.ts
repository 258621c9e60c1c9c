/**
 * Public keys as SubjectPublicKeyInfo (RFC 5280 4.1.2.7): which ones are taken, how strong they must be.
 */
import type { Bytes } from "../bytes.ts";
import { CaucaseError, malformed } from "../errors.ts";
import { type DerReader, openDer, readWholeBitString } from "../der/reader.ts";
import { TAG } from "../der/tags.ts";
import { type Curve, curveByOid, type CurveName, isPointOn } from "./ec_curves.ts";
import { digest, type HashName } from "./hashes.ts";
import { CURVES_TAKEN, KEYS_TAKEN, kindName } from "../x509/key_kinds.ts";
import { OID } from "../der/oids.ts";
import { readRsaPublicKey } from "./rsa_numbers.ts";

export type { CurveName, HashName };

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

/** The subjectPublicKey of a key: an RSAPublicKey in DER, a point, or the 32 bytes of Ed25519. */
export function publicKeyBits(key: PublicKey): Bytes {
  return openSpki(key.spki, "public key").bits;
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
