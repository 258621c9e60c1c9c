/**
 * Certificates of the register: one, answer to `GET certificates/SERIAL`, and lists of them, answer to
 * `GET certificates?…`. docs/json.md names every field.
 */
import { CERTIFICATE_STATUSES, type CertificateStatus } from "./certificate_status.ts";
import * as v from "valibot";
import type { Actor } from "../ca/actor.ts";
import type { Origin } from "../ca/events.ts";
import type { KeyDescription } from "../x509/subject_facts.ts";
import { HOOK_OUTCOMES, type HookOutcome } from "./installation.ts";
import { actorShape, decimal, fromJsonText, optionalTimeToText, originShape, utcTime } from "./wire_values.ts";
import { timeToText } from "../utc_time.ts";

/** Why certificates are revoked: the names of RFC 5280 5.3.1. */
export const REVOCATION_REASONS = [
  "unspecified",
  "keyCompromise",
  "cACompromise",
  "affiliationChanged",
  "superseded",
  "cessationOfOperation",
  "privilegeWithdrawn",
  "aACompromise",
] as const;
export type RevocationReason = typeof REVOCATION_REASONS[number];

/** What is known of a revocation. */
export interface RevocationFacts {
  readonly at: number;
  /** Null where the database does not say: another program did it. */
  readonly by: Actor | null;
  readonly reason: RevocationReason | null;
}

/** What the holder said of the certificate's installation. */
export interface InstallationFacts {
  readonly reportedAt: number;
  readonly hook: HookOutcome;
  readonly failingSince: number | null;
  /** Why the hook failed, as the host says it; null where it did not fail, or that is not known. */
  readonly detail: string | null;
}

/** A certificate as the register answers it. Times are Unix seconds. */
export interface CertificateEntry {
  readonly ca: string;
  readonly serial: bigint;
  /** Key identifier of the CA that signed it, lower-case hex. */
  readonly issuer: string;
  /** RFC 4514; empty for none. */
  readonly subject: string;
  readonly dns: readonly string[];
  readonly ip: readonly string[];
  /** The other names of subjectAltName, such as `email:a@b` or `URI:https://…`. */
  readonly otherNames: readonly string[];
  readonly key: KeyDescription;
  readonly notBefore: number;
  readonly notAfter: number;
  readonly issuedAt: number;
  readonly profile: string;
  /** Of the request; the certificate was at `crt/ID` until its holder had fetched it. */
  readonly requestId: bigint;
  readonly status: CertificateStatus;
  readonly origin: Origin;
  /** Who caused it: who approved it, or whose renewal it is. Null where the database does not say. */
  readonly by: Actor | null;
  /** Serial number of the certificate that replaced it. */
  readonly renewedBy: bigint | null;
  readonly revocation: RevocationFacts | null;
  readonly installation: InstallationFacts | null;
}

export interface CertificateList {
  readonly certificates: readonly CertificateEntry[];
  /** The `after` of the next page; null on the last one. */
  readonly next: string | null;
}

export const keyShape = v.object({ kind: v.string(), sha256: v.string() });

const EntryShape = v.object({
  ca: v.string(),
  serial: decimal,
  issuer: v.string(),
  subject: v.string(),
  dns: v.array(v.string()),
  ip: v.array(v.string()),
  otherNames: v.array(v.string()),
  key: keyShape,
  notBefore: utcTime,
  notAfter: utcTime,
  issuedAt: utcTime,
  profile: v.string(),
  requestId: decimal,
  status: v.picklist(CERTIFICATE_STATUSES),
  origin: originShape,
  by: v.nullable(actorShape),
  renewedBy: v.nullable(decimal),
  revocation: v.nullable(v.object({
    at: utcTime,
    by: v.nullable(actorShape),
    reason: v.nullable(v.picklist(REVOCATION_REASONS)),
  })),
  installation: v.nullable(v.object({
    reportedAt: utcTime,
    hook: v.picklist(HOOK_OUTCOMES),
    failingSince: v.nullable(utcTime),
    // Servers of before did not say.
    detail: v.optional(v.nullable(v.string()), null),
  })),
});

const ListShape = v.object({ certificates: v.array(EntryShape), next: v.nullable(v.string()) });

export function writeCertificateEntry(entry: CertificateEntry): string {
  return JSON.stringify(entryJson(entry));
}

/** @throws `malformed` */
export function readCertificateEntry(text: string): CertificateEntry {
  return fromJsonText(EntryShape, text, "the certificate of the register");
}

export function writeCertificateList({ certificates, next }: CertificateList): string {
  return JSON.stringify({ certificates: certificates.map(entryJson), next });
}

/** @throws `malformed` */
export function readCertificateList(text: string): CertificateList {
  return fromJsonText(ListShape, text, "the list of certificates");
}

/**
 * With its fields in the order in which the documentation has them, times as text and without BigInt: there may be a
 * thousand, and to look at each value of them once more takes as long as to write them.
 */
function entryJson(entry: CertificateEntry) {
  const { ca, serial, issuer, subject, dns, ip, otherNames, key, profile, requestId, status, origin, by } = entry;
  const { notBefore, notAfter, issuedAt, renewedBy, revocation, installation } = entry;
  return {
    ...{ ca, serial: String(serial), issuer, subject, dns, ip, otherNames, key },
    notBefore: timeToText(notBefore),
    notAfter: timeToText(notAfter),
    issuedAt: timeToText(issuedAt),
    ...{ profile, requestId: String(requestId), status, origin: originJson(origin), by: by && actorJson(by) },
    renewedBy: renewedBy === null ? null : String(renewedBy),
    revocation: revocation && {
      at: timeToText(revocation.at),
      by: revocation.by && actorJson(revocation.by),
      reason: revocation.reason,
    },
    installation: installation && {
      reportedAt: timeToText(installation.reportedAt),
      hook: installation.hook,
      failingSince: optionalTimeToText(installation.failingSince),
      detail: installation.detail,
    },
  };
}

function originJson(origin: Origin) {
  return "of" in origin ? { ...origin, of: String(origin.of) } : origin;
}

function actorJson(actor: Actor) {
  return "serial" in actor ? { ...actor, serial: String(actor.serial) } : actor;
}
