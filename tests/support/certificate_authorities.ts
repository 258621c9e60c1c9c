/**
 * All three CAs over a storage, without a server: a restart is to make them again. And CA certificates that are there
 * before.
 */
import { OPERATOR } from "../../core/ca/actor.ts";
import type { CaName, CaStores, Storage } from "../../core/ca/stores.ts";
import { parseNetloc } from "../../core/protocol/netloc.ts";
import { type CertificateAuthorities, createCertificateAuthorities } from "../../server/certificate_authorities.ts";
import { pemReference } from "../../server/keys/pem_keys.ts";
import { NETLOC, newCa, random, type TestCa } from "./issuing.ts";
import { recordedLog } from "./recorded_log.ts";

export interface TestCasOptions {
  /** L of both CAs, in days. */
  readonly validityDays?: number;
  readonly maxPending?: number;
  readonly serviceAutoApprove?: number;
  readonly userAutoApprove?: number;
  readonly lock?: boolean;
  readonly netloc?: string;
  /** Gets what the administrator would be told. */
  readonly warnings?: string[];
}

export function testCas(storage: Storage, options: TestCasOptions = {}): CertificateAuthorities {
  const { validityDays = 93, maxPending = 50, serviceAutoApprove = 0, userAutoApprove = 1, lock = false } = options;
  return createCertificateAuthorities(storage, {
    options: {
      keyBits: 2048,
      service: { validityDays, maxPending, autoApproveCount: serviceAutoApprove },
      user: { validityDays, maxPending, autoApproveCount: userAutoApprove },
      lockAutoApproveCount: lock,
    },
    netloc: parseNetloc(options.netloc ?? NETLOC),
    host: { random, log: recordedLog(options.warnings ?? []) },
  });
}

/**
 * Gives each of the three CAs a certificate on P-256, made at `NOW`: the server itself would make RSA keys, a third
 * of a second each.
 */
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
  const { notAfter, keyIdentifier, notBefore: now } = certificate;
  const row = { notAfter, key: pemReference(key), certificatePem, keyIdentifier };
  await store.issuers.add(row, (await store.issuers.list()).revision, { actor: OPERATOR, now });
}
