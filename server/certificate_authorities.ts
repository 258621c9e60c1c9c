/** The three CAs of one server, as its options want them. */
import type { RandomSource } from "../core/bytes.ts";
import { type CertificateAuthority, createCertificateAuthority } from "../core/ca/certificate_authority.ts";
import { CA_LIFE_SPANS, HTTP_CA_LIFE_SPANS, SECONDS_PER_DAY } from "../core/ca/lifecycle.ts";
import type { CaName, Storage } from "../core/ca/stores.ts";
import type { Log } from "../core/log.ts";
import { crlUri, type Netloc } from "../core/protocol/netloc.ts";
import { caSubject } from "../core/profiles/ca_profile.ts";
import { type KeyOperations, WEBCRYPTO } from "./keys/operations.ts";
import { createPemKeys } from "./keys/pem_keys.ts";

/** How one of the two public CAs deals with requests. */
export interface CaOptions {
  /** L, in days; fractions are fine. */
  readonly validityDays: number;
  readonly maxPending: number;
  readonly autoApproveCount: number;
}

export interface CertificateAuthoritiesOptions {
  readonly keyBits: number;
  readonly service: CaOptions;
  readonly user: CaOptions;
  readonly lockAutoApproveCount: boolean;
}

export interface CertificateAuthoritiesSetup {
  readonly options: CertificateAuthoritiesOptions;
  readonly netloc: Netloc;
  readonly host: { readonly random: RandomSource; readonly log: Log; readonly keyOperations?: KeyOperations };
}

export type CertificateAuthorities = Readonly<Record<CaName, CertificateAuthority>>;

/** How long a fetched certificate is kept for the CA for services, in days; before that, one day. */
const SERVICE_RETENTION_DAYS = { unread: 1, read: 0.05 };

export function createCertificateAuthorities(
  storage: Storage,
  { options, netloc, host: { random, log, keyOperations = WEBCRYPTO } }: CertificateAuthoritiesSetup,
): CertificateAuthorities {
  const { keyBits, user, service, lockAutoApproveCount: lockAutoSignAmount } = options;
  const common = {
    keys: createPemKeys(keyOperations),
    keySpec: { kind: "RSA", bits: keyBits } as const,
    verify: keyOperations.verify,
    random,
    log,
    lockAutoSignAmount,
  };
  const userLifeSpan = seconds(user.validityDays);
  const serviceLifeSpan = seconds(service.validityDays);
  return {
    cau: createCertificateAuthority(storage.ca("cau"), {
      ...common,
      ...requestRules(user),
      subject: caSubject("cau", netloc.text),
      lifeSpan: userLifeSpan,
      issuerLifeSpans: CA_LIFE_SPANS,
      retention: { unread: userLifeSpan, read: userLifeSpan },
    }),
    cas: createCertificateAuthority(storage.ca("cas"), {
      ...common,
      ...requestRules(service),
      subject: caSubject("cas", netloc.text),
      lifeSpan: serviceLifeSpan,
      issuerLifeSpans: CA_LIFE_SPANS,
      retention: { unread: seconds(SERVICE_RETENTION_DAYS.unread), read: seconds(SERVICE_RETENTION_DAYS.read) },
      crlDistributionPoint: (keyIdentifier) => crlUri(netloc, keyIdentifier),
    }),
    http_cas: createCertificateAuthority(storage.ca("http_cas"), {
      ...common,
      maxPending: 0,
      autoSignAmount: 0,
      lockAutoSignAmount: false,
      subject: caSubject("http", netloc.text),
      lifeSpan: serviceLifeSpan,
      issuerLifeSpans: HTTP_CA_LIFE_SPANS,
      onlyHost: netloc.host,
      retention: { unread: seconds(SERVICE_RETENTION_DAYS.unread), read: seconds(SERVICE_RETENTION_DAYS.read) },
    }),
  };
}

function requestRules({ maxPending, autoApproveCount }: CaOptions) {
  return { maxPending, autoSignAmount: autoApproveCount };
}

/** Whole seconds in so many days. */
export function seconds(days: number): number {
  return Math.floor(days * SECONDS_PER_DAY);
}
