/** Where the private keys of CAs live. The CA knows references; only the key store knows what is behind one. */
import type { PublicKey } from "../keys/public_key.ts";
import type { Signer } from "../keys/signer.ts";

/** What a new key must be. */
export interface KeySpec {
  readonly kind: "RSA";
  /** Bits of the modulus. */
  readonly bits: number;
}

/**
 * Names a key. Stored with the CA certificate. PEM in the database is the one kind so far: the reference reads it
 * there.
 */
export interface KeyReference {
  readonly kind: "pem";
  /** Unencrypted PKCS#1, PKCS#8 or SEC1. Must not get into logs or errors. */
  readonly pem: string;
}

/** A key, ready for use. Nothing that gets hold of this can show it. */
export interface OpenedKey {
  readonly publicKey: PublicKey;
  /** Signs certificates and CRLs. */
  readonly signer: Signer;
  /** Signs messages. */
  readonly messageSigner: Signer;
}

export interface KeyStore {
  /**
   * Makes a key. It is kept once what `reference` says is stored. @throws `unacceptable` for a key that cannot be made
   */
  generate(spec: KeySpec): Promise<{ readonly reference: KeyReference; readonly key: OpenedKey }>;
  /** @throws `malformed`, `unacceptable` for what is no key that can be used */
  open(reference: KeyReference): Promise<OpenedKey>;
}
