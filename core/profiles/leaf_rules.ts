/**
 * What must hold for every normal certificate. Written without the code that prepares: here the encoded
 * extensions are read again and judged.
 */
import type { Extension } from "../x509/extension.ts";
import { checkGeneralNames } from "../x509/general_name.ts";
import { exactly, type ExtensionRule, type Parties, type ProfileRules } from "../x509/tbs_certificate.ts";
import type { PolicyChoices } from "./leaf_filters.ts";
import { namesNothing } from "../x509/name.ts";
import { OID } from "../der/oids.ts";
import { AUTO_SIGNED_POLICY, isCaucasePolicy, isOldCaucasePolicy, parsePolicies } from "./policies.ts";
import {
  authorityKeyIdentifierExtension,
  crlDistributionPoints,
  KEY_USAGE,
  readExtendedKeyUsage,
  readKeyUsage,
  subjectKeyIdentifierExtension,
} from "../x509/standard_extensions.ts";

/** Content of an empty SEQUENCE: basicConstraints of an end entity, with the default written nowhere. */
const END_ENTITY = Uint8Array.of(0x30, 0x00);

/** What of an order the rules depend on. */
export interface LeafTerms extends Parties, PolicyChoices {
  readonly crlDistributionPoint?: string | undefined;
}

/** Rules for a certificate that was ordered like this. */
export function leafRules(terms: LeafTerms): ProfileRules {
  const { issuer, subject, publicKey } = terms;
  return {
    profile: "normal certificate",
    parties: { issuer, subject, publicKey },
    required: [
      OID.BASIC_CONSTRAINTS,
      OID.SUBJECT_KEY_IDENTIFIER,
      OID.AUTHORITY_KEY_IDENTIFIER,
      ...(namesNothing(subject) ? [OID.SUBJECT_ALT_NAME] : []),
      ...(terms.autoSigned ? [OID.CERTIFICATE_POLICIES] : []),
    ],
    extensions: new Map<string, ExtensionRule>([
      [OID.BASIC_CONSTRAINTS, exactly({ oid: OID.BASIC_CONSTRAINTS, critical: true, value: END_ENTITY })],
      [OID.SUBJECT_KEY_IDENTIFIER, exactly(subjectKeyIdentifierExtension(publicKey.keyId))],
      [OID.AUTHORITY_KEY_IDENTIFIER, exactly(authorityKeyIdentifierExtension(issuer.keyIdentifier))],
      ...distributionPointRule(terms.crlDistributionPoint),
      [OID.KEY_USAGE, keyUsageBreach],
      [OID.EXTENDED_KEY_USAGE, extendedKeyUsageBreach],
      [OID.SUBJECT_ALT_NAME, (extension) => subjectAltNameBreach(extension, subject)],
      [OID.CERTIFICATE_POLICIES, (extension) => policiesBreach(extension, terms)],
    ]),
  };
}

function distributionPointRule(uri: string | undefined): [string, ExtensionRule][] {
  return uri === undefined ? [] : [[OID.CRL_DISTRIBUTION_POINTS, exactly(crlDistributionPoints(uri))]];
}

function keyUsageBreach({ value }: Extension): string | undefined {
  const bits = readKeyUsage(value);
  if (bits.size === 0) return "is empty";
  if (bits.has(KEY_USAGE.keyCertSign) || bits.has(KEY_USAGE.cRLSign)) return "allows what only a CA may";
  const oneWay = bits.has(KEY_USAGE.encipherOnly) || bits.has(KEY_USAGE.decipherOnly);
  return oneWay && !bits.has(KEY_USAGE.keyAgreement) ? "limits a key agreement that it does not allow" : undefined;
}

function extendedKeyUsageBreach({ value }: Extension): string | undefined {
  const purposes = readExtendedKeyUsage(value);
  if (purposes.length === 0) return "is empty";
  return purposes.includes(OID.OCSP_SIGNING) ? "allows answering for the CA" : undefined;
}

/** Names are free; the list must be one of names that readers take, and speak for itself where the subject does not. */
function subjectAltNameBreach({ critical, value }: Extension, subject: Uint8Array): string | undefined {
  checkGeneralNames(value);
  return critical || !namesNothing(subject) ? undefined : "is not critical beside an empty subject";
}

function policiesBreach({ value }: Extension, choices: PolicyChoices): string | undefined {
  const policies = parsePolicies(value).map(({ oid }) => oid);
  if (policies.length === 0) return "is empty";
  if (new Set(policies).size !== policies.length) return "has a policy twice";
  if (policies.some(isOldCaucasePolicy)) return "has a policy of the former caucase arc";
  const ours = policies.filter(isCaucasePolicy);
  if (choices.autoSigned && !ours.includes(AUTO_SIGNED_POLICY.oid)) return "lacks the auto-signed mark";
  const allowed = choices.autoSigned ? 1 : 0;
  return ours.length > allowed && !choices.keepCaucasePolicies ? "has a caucase policy that nobody gave" : undefined;
}
