/**
 * A request, read for the person who decides about it. What is in it is always read here, from the request itself;
 * what only the server knows (when it came, from where) is taken from it where it says so.
 */
import { utf8 } from "../../core/bytes.ts";
import { extensionFacts } from "../../core/ca/pending_review.ts";
import { OID } from "../../core/der/oids.ts";
import { CaucaseError, describeError } from "../../core/errors.ts";
import { sha256Hex } from "../../core/keys/hashes.ts";
import { checkKeyStrength } from "../../core/keys/public_key.ts";
import {
  filterExtendedKeyUsage,
  filterKeyUsage,
  filterPolicies,
  filterSubjectAltName,
} from "../../core/profiles/leaf_filters.ts";
import type { PendingDetails, ProfileChanges } from "../../core/protocol/pending_details.ts";
import type { PublicCa } from "../../core/protocol/routes.ts";
import { type CertificationRequest, csrFromPem } from "../../core/x509/csr.ts";
import { type Extension, findExtension, sameExtension } from "../../core/x509/extension.ts";
import { describeKey, namesIn } from "../../core/x509/subject_facts.ts";
import { basicConstraints, subjectKeyIdentifierExtension } from "../../core/x509/standard_extensions.ts";

/** Where a request is. */
export interface RequestPlace {
  readonly ca: PublicCa;
  /** Decimal. */
  readonly id: string;
}

/** @throws as `csrFromPem` */
export async function detailsOf(csrPem: string, { ca, id }: RequestPlace): Promise<PendingDetails> {
  const csr = await csrFromPem(utf8(csrPem));
  return {
    ...{ ca, id: BigInt(id), ...namesIn(csr), key: describeKey(csr.publicKey.spki) },
    requestedExtensions: csr.extensions.map(extensionFacts),
    changes: changesOf(csr),
    receivedAt: null,
    receivedFrom: null,
    account: null,
    fingerprint: sha256Hex(csr.der),
  };
}

/** Extensions that the certificate has of itself, whatever is asked. */
const OWN: readonly string[] = [
  OID.BASIC_CONSTRAINTS,
  OID.SUBJECT_KEY_IDENTIFIER,
  OID.AUTHORITY_KEY_IDENTIFIER,
  OID.CRL_DISTRIBUTION_POINTS,
];

function changesOf(csr: CertificationRequest): ProfileChanges {
  const outcomes = csr.extensions.map((asked) => ({ asked, given: unlessRefused(() => givenFor(asked, csr)) }));
  const isChanged = ({ asked, given }: (typeof outcomes)[number]) =>
    given !== undefined && !sameExtension(asked, given);
  return {
    dropped: outcomes.filter(({ given }) => given === undefined).map(({ asked }) => extensionFacts(asked)),
    changed: outcomes.filter(isChanged).map(({ asked }) => extensionFacts(asked)),
    added: OWN.filter((oid) => findExtension(csr.extensions, oid) === undefined)
      .map((oid) => extensionFacts({ oid, critical: oid === OID.BASIC_CONSTRAINTS })),
    namesDropped: [],
    refusal: refusalOf(csr),
  };
}

/** What the profile makes of an extension; undefined for nothing. @throws `malformed`, `unacceptable` */
function givenFor(asked: Extension, csr: CertificationRequest): Extension | undefined {
  switch (asked.oid) {
    case OID.KEY_USAGE:
      return filterKeyUsage(asked);
    case OID.EXTENDED_KEY_USAGE:
      return filterExtendedKeyUsage(asked);
    case OID.SUBJECT_ALT_NAME:
      return filterSubjectAltName(csr);
    case OID.CERTIFICATE_POLICIES:
      return filterPolicies(asked, { autoSigned: false, keepCaucasePolicies: false });
    case OID.BASIC_CONSTRAINTS:
      return basicConstraints(false);
    case OID.SUBJECT_KEY_IDENTIFIER:
      return subjectKeyIdentifierExtension(csr.publicKey.keyId);
    case OID.AUTHORITY_KEY_IDENTIFIER:
    case OID.CRL_DISTRIBUTION_POINTS:
      // The CA's own, which no request can know for sure.
      return { ...asked, value: new Uint8Array() };
    default:
      return undefined;
  }
}

function refusalOf(csr: CertificationRequest): string | null {
  try {
    checkKeyStrength(csr.publicKey);
    filterSubjectAltName(csr);
    for (const asked of csr.extensions) givenFor(asked, csr);
    return null;
  } catch (error) {
    if (error instanceof CaucaseError) return describeError(error);
    throw error;
  }
}

function unlessRefused<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof CaucaseError) return undefined;
    throw error;
  }
}
