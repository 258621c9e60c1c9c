/** CA certificates and keys as a database has them, opened and checked against each other. */
import type { CaStore } from "../../core/ca/stores.ts";
import { CaucaseError } from "../../core/errors.ts";
import { belongTogether } from "../../core/host/key_file.ts";
import { onlyPem, PEM_LABEL } from "../../core/pem.ts";
import { type Certificate, certificateFromPem } from "../../core/x509/certificate.ts";
import { type PrivateKey, privateKeyFromPem } from "../../core/keys/private_key.ts";

export interface CaRecord {
  readonly certificate: Certificate;
  readonly key: PrivateKey;
}

const KEY_LABELS = [PEM_LABEL.PKCS1, PEM_LABEL.PKCS8, PEM_LABEL.SEC1];

/**
 * All of them, expired ones included, in the order in which they were added.
 * @throws `storage` for one that cannot be read or whose key is another's
 */
export async function readCaRecords(store: CaStore): Promise<CaRecord[]> {
  const records: CaRecord[] = [];
  for (const { keyPem, certificatePem } of await store.issuers()) {
    try {
      records.push(await openRecord(keyPem, certificatePem));
    } catch (cause) {
      if (!(cause instanceof CaucaseError)) throw cause;
      const message = `CA certificate ${records.length + 1} of ${store.name} in the database: ${cause.message}`;
      throw new CaucaseError("storage", message, { cause });
    }
  }
  return records;
}

async function openRecord(keyPem: string, certificatePem: string): Promise<CaRecord> {
  const certificate = await certificateFromPem(certificatePem);
  const key = await privateKeyFromPem(onlyPem(keyPem, KEY_LABELS, "the private key"));
  if (!belongTogether(key, certificate)) {
    throw new CaucaseError("untrusted", "the private key does not belong to the certificate");
  }
  return { certificate, key };
}
