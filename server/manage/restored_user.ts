/**
 * The user who restores gives a key up: it was on the way through shells and folders. They get a new certificate for
 * another key, and the old one is revoked.
 */
import type { Bytes, RandomSource } from "../../core/bytes.ts";
import { OPERATOR } from "../../core/ca/actor.ts";
import { type CertificateAuthority, createCertificateAuthority } from "../../core/ca/certificate_authority.ts";
import { CA_LIFE_SPANS, revocationListedUntil } from "../../core/ca/lifecycle.ts";
import { CaucaseError } from "../../core/errors.ts";
import { belongTogether } from "../../core/host/key_file.ts";
import { verifySignature } from "../../core/keys/verify_signature.ts";
import type { Log } from "../../core/log.ts";
import { type Certificate, certificateFromPem, isIssuedBy } from "../../core/x509/certificate.ts";
import type { CertificationRequest } from "../../core/x509/csr.ts";
import { EMPTY_NAME } from "../../core/x509/name.ts";
import { PEM_KEYS } from "../keys/pem_keys.ts";
import { findExtension } from "../../core/x509/extension.ts";
import { checkNames, type RequestedContent } from "../../core/profiles/leaf_filters.ts";
import { OID } from "../../core/der/oids.ts";
import type { PrivateDatabase } from "../storage/sqlite/private_database.ts";
import type { UserKey } from "./open_backup_file.ts";

/** A CA key that must be made because all have expired; its certificate takes everything else from the one before. */
const CA_KEY = { kind: "RSA", bits: 2048 } as const;

export interface RestoringRequest {
  readonly csr: CertificationRequest;
  /** PEM in ASCII: what the database keeps. */
  readonly bytes: Bytes;
}

export interface Replacement {
  readonly user: UserKey;
  readonly request: RestoringRequest;
  /** Unix seconds. */
  readonly now: number;
  /** L of users' certificates, in seconds. */
  readonly lifeSpan: number;
  readonly random: RandomSource;
  readonly log: Log;
}

/**
 * Issues the new certificate with the subject and extensions of the old one, as a renewal does, and revokes the old
 * one. Nothing else in the database changes.
 * @returns the new certificate, PEM
 * @throws `untrusted` when the old certificate is revoked, or of no CA in the database; `not-found` when there is none;
 * `duplicate-key` when the new request's key is known
 */
export async function replaceUser(database: PrivateDatabase, order: Replacement): Promise<string> {
  const { user, request, now, lifeSpan, log } = order;
  const store = database.ca("cau");
  const { keyId } = request.csr.publicKey;
  if (database.userCertificate(keyId) !== undefined) {
    throw new CaucaseError("duplicate-key", `the key of the request, ${keyId}, is known to the backup's user CA`, {
      hint: "make a new key and a request for it",
    });
  }
  const ca = createCertificateAuthority(store, settingsFor(order));
  const old = await findCertificate(database, user, await certificatesOf(ca));
  if (await store.revocations.isRevoked(old.serial)) {
    throw new CaucaseError("untrusted", `the certificate ${old.serial} of the key is revoked`, {
      hint: "another user must restore",
    });
  }
  const issuersBefore = (await ca.issuers.all()).length;
  if (issuersBefore === 0) throw new CaucaseError("not-found", "the backup has no CA certificate for users");
  const by = { actor: OPERATOR, now };
  const certificate = await ca.issuance.replace(old, { ...request, content: contentFrom(old, order), by });
  if ((await ca.issuers.all()).length > issuersBefore) {
    log.warning("restore.ca_made");
  }
  const listedUntil = revocationListedUntil(old.notAfter, lifeSpan);
  await store.revocations.revoke({ serial: old.serial, revocationDate: now, listedUntil }, by);
  return certificate.pem;
}

/**
 * The certificate of the key: the one in the database, whether its time has passed or not; where that was removed, the
 * one that came with the key.
 */
export async function findCertificate(
  database: PrivateDatabase,
  { key, certificates }: UserKey,
  issuers: readonly Certificate[],
): Promise<Certificate> {
  const stored = database.userCertificate(key.publicKey.keyId);
  const candidates = stored ? [await certificateFromPem(stored), ...certificates] : certificates;
  for (const candidate of candidates) {
    // A row says whose key it is about, and so could any file.
    if (!belongTogether(key, candidate)) continue;
    for (const ca of issuers) if (await isIssuedBy(candidate, ca)) return candidate;
  }
  throw new CaucaseError("not-found", `the backup has no user's certificate for the key ${key.publicKey.keyId}`, {
    hint: "give a file that holds the key and its certificate",
  });
}

async function certificatesOf({ issuers }: CertificateAuthority): Promise<Certificate[]> {
  return (await issuers.all()).map(({ certificate }) => certificate);
}

/**
 * As the old one. Where that has names that no certificate can have any more (none at all, a host name that is none),
 * the request's take their place: a database must not be lost for a name.
 */
function contentFrom(old: Certificate, { request: { csr }, log }: Replacement): RequestedContent {
  try {
    checkNames(old);
    return old;
  } catch (error) {
    if (!(error instanceof CaucaseError)) throw error;
    log.warning("restore.names_replaced", { error });
  }
  const others = old.extensions.filter(({ oid }) => oid !== OID.SUBJECT_ALT_NAME);
  const names = findExtension(csr.extensions, OID.SUBJECT_ALT_NAME);
  return { subject: csr.subject, extensions: names === undefined ? others : [...others, names] };
}

/** The CA for users as it must be to issue one certificate: it takes no requests. */
function settingsFor({ lifeSpan, random, log }: Replacement) {
  return {
    // Never used: there is a CA certificate, whose subject its successor keeps.
    subject: EMPTY_NAME,
    keys: PEM_KEYS,
    keySpec: CA_KEY,
    verify: verifySignature,
    lifeSpan,
    issuerLifeSpans: CA_LIFE_SPANS,
    maxPending: 0,
    autoSignAmount: 0,
    lockAutoSignAmount: false,
    retention: { unread: lifeSpan, read: lifeSpan },
    random,
    log,
  };
}
