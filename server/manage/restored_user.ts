/**
 * The user who restores gives a key up: it was on the way through shells and folders. Their certificate is issued anew for
 * another key, and the old one revoked.
 */
import { type Bytes, bytesToBigInt } from "../../core/bytes.ts";
import { Issuers } from "../../core/ca/issuers.ts";
import { CA_LIFE_SPANS, crlLifeSpan, signingIssuer } from "../../core/ca/lifecycle.ts";
import type { RandomSource } from "../../core/ca/settings.ts";
import { CaucaseError, describeError } from "../../core/errors.ts";
import { belongTogether } from "../../core/host/key_file.ts";
import { encodePem, PEM_LABEL } from "../../core/pem.ts";
import { type Certificate, certificateFromPem, isIssuedBy } from "../../core/x509/certificate.ts";
import type { CertificationRequest } from "../../core/x509/csr.ts";
import { findExtension } from "../../core/x509/extension.ts";
import { newSerial, signCertificate } from "../../core/x509/tbs_certificate.ts";
import { checkNames, type RequestedContent } from "../../core/profiles/leaf_filters.ts";
import { checkLeaf, prepareLeaf } from "../../core/profiles/leaf_profile.ts";
import { OID } from "../../core/der/oids.ts";
import { type Signer, signerFor } from "../../core/keys/signer.ts";
import { bothForms, toText } from "../storage/sqlite/column_values.ts";
import type { Database } from "../storage/sqlite/database.ts";
import { RequestTable } from "../storage/sqlite/request_table.ts";
import { type CaRecord, readCaRecords } from "./ca_records.ts";
import type { UserKey } from "./open_backup_file.ts";
import type { ManagedStores } from "./private_stores.ts";

/** Bits of a CA key that must be made because all have expired. */
const CA_KEY_BITS = 2048;

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
  readonly warn: (message: string) => void;
}

/**
 * Issues the new certificate with the subject and extensions of the old one, as a renewal does, and revokes the old one.
 * Nothing else in the database changes.
 * @returns the new certificate, PEM
 * @throws `untrusted` when the old certificate is revoked, or of no CA in the database; `not-found` when there is none;
 * `duplicate-key` when the new request's key is known
 */
export async function replaceUser(database: Database, stores: ManagedStores, order: Replacement): Promise<string> {
  const { user, request, now, lifeSpan, random } = order;
  const store = stores.ca("cau");
  const { keyId } = request.csr.publicKey;
  if (storedCertificate(database, keyId) !== undefined) {
    throw new CaucaseError("duplicate-key", `the key of the request, ${keyId}, is known to the backup's user CA`, {
      hint: "make a new key and a request for it",
    });
  }
  const issuers = await readCaRecords(store);
  const old = await findCertificate(database, user, issuers);
  if (await store.isRevoked(old.serial)) {
    throw new CaucaseError("untrusted", `the certificate ${old.serial} of the key is revoked`, {
      hint: "another user must restore",
    });
  }
  const certificatePem = await issue(old, await signing(stores, issuers, order), order);
  const id = bytesToBigInt(random(8)) >> 1n;
  const expirationDate = now + lifeSpan;
  const row = { id, keyId, csr: request.bytes, certificatePem, expirationDate };
  database.transaction(() => new RequestTable(database, "cau").insert(row));
  await store.revoke({
    serial: old.serial,
    revocationDate: now,
    expirationDate: old.notAfter + crlLifeSpan(lifeSpan),
  });
  return certificatePem;
}

/**
 * The certificate of the key: the one in the database, whether its time has passed or not; where that was removed, the one
 * that came with the key.
 */
export async function findCertificate(
  database: Database,
  { key, certificates }: UserKey,
  issuers: readonly CaRecord[],
): Promise<Certificate> {
  const stored = storedCertificate(database, key.publicKey.keyId);
  const candidates = stored ? [await certificateFromPem(stored), ...certificates] : certificates;
  for (const candidate of candidates) {
    // A row says whose key it is about, and so could any file.
    if (!belongTogether(key, candidate)) continue;
    for (const { certificate: ca } of issuers) if (await isIssuedBy(candidate, ca)) return candidate;
  }
  throw new CaucaseError("not-found", `the backup has no user's certificate for the key ${key.publicKey.keyId}`, {
    hint: "give a file that holds the key and its certificate",
  });
}

/** PEM, however long it may be kept; empty while the request is pending. Undefined when the key is not known. */
function storedCertificate(database: Database, keyId: string): string | undefined {
  const row = database.get("SELECT crt FROM caucrt WHERE key_id IN (?, ?)", ...bothForms(keyId));
  return row && (row["crt"] === null ? "" : toText(row["crt"]));
}

interface Signing {
  readonly certificate: Certificate;
  readonly signer: Signer;
}

/** The CA that signs; a new one only where all have expired. */
async function signing(stores: ManagedStores, records: readonly CaRecord[], order: Replacement): Promise<Signing> {
  const { now, lifeSpan, random, warn } = order;
  const validities = records.map((record) => {
    const { notBefore, notAfter } = record.certificate;
    return { notBefore, notAfter, record };
  });
  const found = signingIssuer(validities, now, lifeSpan)?.record;
  if (found !== undefined) return { certificate: found.certificate, signer: await signerFor(found.key) };
  const [any] = records;
  if (any === undefined) throw new CaucaseError("not-found", "the backup has no CA certificate for users");
  warn("all CA certificates for users in the backup have expired: a new one was made");
  const settings = { subject: any.certificate.subject, keyBits: CA_KEY_BITS, issuerLifeSpans: CA_LIFE_SPANS };
  return await new Issuers(stores.ca("cau"), { ...settings, lifeSpan, random, warn }).ensureSigning(now);
}

/**
 * As the old one. Where that has names that no certificate can have any more (none at all, a host name that is none), the
 * request's take their place: a database must not be lost for a name.
 */
function contentFrom(old: Certificate, { request: { csr }, warn }: Replacement): RequestedContent {
  try {
    checkNames(old);
    return old;
  } catch (error) {
    if (!(error instanceof CaucaseError)) throw error;
    warn(`the names of the old certificate cannot be used, those of the request are: ${describeError(error)}`);
  }
  const others = old.extensions.filter(({ oid }) => oid !== OID.SUBJECT_ALT_NAME);
  const names = findExtension(csr.extensions, OID.SUBJECT_ALT_NAME);
  return { subject: csr.subject, extensions: names === undefined ? others : [...others, names] };
}

async function issue(old: Certificate, { certificate: issuer, signer }: Signing, order: Replacement): Promise<string> {
  const { request, now, lifeSpan, random } = order;
  const leaf = {
    request: contentFrom(old, order),
    publicKey: request.csr.publicKey,
    issuer,
    now,
    lifeSpan,
    serial: newSerial(random),
    autoSigned: false,
    keepCaucasePolicies: true,
  };
  return encodePem(PEM_LABEL.CERTIFICATE, await signCertificate(checkLeaf(prepareLeaf(leaf), leaf), signer));
}
