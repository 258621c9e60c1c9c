/**
 * CA certificates for a storage before its first use, on P-256: the server itself would make RSA keys, a third of a second each.
 */
import { OPERATOR } from "../../core/ca/actor.ts";
import type { CaName, CaStores, Storage } from "../../core/ca/stores.ts";
import { pemReference } from "../../server/keys/pem_keys.ts";
import { newCa, type TestCa } from "./issuing.ts";

/** Gives each of the three CAs a certificate made at `NOW`. */
export async function seedIssuers(storage: Storage): Promise<Readonly<Record<CaName, TestCa>>> {
  const [cau, cas, http_cas] = await Promise.all([
    seedIssuer(storage.ca("cau")),
    seedIssuer(storage.ca("cas")),
    seedIssuer(storage.ca("http_cas")),
  ]);
  return { cau, cas, http_cas };
}

async function seedIssuer(store: CaStores): Promise<TestCa> {
  const ca = await newCa({ name: store.name });
  await storeIssuer(store, ca);
  return ca;
}

/** Adds a CA certificate with its key. */
export async function storeIssuer(store: CaStores, { key, certificate, certificatePem }: TestCa): Promise<void> {
  const { notAfter: expirationDate, keyIdentifier, notBefore: now } = certificate;
  const row = { expirationDate, key: pemReference(key), certificatePem, keyIdentifier };
  await store.issuers.add(row, (await store.issuers.list()).revision, { actor: OPERATOR, now });
}
