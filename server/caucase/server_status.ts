/** How the server does, put together from what its parts know: for `GET /status`. */
import type { CertificateAuthority } from "../../core/ca/certificate_authority.ts";
import type { Issuer } from "../../core/ca/issuer.ts";
import { signingIssuer } from "../../core/ca/lifecycle.ts";
import { CaucaseError, describeError } from "../../core/errors.ts";
import type {
  BackupStatus,
  CaStatus,
  CrlStatus,
  IssuerStatus,
  JobStatus,
  ServerStatus,
} from "../../core/protocol/server_status.ts";
import type { JobReport } from "../jobs.ts";

export interface StatusParts {
  readonly version: string;
  /** `sqlite` */
  readonly database: string;
  readonly authorities: Readonly<Record<"cau" | "cas" | "http_cas", CertificateAuthority>>;
  jobs(): readonly JobReport[];
  backup(now: number): Promise<BackupStatus>;
}

export type StatusSource = (now: number) => Promise<ServerStatus>;

export function createStatus({ version, database, authorities, jobs, backup }: StatusParts): StatusSource {
  return async (now) => ({
    version,
    now,
    database,
    cas: [
      await publicCa(authorities.cau, now),
      await publicCa(authorities.cas, now),
      // It certifies one host, which renews in time or tells in its log: nothing to approve, no CRL that is published.
      { ...EMPTY, name: "http_cas", issuers: await issuers(authorities.http_cas, now) },
    ],
    backup: await backup(now),
    jobs: jobs().map(jobStatus).toSorted((a, b) => Number(b.error !== null) - Number(a.error !== null)),
  });
}

const EMPTY = { crl: null, pending: { count: 0, oldest: null }, expiring: [], expiredUnrenewed: 0 };

async function publicCa(ca: CertificateAuthority, now: number): Promise<CaStatus> {
  const { endingWithin, expiredUnrenewed } = await ca.register.counts(now);
  const { count, oldest } = await ca.pending.summary();
  return {
    name: ca.name,
    issuers: await issuers(ca, now),
    crl: await crl(ca, now),
    pending: { count, oldest: oldest ?? null },
    expiring: [...endingWithin].map(([days, count]) => ({ days, count })),
    expiredUnrenewed,
  };
}

async function crl({ crls }: CertificateAuthority, now: number): Promise<CrlStatus | null> {
  const newest = (await crls.ensureCurrent(now).catch(orThose(crls.published))).at(-1);
  if (newest === undefined) return null;
  const { number, entries, thisUpdate, nextUpdate } = newest;
  return { number, entries, thisUpdate, nextUpdate };
}

/** What cannot be made now is told by its job, and is no reason to tell nothing else. */
function orThose<T>(known: T): (error: unknown) => T {
  return (error) => {
    if (error instanceof CaucaseError) return known;
    throw error;
  };
}

async function issuers({ issuers: all, lifeSpan }: CertificateAuthority, now: number): Promise<IssuerStatus[]> {
  const known = (await all.all()).toSorted((a, b) => a.notBefore - b.notBefore);
  const signing = signingIssuer(known, now, lifeSpan);
  return known.map((issuer, index) => {
    const phase = phaseOf(issuer, signing, now);
    const successor = known[index + 1];
    // A successor is made two life spans before the end, and signs after one more (lifecycle.ts).
    const until = successor === undefined ? issuer.notAfter - lifeSpan : successor.notBefore + lifeSpan;
    const { keyIdentifier, notBefore, notAfter } = issuer;
    const signsUntil = phase === "signing" || phase === "next" ? until : null;
    return { keyIdentifier, phase, notBefore, notAfter, signsUntil };
  });
}

function phaseOf(issuer: Issuer, signing: Issuer | undefined, now: number): IssuerStatus["phase"] {
  if (now > issuer.notAfter) return "expired";
  if (issuer === signing) return "signing";
  return signing !== undefined && issuer.notBefore < signing.notBefore ? "leaving" : "next";
}

function jobStatus({ name, lastSuccess, lastFailure, error }: JobReport): JobStatus {
  return {
    name,
    lastSuccess: lastSuccess ?? null,
    lastFailure: lastFailure ?? null,
    error: error === undefined ? null : describeError(error),
  };
}
