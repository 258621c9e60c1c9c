/**
 * Keys as PEM in the database, unencrypted: where the reference keeps them. A reader of the file can sign as the CA.
 */
import type { KeyReference, KeySpec, KeyStore, OpenedKey } from "../../core/ca/key_store.ts";
import { type PrivateKey, privateKeyFromPem, privateKeyToPem } from "../../core/keys/private_key.ts";
import { requireMessageAlgorithm } from "../../core/keys/signer.ts";
import { onlyPem, PEM_LABEL } from "../../core/pem.ts";
import { type KeyOperations, WEBCRYPTO } from "./operations.ts";

const KEY_LABELS = [PEM_LABEL.PKCS1, PEM_LABEL.PKCS8, PEM_LABEL.SEC1];

/** Where the keys are is one thing, what makes and uses them another. */
export function createPemKeys({ generateRsaKey, signerFor }: Omit<KeyOperations, "verify">): KeyStore {
  const opened = async (key: PrivateKey): Promise<OpenedKey> => ({
    publicKey: key.publicKey,
    signer: await signerFor(key),
    messageSigner: await signerFor(key, requireMessageAlgorithm(key.publicKey)),
  });
  return {
    async generate({ bits }: KeySpec) {
      const key = await generateRsaKey(bits);
      return { reference: pemReference(key), key: await opened(key) };
    },
    async open(reference: KeyReference) {
      return await opened(await privateKeyOf(reference));
    },
  };
}

export const PEM_KEYS = createPemKeys(WEBCRYPTO);

export function pemReference(key: PrivateKey): KeyReference {
  return { kind: "pem", pem: privateKeyToPem(key) };
}

/** The key itself, for export. @throws `malformed`, `unacceptable` */
export function privateKeyOf({ pem }: KeyReference): Promise<PrivateKey> {
  return privateKeyFromPem(onlyPem(pem, KEY_LABELS, "the private key"));
}
