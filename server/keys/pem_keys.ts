/**
 * Keys as PEM in the database, unencrypted: where the reference keeps them. A reader of the file can sign as the CA.
 */
import type { KeyReference, KeySpec, KeyStore, OpenedKey } from "../../core/ca/key_store.ts";
import { generateRsaKey } from "../../core/host/generate_key.ts";
import { type PrivateKey, privateKeyFromPem, privateKeyToPem } from "../../core/keys/private_key.ts";
import { messageSignerFor, signerFor } from "../../core/keys/signer.ts";
import { onlyPem, PEM_LABEL } from "../../core/pem.ts";
import { piecewiseSigner } from "./piecewise_signer.ts";

const KEY_LABELS = [PEM_LABEL.PKCS1, PEM_LABEL.PKCS8, PEM_LABEL.SEC1];

export const PEM_KEYS: KeyStore = {
  async generate({ bits }: KeySpec) {
    const key = await generateRsaKey(bits);
    return { reference: pemReference(key), key: await opened(key) };
  },
  async open(reference: KeyReference) {
    return await opened(await privateKeyOf(reference));
  },
};

export function pemReference(key: PrivateKey): KeyReference {
  return { kind: "pem", pem: privateKeyToPem(key) };
}

/** The key itself, for export. @throws `malformed`, `unacceptable` */
export function privateKeyOf({ pem }: KeyReference): Promise<PrivateKey> {
  return privateKeyFromPem(onlyPem(pem, KEY_LABELS, "the private key"));
}

async function opened(key: PrivateKey): Promise<OpenedKey> {
  return {
    publicKey: key.publicKey,
    signer: piecewiseSigner(await signerFor(key), key),
    messageSigner: await messageSignerFor(key),
  };
}
