/**
 * What can be said of a signature without cryptography: whether it has the form that its key and algorithm ask for.
 * Every library that verifies gets only such signatures, so that all of them take the same ones.
 */
import { type Bytes, bytesToBigInt } from "../bytes.ts";
import { CaucaseError } from "../errors.ts";
import { type Curve, CURVES } from "./ec_curves.ts";
import { ecdsaFromDer } from "./ecdsa_signature.ts";
import { type PublicKey, publicKeyBits } from "./public_key.ts";
import { readRsaPublicKey, type RsaPublicNumbers } from "./rsa_numbers.ts";
import {
  type EcdsaAlgorithm,
  type Ed25519Algorithm,
  longestSalt,
  type RsaPkcs1Algorithm,
  type RsaPssAlgorithm,
  type SignatureAlgorithm,
} from "./signature_algorithm.ts";

/** A signature of the right form, with what a library needs to verify it. */
export type SignatureForm =
  | {
    readonly kind: "RSA";
    readonly algorithm: RsaPkcs1Algorithm | RsaPssAlgorithm;
    readonly numbers: RsaPublicNumbers;
    /** RSAPublicKey, DER. */
    readonly keyBits: Bytes;
  }
  | {
    readonly kind: "EC";
    readonly algorithm: EcdsaAlgorithm;
    readonly curve: Curve;
    /** The point, uncompressed. */
    readonly keyBits: Bytes;
    /** r and s side by side. */
    readonly raw: Bytes;
  }
  | { readonly kind: "Ed25519"; readonly algorithm: Ed25519Algorithm };

/**
 * Undefined for what can be no signature: of an algorithm for another kind of key, of another length than the RSA
 * modulus or not below it, with a salt longer than the modulus allows; of ECDSA unless strict DER with r and s from 1
 * to below the order.
 */
export function signatureForm(
  key: PublicKey,
  algorithm: SignatureAlgorithm,
  signature: Uint8Array,
): SignatureForm | undefined {
  if (key.kind === "RSA" && (algorithm.scheme === "RSASSA-PKCS1-v1_5" || algorithm.scheme === "RSA-PSS")) {
    const keyBits = publicKeyBits(key);
    const numbers = readRsaPublicKey(keyBits, "RSA key");
    return isBelowModulus(signature, numbers) && isSaltPossible(algorithm, numbers)
      ? { kind: "RSA", algorithm, numbers, keyBits }
      : undefined;
  }
  if (key.kind === "EC" && key.curve !== undefined && algorithm.scheme === "ECDSA") {
    const curve = CURVES[key.curve];
    const raw = rawEcdsa(signature, curve);
    return raw && { kind: "EC", algorithm, curve, keyBits: publicKeyBits(key), raw };
  }
  if (key.kind === "Ed25519" && algorithm.scheme === "Ed25519") return { kind: "Ed25519", algorithm };
  return undefined;
}

function isBelowModulus(signature: Uint8Array, { modulus, bits }: RsaPublicNumbers): boolean {
  return signature.length === Math.ceil(bits / 8) && bytesToBigInt(signature) < modulus;
}

function isSaltPossible(algorithm: RsaPkcs1Algorithm | RsaPssAlgorithm, { bits }: RsaPublicNumbers): boolean {
  return !("saltLength" in algorithm) || algorithm.saltLength <= longestSalt(bits, algorithm.hash);
}

function rawEcdsa(signature: Uint8Array, curve: Curve): Bytes | undefined {
  try {
    return ecdsaFromDer(signature, curve);
  } catch (error) {
    if (error instanceof CaucaseError) return undefined;
    throw error;
  }
}
