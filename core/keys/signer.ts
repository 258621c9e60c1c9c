/** What signs certificates, requests and CRLs. WebCrypto today; keys in another place need another `Signer`. */
import { type Bytes, joinBytes } from "../bytes.ts";
import { CaucaseError } from "../errors.ts";
import type { HashName } from "./hashes.ts";
import { importSigningKey, type PrivateKey, signWith } from "./private_key.ts";
import type { PublicKey } from "./public_key.ts";
import { CURVES } from "./ec_curves.ts";
import { ECDSA, ED25519, messageAlgorithm, RSA_PKCS1, type SignatureAlgorithm } from "./signature_algorithm.ts";

/** Megabytes come in pieces; a signer that can take them one by one need not join them. */
export type DataToSign = Uint8Array | readonly Uint8Array[];

export interface Signer {
  readonly algorithm: SignatureAlgorithm;
  readonly publicKey: PublicKey;
  /**
   * Signature over `data`, all in one or in pieces that belong together, in the form that X.509 uses (ECDSA in DER).
   */
  sign(data: DataToSign): Promise<Bytes>;
}

/**
 * A signer with `key`, which is imported once and cannot be taken out again. Without `algorithm`: RSASSA-PKCS1-v1_5
 * with SHA-256, ECDSA with the hash that fits the curve, Ed25519.
 */
export async function signerFor(
  key: PrivateKey,
  algorithm: SignatureAlgorithm = defaultAlgorithm(key.publicKey),
): Promise<Signer> {
  const imported = await importSigningKey(key, algorithm);
  return { algorithm, publicKey: key.publicKey, sign: (data) => signWith(imported, algorithm, inOne(data)) };
}

/** WebCrypto takes no pieces. */
function inOne(data: DataToSign): Uint8Array {
  return data instanceof Uint8Array ? data : joinBytes(data);
}

/**
 * A signer of messages (see `messageAlgorithm`) with `key`, as `signerFor`; the counterpart of `verifyMessageBytes`.
 * @throws `unacceptable` for an RSA key that is too short for the hash
 */
export async function messageSignerFor(key: PrivateKey, hash: HashName = "SHA-256"): Promise<Signer> {
  return await signerFor(key, requireMessageAlgorithm(key.publicKey, hash));
}

/** As `messageAlgorithm`. @throws `unacceptable` for an RSA key that is too short for the hash */
export function requireMessageAlgorithm(key: PublicKey, hash: HashName = "SHA-256"): SignatureAlgorithm {
  const algorithm = messageAlgorithm(key, hash);
  if (algorithm !== undefined) return algorithm;
  throw new CaucaseError("unacceptable", `an RSA key of ${key.bits} bits is too short for ${hash}`);
}

/** What certificates, requests and CRLs are signed with, where nothing else is asked for. */
export function defaultAlgorithm({ kind, curve }: PublicKey): SignatureAlgorithm {
  if (curve !== undefined) return ECDSA[CURVES[curve].hash];
  return kind === "RSA" ? RSA_PKCS1["SHA-256"] : ED25519;
}
