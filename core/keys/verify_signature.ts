/** Verifying signatures: the one way in, whatever library does it. */
import type { CurveName } from "./ec_curves.ts";
import { type HashName, webCryptoBytes } from "./hashes.ts";
import type { PublicKey } from "./public_key.ts";
import type { RsaPublicNumbers } from "./rsa_numbers.ts";
import { type SignedData, verifyRsa } from "./rsa_verify.ts";
import { messageAlgorithm, type SignatureAlgorithm } from "./signature_algorithm.ts";
import { signatureForm } from "./signature_form.ts";

export type { SignedData };

/**
 * Whether `signature` over `data` was made by the holder of `key` with `algorithm`, in the form that X.509 uses (ECDSA
 * in DER). A signature of another form, and an algorithm for another kind of key, verify as false: `signatureForm`
 * decides that for every library.
 */
export type VerifySignature = (key: PublicKey, algorithm: SignatureAlgorithm, signed: SignedData) => Promise<boolean>;

/** By WebCrypto, which is always there, and by arithmetic of our own for RSA keys that it does not take. */
export const verifySignature: VerifySignature = async (key, algorithm, { data, signature }) => {
  const form = signatureForm(key, algorithm, signature);
  switch (form?.kind) {
    case undefined:
      return false;
    case "RSA": {
      if (!isRsaOfWebCrypto(form.numbers)) return await verifyRsa(form.numbers, form.algorithm, { data, signature });
      const imported = await importKey(key, { name: form.algorithm.scheme, hash: form.algorithm.hash });
      return await verifyWith(imported, algorithm, { data, signature });
    }
    case "EC": {
      const imported = await importKey(key, { name: "ECDSA", namedCurve: form.curve.name });
      return await verifyWith(imported, algorithm, { data, signature: form.raw });
    }
    case "Ed25519":
      return await verifyWith(await importKey(key, { name: "Ed25519" }), algorithm, { data, signature });
  }
};

/** A signature of a message, with the hash that the message names. */
export interface SignedMessageBytes extends SignedData {
  readonly hash: HashName;
}

/**
 * Whether `signature` over `data` is one of a message (see `messageAlgorithm`): RSASSA-PSS with exactly the longest
 * salt, ECDSA in DER, or Ed25519.
 */
export async function verifyMessageBytes(
  key: PublicKey,
  { hash, ...signed }: SignedMessageBytes,
  verify: VerifySignature = verifySignature,
): Promise<boolean> {
  const algorithm = messageAlgorithm(key, hash);
  return algorithm !== undefined && await verify(key, algorithm, signed);
}

/** Whether the runtime's WebCrypto can verify with this key. */
function isRsaOfWebCrypto({ bits, exponent }: RsaPublicNumbers): boolean {
  return bits <= 4096 && exponent < 2n ** 32n;
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
