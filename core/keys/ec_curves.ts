/** The elliptic curves that keys may be on (RFC 5480, parameters of FIPS 186-4 D.1.2): y² = x³ − 3x + b modulo p. */
import { bytesToBigInt } from "../bytes.ts";
import type { HashName } from "./hashes.ts";
import { OID } from "../der/oids.ts";

/** By their WebCrypto names. */
export type CurveName = "P-256" | "P-384" | "P-521";

export interface Curve {
  readonly name: CurveName;
  readonly oid: string;
  readonly bits: number;
  /** Bytes of a coordinate. */
  readonly size: number;
  /** The hash that fits its strength. */
  readonly hash: HashName;
  readonly p: bigint;
  readonly b: bigint;
  /** Order of the group: private keys and both parts of a signature lie from 1 to below it. */
  readonly order: bigint;
}

const P256: Curve = {
  name: "P-256",
  oid: OID.P256,
  bits: 256,
  size: 32,
  hash: "SHA-256",
  p: 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n,
  b: 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn,
  order: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
};

const P384: Curve = {
  name: "P-384",
  oid: OID.P384,
  bits: 384,
  size: 48,
  hash: "SHA-384",
  p: 2n ** 384n - 2n ** 128n - 2n ** 96n + 2n ** 32n - 1n,
  b: 0xb3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aefn,
  order: 0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
};

const P521: Curve = {
  name: "P-521",
  oid: OID.P521,
  bits: 521,
  size: 66,
  hash: "SHA-512",
  p: 2n ** 521n - 1n,
  b: BigInt(
    "0x051953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef109e1" +
      "56193951ec7e937b1652c0bd3bb1bf073573df883d2c34f1ef451fd46b503f00",
  ),
  order: BigInt(
    "0x01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa" +
      "51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409",
  ),
};

export const CURVES: Readonly<Record<CurveName, Curve>> = { "P-256": P256, "P-384": P384, "P-521": P521 };

export function curveByOid(oid: string): Curve | undefined {
  return Object.values(CURVES).find((curve) => curve.oid === oid);
}

/**
 * Whether `point` is an uncompressed point (SEC 1 2.3.3) that lies on `curve`. WebCrypto imports any bytes and fails
 * only at use.
 */
export function isPointOn(curve: Curve, point: Uint8Array): boolean {
  if (point.length !== 1 + 2 * curve.size || point[0] !== 4) return false;
  const x = bytesToBigInt(point.subarray(1, 1 + curve.size));
  const y = bytesToBigInt(point.subarray(1 + curve.size));
  if (x >= curve.p || y >= curve.p) return false;
  return (y * y - (x * x - 3n) * x - curve.b) % curve.p === 0n;
}
