/** What each CA has at this moment: its certificates and CRL, what it issued, what waits. */
import type { Registry } from "prom-client";
import type { CertificateAuthority } from "../../core/ca/certificate_authority.ts";
import { crlRenewalDueAt, newestUsable, unexpired } from "../../core/ca/lifecycle.ts";
import type { RegisterCounts } from "../../core/ca/register.ts";
import type { CaStores } from "../../core/ca/stores.ts";
import { type Described, type Sample, type Show, shownGauge } from "./gauges.ts";

/** A CA with what its metrics are read from. */
export interface MeasuredCa {
  readonly ca: Pick<CertificateAuthority, "name" | "lifeSpan" | "issuers" | "crls" | "pending">;
  readonly stores: Pick<CaStores, "state">;
  /** Whether somebody asks it for certificates; else it has neither requests nor CRLs. */
  readonly isPublic: boolean;
  /** What it has issued, in a moment; undefined while that is not known yet. */
  readonly counts: (now: number) => Promise<RegisterCounts | undefined>;
}

const ONE_EACH = {
  pending: "caucase_pending_requests|Requests that wait for a decision.",
  oldest: "caucase_pending_request_oldest_age_seconds|How long the oldest of them has waited; 0 where there is none.",
  expiredUnrenewed: "caucase_certificates_expired_unrenewed|Certificates that expired without a renewal, not revoked.",
  issuers: "caucase_ca_certificates|CA certificates that have not expired.",
  issuerDue: "caucase_ca_renewal_due_timestamp_seconds|When the next CA certificate is to be made.",
  crlThisUpdate: "caucase_crl_this_update_timestamp_seconds|When the current CRL was made.",
  crlNextUpdate: "caucase_crl_next_update_timestamp_seconds|When the current CRL expires.",
  crlDue: "caucase_crl_renewal_due_timestamp_seconds|When the current CRL is to be renewed.",
  crlNumber: "caucase_crl_number|Number of the current CRL.",
  crlEntries: "caucase_crl_entries|Revocations that the published CRL lists.",
  crlBytes: "caucase_crl_size_bytes|Size of the published CRL in DER.",
} as const;

type Values = Partial<Record<keyof typeof ONE_EACH, number | undefined>>;

export class CaMetrics {
  readonly #show: ReadonlyMap<keyof typeof ONE_EACH, Show<"ca">>;
  readonly #expiry: Show<"ca" | "which">;
  readonly #expiring: Show<"ca" | "within_days">;
  readonly #certificates: Show<"ca" | "status">;

  constructor(registry: Registry, private readonly cas: readonly MeasuredCa[]) {
    const names = Object.keys(ONE_EACH) as (keyof typeof ONE_EACH)[];
    this.#show = new Map(names.map((key) => [key, shownGauge(registry, described(ONE_EACH[key]))]));
    this.#expiry = shownGauge(registry, {
      name: "caucase_ca_certificate_expiry_timestamp_seconds",
      help: "When a CA certificate expires: the oldest that is valid, the one that signs, the newest.",
      labels: ["ca", "which"],
    });
    this.#expiring = shownGauge(registry, {
      name: "caucase_certificates_expiring",
      help: "Valid certificates, not renewed and not revoked, that expire within so many days.",
      labels: ["ca", "within_days"],
    });
    this.#certificates = shownGauge(registry, {
      name: "caucase_certificates",
      help: "Certificates in the register; expiring: valid, not renewed, and less than 31 days left.",
      labels: ["ca", "status"],
    });
  }

  async gather(now: number): Promise<void> {
    const read = await Promise.all(this.cas.map((each) => readCa(each, now)));
    for (const [key, show] of this.#show) show(...read.map(({ ca, values }) => [values[key], { ca }] as const));
    this.#expiry(...read.flatMap(({ expiry }) => expiry));
    this.#expiring(...read.flatMap(({ expiring }) => expiring));
    this.#certificates(...read.flatMap(({ certificates }) => certificates));
  }
}

interface ReadCa {
  readonly ca: string;
  readonly values: Values;
  readonly expiry: readonly Sample<"ca" | "which">[];
  readonly expiring: readonly Sample<"ca" | "within_days">[];
  readonly certificates: readonly Sample<"ca" | "status">[];
}

async function readCa({ ca, stores, isPublic, counts }: MeasuredCa, now: number): Promise<ReadCa> {
  const { name } = ca;
  const counted = await counts(now);
  const issuers = unexpired(await ca.issuers.all(), now);
  const which = { oldest: issuers[0], signing: await ca.issuers.signing(now), newest: newestUsable(issuers, now) };
  const byStatus: Readonly<Record<string, number>> = counted?.byStatus ?? {};
  return {
    ca: name,
    values: {
      expiredUnrenewed: counted?.expiredUnrenewed,
      issuers: issuers.length,
      issuerDue: await ca.issuers.nextDueAt(now),
      ...(isPublic && { ...await pendingValues(ca, now), ...await crlValues(ca, stores) }),
    },
    expiry: Object.entries(which).map(([each, issuer]) => [issuer?.notAfter, { ca: name, which: each }]),
    expiring: [...counted?.endingWithin ?? []].map((
      [days, count],
    ) => [count, { ca: name, within_days: `${days}` }]),
    certificates: Object.entries(byStatus).map(([status, count]) => [count, { ca: name, status }]),
  };
}

async function pendingValues({ pending }: MeasuredCa["ca"], now: number): Promise<Values> {
  const { count, oldest } = await pending.summary();
  return { pending: count, oldest: oldest === undefined ? 0 : Math.max(0, now - oldest) };
}

/** Dates and number are what the store says; the rest is of the CRL that is in memory, which one read after it has. */
async function crlValues({ crls, lifeSpan }: MeasuredCa["ca"], stores: MeasuredCa["stores"]): Promise<Values> {
  const { crl: { number, thisUpdate } } = await stores.state();
  const published = crls.published;
  return {
    crlThisUpdate: thisUpdate,
    crlNextUpdate: published[0]?.nextUpdate,
    crlDue: thisUpdate && crlRenewalDueAt(thisUpdate, lifeSpan),
    crlNumber: Number(number),
    crlEntries: published[0]?.entries,
    crlBytes: published.length === 0 ? undefined : Math.max(...published.map((crl) => crl.der().length)),
  };
}

/** Name and explanation, which a line parts. */
function described(text: string): Described<"ca"> {
  const [name = "", help = ""] = text.split("|");
  return { name, help, labels: ["ca"] };
}
