/**
 * CA certificates for a storage before its first use. On P-256, as that costs a millisecond: the server itself would make RSA keys, a third
 * of a second each.
 */
import { OPERATOR } from "../../core/ca/actor.ts";
import { CA_LIFE_SPANS, HTTP_CA_LIFE_SPANS } from "../../core/ca/lifecycle.ts";
import type { CaName, CaStores, Storage } from "../../core/ca/stores.ts";
import { parseNetloc } from "../../core/protocol/netloc.ts";
import { caSubject, checkCa, prepareCa } from "../../core/profiles/ca_profile.ts";
import { type Certificate, certificateToPem, parseCertificate } from "../../core/x509/certificate.ts";
import { newSerial, signCertificate } from "../../core/x509/tbs_certificate.ts";
import type { PrivateKey } from "../../core/keys/private_key.ts";
import { signerFor } from "../../core/keys/signer.ts";
import { pemReference } from "../../server/keys/pem_keys.ts";
import { LIFE_SPAN, newEcKey, NOW, random } from "./issuing.ts";

/** The netloc of all tests' servers. */
export const NETLOC = "ca.example.com:8009";

export interface SeededCa {
  readonly key: PrivateKey;
  readonly certificate: Certificate;
}

const ROLES = { cau: "cau", cas: "cas", http_cas: "http" } as const satisfies Record<CaName, string>;

/** Gives each of the three CAs a certificate made at `NOW`. */
export async function seedIssuers(storage: Storage): Promise<Readonly<Record<CaName, SeededCa>>> {
  const [cau, cas, http_cas] = await Promise.all([
    seedIssuer(storage.ca("cau")),
    seedIssuer(storage.ca("cas")),
    seedIssuer(storage.ca("http_cas")),
  ]);
  return { cau, cas, http_cas };
}

async function seedIssuer(store: CaStores): Promise<SeededCa> {
  const ca = await newIssuer(store.name);
  await storeIssuer(store, ca);
  return ca;
}

/** Adds a CA certificate with its key. */
export async function storeIssuer(store: CaStores, { key, certificate }: SeededCa): Promise<void> {
  const { notAfter: expirationDate, keyIdentifier, notBefore: now } = certificate;
  const row = { expirationDate, key: pemReference(key), certificatePem: certificateToPem(certificate), keyIdentifier };
  await store.issuers.add(row, (await store.issuers.list()).revision, { actor: OPERATOR, now });
}

/** A CA certificate with the name of one of the three, known to no storage. */
export async function newIssuer(name: CaName): Promise<SeededCa> {
  const key = await newEcKey();
  const order = {
    subject: caSubject(ROLES[name], NETLOC),
    publicKey: key.publicKey,
    now: NOW,
    lifeSpan: (name === "http_cas" ? HTTP_CA_LIFE_SPANS : CA_LIFE_SPANS) * LIFE_SPAN,
    serial: newSerial(random),
    ...(name === "http_cas" && { onlyHost: parseNetloc(NETLOC).host }),
  };
  const der = await signCertificate(checkCa(prepareCa(order), order), await signerFor(key));
  return { key, certificate: await parseCertificate(der) };
}
