/**
 * What becomes of an extension that a request asks for: the same, a smaller one, or none. A value that is not what its
 * type says is refused by name rather than dropped, so that nobody gets a certificate without what they asked for.
 */
import { CaucaseError } from "../errors.ts";
import { type Extension, findExtension, readExtensionValue } from "../x509/extension.ts";
import { checkGeneralNames } from "../x509/general_name.ts";
import { namesNothing } from "../x509/name.ts";
import { OID } from "../der/oids.ts";
import {
  AUTO_SIGNED_POLICY,
  isCaucasePolicy,
  parsePolicies,
  policiesExtension,
  type Policy,
  toCurrentArc,
} from "./policies.ts";
import {
  extendedKeyUsage,
  KEY_USAGE,
  keyUsage,
  readExtendedKeyUsage,
  readKeyUsage,
} from "../x509/standard_extensions.ts";

/** What a certificate may carry of the caucase policies. */
export interface PolicyChoices {
  /** Whether to add the auto-signed mark. */
  readonly autoSigned: boolean;
  /** Whether those that are asked for pass, as in a renewal; else none does. */
  readonly keepCaucasePolicies: boolean;
}

/**
 * keyUsage without the bits of a CA, and without those that mean nothing there: encipherOnly and decipherOnly count
 * only beside keyAgreement (RFC 5280 4.2.1.3). None where no bit remains, since one must be set.
 * @throws `malformed`
 */
export function filterKeyUsage(requested: Extension): Extension | undefined {
  const bits = readExtensionValue(requested, "keyUsage", readKeyUsage);
  bits.delete(KEY_USAGE.keyCertSign);
  bits.delete(KEY_USAGE.cRLSign);
  if (!bits.has(KEY_USAGE.keyAgreement)) {
    bits.delete(KEY_USAGE.encipherOnly);
    bits.delete(KEY_USAGE.decipherOnly);
  }
  return bits.size > 0 ? keyUsage(bits, requested.critical) : undefined;
}

/**
 * extKeyUsage without OCSPSigning, which would let the holder answer for the CA (RFC 6960 4.2.2.2). None where no
 * purpose remains (RFC 5280 4.2.1.12: at least one).
 * @throws `malformed`
 */
export function filterExtendedKeyUsage(requested: Extension): Extension | undefined {
  const purposes = readExtensionValue(requested, "extKeyUsage", readExtendedKeyUsage);
  const allowed = purposes.filter((purpose) => purpose !== OID.OCSP_SIGNING);
  return allowed.length > 0 ? extendedKeyUsage(allowed, requested.critical) : undefined;
}

/** What a certificate is asked to say. */
export interface RequestedContent {
  /** DER of a Name that was checked when it came in. */
  readonly subject: Uint8Array;
  readonly extensions: readonly Extension[];
}

/**
 * subjectAltName as it is, but critical where the subject names nothing, whatever was asked (RFC 5280 4.2.1.6): strict
 * readers refuse the certificate otherwise.
 * @throws `malformed` when it is empty, not a list of names, or has one that no reader takes (see `checkGeneralNames`);
 * `unacceptable` when it is absent and the subject names nothing
 */
export function filterSubjectAltName({ subject, extensions }: RequestedContent): Extension | undefined {
  const requested = findExtension(extensions, OID.SUBJECT_ALT_NAME);
  const isNameless = namesNothing(subject);
  if (requested === undefined) {
    if (isNameless) throw nothingNamed();
    return undefined;
  }
  readExtensionValue(requested, "subjectAltName", checkGeneralNames);
  return isNameless ? { ...requested, critical: true } : requested;
}

/** Whether a certificate could have the names that are asked for. @throws as `filterSubjectAltName` */
export function checkNames(requested: RequestedContent): void {
  filterSubjectAltName(requested);
}

function nothingNamed(): CaucaseError {
  return new CaucaseError("unacceptable", "the subject is empty and there is no subjectAltName: nothing is named", {
    hint: "ask for a subject, or for a name in a subjectAltName",
  });
}

/**
 * certificatePolicies without the CA's own policies, or with them under today's arc, and with the auto-signed mark
 * where it belongs. None where no policy remains. No policy stands twice (RFC 5280 4.2.1.4): the first counts.
 * @throws `malformed`
 */
export function filterPolicies(requested: Extension | undefined, choices: PolicyChoices): Extension | undefined {
  const asked = requested === undefined ? [] : readExtensionValue(requested, "certificatePolicies", parsePolicies);
  const allowed = choices.keepCaucasePolicies
    ? asked.map(toCurrentArc)
    : asked.filter((policy) => !isCaucasePolicy(policy.oid));
  const policies = unique(choices.autoSigned ? [...allowed, AUTO_SIGNED_POLICY] : allowed);
  if (policies.length === 0) return undefined;
  // With nothing but the mark the extension is our own, and nobody needs to understand it.
  return policiesExtension(policies, allowed.length > 0 && requested?.critical === true);
}

function unique(policies: readonly Policy[]): Policy[] {
  const first = new Map<string, Policy>();
  for (const policy of policies) if (!first.has(policy.oid)) first.set(policy.oid, policy);
  return [...first.values()];
}
