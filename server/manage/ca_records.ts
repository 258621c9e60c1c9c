/** CA certificates and keys as a database has them, opened and checked against each other. */
import type { CaStores, StoredIssuer } from "../../core/ca/stores.ts";
import { CaucaseError } from "../../core/errors.ts";
import { belongTogether } from "../../core/host/key_file.ts";
import { type Certificate, certificateFromPem } from "../../core/x509/certificate.ts";
import type { PrivateKey } from "../../core/keys/private_key.ts";
import { privateKeyOf } from "../keys/pem_keys.ts";

export interface CaRecord {
  readonly certificate: Certificate;
  readonly key: PrivateKey;
}

/**
 * All of them, expired ones included, in the order in which they were added.
 * @throws `storage` for one that cannot be read or whose key is another's
 */
export async function readCaRecords(store: CaStores): Promise<CaRecord[]> {
  const records: CaRecord[] = [];
  for (const row of (await store.issuers.list()).issuers) {
    try {
      records.push(await openRecord(row));
    } catch (cause) {
      if (!(cause instanceof CaucaseError)) throw cause;
      const message = `CA certificate ${records.length + 1} of ${store.name} in the database: ${cause.message}`;
      throw new CaucaseError("storage", message, { cause });
    }
  }
  return records;
}

async function openRecord({ key: reference, certificatePem }: StoredIssuer): Promise<CaRecord> {
  const certificate = await certificateFromPem(certificatePem);
  const key = await privateKeyOf(reference);
  if (!belongTogether(key, certificate)) {
    throw new CaucaseError("untrusted", "the private key does not belong to the certificate");
  }
  return { certificate, key };
}
