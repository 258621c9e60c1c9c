/**
 * certificatePolicies (RFC 5280 4.2.1.4) and the policies of our own arc. One of them is the auto-signed mark: it tells
 * that no person approved a certificate, and it stays with the certificate and its renewals for life.
 */
import type { Bytes } from "../bytes.ts";
import { malformed } from "../errors.ts";
import { checkNested, type DerElement, DerReader, openDer } from "../der/reader.ts";
import { TAG } from "../der/tags.ts";
import { derOid, derSequence, derUtf8String } from "../der/writer.ts";
import { type Extension, findExtension, readExtensionValue } from "../x509/extension.ts";
import { OID } from "../der/oids.ts";

const ARC = "1.3.6.1.4.1.37476.9000.70.0";
/** Used by early versions, with the same meaning; from a UUID (X.667), so its last component has 128 bits. */
const OLD_ARC = "2.25.285541874270823339875695650038637483517";
const WHAT = "list of policies";

export interface Policy {
  readonly oid: string;
  /** DER of the qualifiers' SEQUENCE, where there are any. */
  readonly qualifiers: Uint8Array | undefined;
}

/** The auto-signed mark, with its text in a user notice (RFC 5280 4.2.1.4). */
export const AUTO_SIGNED_POLICY: Policy = {
  oid: `${ARC}.0`,
  qualifiers: derSequence(
    derSequence(derOid(OID.USER_NOTICE), derSequence(derUtf8String("Auto-signed caucase certificate"))),
  ),
};

/**
 * Policies of a certificatePolicies value, in order; none for the empty list, which is not allowed but seen. @throws
 * `malformed`
 */
export function parsePolicies(value: Uint8Array): Policy[] {
  const reader = openDer(value, TAG.SEQUENCE, WHAT);
  const policies: Policy[] = [];
  while (!reader.done) policies.push(parsePolicy(reader.enter(TAG.SEQUENCE)));
  return policies;
}

/** certificatePolicies extension of `policies`. */
export function policiesExtension(policies: readonly Policy[], critical: boolean): Extension {
  const items = policies.map((policy) => policy === AUTO_SIGNED_POLICY ? AUTO_SIGNED_DER : policyDer(policy));
  return { oid: OID.CERTIFICATE_POLICIES, critical, value: derSequence(...items) };
}

function policyDer({ oid, qualifiers }: Policy): Bytes {
  return derSequence(derOid(oid), qualifiers ?? new Uint8Array());
}

/** It stands in every certificate that is signed without asking. */
const AUTO_SIGNED_DER = policyDer(AUTO_SIGNED_POLICY);

/** Whether a policy is one of the CA's own: either arc itself, or anything below. Only a CA may give those. */
export function isCaucasePolicy(oid: string): boolean {
  return isWithin(oid, ARC) || isWithin(oid, OLD_ARC);
}

/** Whether a policy lies under the arc of early versions. */
export function isOldCaucasePolicy(oid: string): boolean {
  return isWithin(oid, OLD_ARC);
}

/** The same policy under today's arc. */
export function toCurrentArc(policy: Policy): Policy {
  return isWithin(policy.oid, OLD_ARC) ? { ...policy, oid: ARC + policy.oid.slice(OLD_ARC.length) } : policy;
}

/**
 * Whether a certificate was issued without a person's approval, or is the renewal of such a one.
 * @throws `malformed` when its policies are
 */
export function isAutoSigned(certificate: { readonly extensions: readonly Extension[] }): boolean {
  const extension = findExtension(certificate.extensions, OID.CERTIFICATE_POLICIES);
  if (extension === undefined) return false;
  const policies = readExtensionValue(extension, "certificatePolicies", parsePolicies);
  return policies.some((policy) => toCurrentArc(policy).oid === AUTO_SIGNED_POLICY.oid);
}

function isWithin(oid: string, arc: string): boolean {
  // With the dot: an arc whose last component merely begins with the same digits is somebody else's.
  return oid === arc || oid.startsWith(`${arc}.`);
}

function parsePolicy(reader: DerReader): Policy {
  const oid = reader.oid();
  const qualifiers = reader.optional(TAG.SEQUENCE);
  reader.end();
  if (qualifiers) checkQualifiers(qualifiers);
  return { oid, qualifiers: qualifiers?.raw };
}

function checkQualifiers(sequence: DerElement): void {
  const reader = new DerReader(sequence.content, WHAT);
  if (reader.done) throw malformed(`${WHAT} has an empty list of qualifiers`);
  while (!reader.done) checkQualifier(reader.enter(TAG.SEQUENCE));
}

function checkQualifier(reader: DerReader): void {
  const oid = reader.oid();
  const qualifier = reader.any();
  reader.end();
  const tag = oid === OID.CPS ? TAG.IA5_STRING : oid === OID.USER_NOTICE ? TAG.SEQUENCE : qualifier.tag;
  if (qualifier.tag !== tag) throw malformed(`${WHAT} has a qualifier of the wrong type`);
  checkNested(qualifier, WHAT);
}
