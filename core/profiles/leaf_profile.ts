/** The profile of a normal certificate: one that a user or a service gets. Sections are those of RFC 5280. */
import type { Bytes } from "../bytes.ts";
import { type Extension, findExtension } from "../x509/extension.ts";
import {
  checkCertificate,
  type CheckedTbsCertificate,
  type IssuerIdentity,
  type SubjectKey,
  type TbsCertificate,
  validity,
} from "../x509/tbs_certificate.ts";
import { leafRules } from "./leaf_rules.ts";
import {
  filterExtendedKeyUsage,
  filterKeyUsage,
  filterPolicies,
  filterSubjectAltName,
  type PolicyChoices,
  type RequestedContent,
} from "./leaf_filters.ts";
import { OID } from "../der/oids.ts";
import {
  authorityKeyIdentifierExtension,
  basicConstraints,
  crlDistributionPoints,
  subjectKeyIdentifierExtension,
} from "../x509/standard_extensions.ts";

/** All that decides what a normal certificate says. */
export interface LeafOrder extends PolicyChoices {
  /** What was asked for: a request, the template of the signing user, or the certificate that is renewed. */
  readonly content: RequestedContent;
  readonly publicKey: SubjectKey;
  readonly issuer: IssuerIdentity;
  /** Unix seconds. */
  readonly now: number;
  /** Seconds. */
  readonly lifeSpan: number;
  /** From `newSerial()`. */
  readonly serial: Bytes;
  /** Where the issuer's CRL is; only service certificates say so. */
  readonly crlDistributionPoint?: string | undefined;
}

/**
 * A normal certificate, to be checked. Its end may lie after the issuer's: the issuer is then about to be followed by
 * another CA, and the holder renews in time.
 * @throws `malformed` when a requested extension that goes into it is; `unacceptable` when it would name nothing
 */
export function prepareLeaf(order: LeafOrder): TbsCertificate {
  return {
    serial: order.serial, // 4.1.2.2
    issuer: order.issuer, // 4.1.2.4
    ...validity(order.now, order.lifeSpan), // 4.1.2.5
    subject: order.content.subject, // 4.1.2.6: byte for byte, empty too
    publicKey: order.publicKey, // 4.1.2.7
    extensions: leafExtensions(order),
  };
}

/** Judges a prepared certificate against the profile. @throws `unacceptable` with the first breach */
export function checkLeaf(prepared: TbsCertificate, order: LeafOrder): CheckedTbsCertificate {
  return checkCertificate(prepared, leafRules({ ...order, subject: order.content.subject }));
}

function leafExtensions(order: LeafOrder): Extension[] {
  const { publicKey, issuer, crlDistributionPoint } = order;
  const requested = (oid: string) => findExtension(order.content.extensions, oid);
  const wanted = {
    keyUsage: requested(OID.KEY_USAGE),
    extKeyUsage: requested(OID.EXTENDED_KEY_USAGE),
    certificatePolicies: requested(OID.CERTIFICATE_POLICIES),
  };
  return [
    basicConstraints(false), // 4.2.1.9
    subjectKeyIdentifierExtension(publicKey.keyId), // 4.2.1.2 method 1
    authorityKeyIdentifierExtension(issuer.keyIdentifier), // 4.2.1.1
    crlDistributionPoint === undefined ? undefined : crlDistributionPoints(crlDistributionPoint), // 4.2.1.13
    wanted.keyUsage && filterKeyUsage(wanted.keyUsage), // 4.2.1.3
    wanted.extKeyUsage && filterExtendedKeyUsage(wanted.extKeyUsage), // 4.2.1.12
    filterSubjectAltName(order.content), // 4.2.1.6
    filterPolicies(wanted.certificatePolicies, order), // 4.2.1.4
    // Anything else that was asked for is dropped.
  ].filter((extension) => extension !== undefined);
}
