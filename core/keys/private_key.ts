/** Private keys: read from PEM, written, and used to sign. */
import type { Bytes } from "../bytes.ts";
import { CaucaseError, malformed } from "../errors.ts";
import { encodePem, PEM_LABEL, type PemBlock } from "../pem.ts";
import { ecdsaToDer } from "./ecdsa_signature.ts";
import { webCryptoBytes } from "./hashes.ts";
import { type KeyPairDer, pkcs1FromPkcs8, readPkcs1, readPkcs8, readSec1 } from "./private_key_format.ts";
import { parsePublicKey, type PublicKey } from "./public_key.ts";
import type { SignatureAlgorithm } from "./signature_algorithm.ts";

/** Unencrypted. Must not get into logs or errors. */
export interface PrivateKey {
  /** PrivateKeyInfo of version 0 without attributes, DER. */
  readonly pkcs8: Bytes;
  readonly publicKey: PublicKey;
}

const WHAT = "private key";

/** Whether a PEM block is a private key, of whatever format, encrypted ones included. */
export function isPrivateKeyBlock(block: PemBlock): boolean {
  return /^(?:[A-Z0-9]+ )*PRIVATE KEY$/.test(block.label);
}

/** Whether a PEM block is a private key that needs a passphrase (PKCS#8, or the older form of RFC 1421). */
export function isEncryptedKeyBlock({ label, headers }: PemBlock): boolean {
  return label === PEM_LABEL.ENCRYPTED_PKCS8 || headers.some((line) => /^Proc-Type:.*ENCRYPTED/i.test(line));
}

/**
 * Reads PKCS#1, PKCS#8 or SEC1. The public key is always derived from the private one, never believed.
 * @throws `malformed`; `unacceptable` when it is encrypted, or of a kind that is not ours
 */
export async function privateKeyFromPem(block: PemBlock): Promise<PrivateKey> {
  if (isEncryptedKeyBlock(block)) {
    throw new CaucaseError("unacceptable", "the private key is encrypted", { hint: "decrypt it first" });
  }
  if (block.headers.length > 0) throw malformed("private key with PEM headers");
  return await fromPair(readLabelled(block));
}

/** Reads PrivateKeyInfo (PKCS#8). Throws as `privateKeyFromPem` does. */
export async function parsePrivateKeyDer(pkcs8: Uint8Array): Promise<PrivateKey> {
  return await fromPair(readPkcs8(pkcs8, WHAT));
}

/** PEM: PKCS#1 for RSA, which every version of the reference reads; PKCS#8 for all else. */
export function privateKeyToPem(key: PrivateKey): string {
  return key.publicKey.kind === "RSA"
    ? encodePem(PEM_LABEL.PKCS1, pkcs1FromPkcs8(key.pkcs8))
    : encodePem(PEM_LABEL.PKCS8, key.pkcs8);
}

/** The key as WebCrypto wants it for `algorithm`; it cannot be exported again. */
export async function importSigningKey(key: PrivateKey, algorithm: SignatureAlgorithm): Promise<CryptoKey> {
  const { curve } = key.publicKey;
  const parameters = {
    name: algorithm.scheme,
    ...("hash" in algorithm ? { hash: algorithm.hash } : {}),
    ...(curve === undefined ? {} : { namedCurve: curve }),
  };
  return await crypto.subtle.importKey("pkcs8", key.pkcs8, parameters, false, ["sign"]);
}

/** Signature over `data` in the form that X.509 uses (ECDSA in DER). `key` was imported for `algorithm`. */
export async function signWith(key: CryptoKey, algorithm: SignatureAlgorithm, data: Uint8Array): Promise<Bytes> {
  const parameters = {
    name: algorithm.scheme,
    ...("hash" in algorithm ? { hash: algorithm.hash } : {}),
    ...("saltLength" in algorithm ? { saltLength: algorithm.saltLength } : {}),
  };
  const signature = new Uint8Array(await crypto.subtle.sign(parameters, key, webCryptoBytes(data)));
  return algorithm.scheme === "ECDSA" ? ecdsaToDer(signature) : signature;
}

function readLabelled({ label, der }: PemBlock): KeyPairDer {
  switch (label) {
    case PEM_LABEL.PKCS8:
      return readPkcs8(der, WHAT);
    case PEM_LABEL.PKCS1:
      return readPkcs1(der, WHAT);
    case PEM_LABEL.SEC1:
      return readSec1(der, WHAT);
    default:
      throw malformed(`a PEM block with the label ${label} is not a private key that can be read`, {
        hint: "PKCS#1, PKCS#8 and SEC1 are",
      });
  }
}

async function fromPair({ pkcs8, spki }: KeyPairDer): Promise<PrivateKey> {
  return { pkcs8, publicKey: await parsePublicKey(spki, WHAT) };
}
