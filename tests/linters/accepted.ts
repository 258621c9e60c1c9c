/**
 * Findings of linters that our profiles cause on purpose. One that is not listed fails the test, and so does one that
 * is listed and no longer occurs: this is what is known to be so, and why.
 */
import type { LinterFinding, SpecimenKind } from "./specimen.ts";

export interface AcceptedFinding {
  readonly linter: LinterFinding["linter"];
  readonly code: string;
  /** Where it may occur, and must. */
  readonly on: readonly SpecimenKind[];
  /** What its details must say, where the code alone would accept too much. */
  readonly details?: RegExp;
  /** Why it is no weakness, and what demands it. */
  readonly why: string;
}

type Listed = readonly [code: string, why: string, details?: RegExp];

/** What the CA signs for others. */
const ISSUED: readonly SpecimenKind[] = ["user", "service"];

const NAMES = "names are as requested, byte for byte, and nothing constrains them: a user approves each";
const NETLOC = "the server's own name is what the administrator gave, and may be one of a private network";
const NAMELESS = "a certificate without any name is one that an older version issued: restoring gives its user a name";
const USAGES = "keyUsage keeps the requested bits and criticality, whatever the key";

export const ACCEPTED: readonly AcceptedFinding[] = [
  {
    linter: "pkilint",
    code: "pkix.subject_key_identifier_method_1_identified",
    on: ["CA", "user", "service", "HTTPS"],
    why: "it is: RFC 5280 4.2.1.2 method 1, everywhere",
  },
  {
    linter: "pkilint",
    code: "pkix.certificate_policies_policy_has_qualifier",
    on: ISSUED,
    why: "the auto-signed mark has a text for people, and requested policies keep their qualifiers",
  },
  {
    linter: "zlint",
    code: "e_crl_revocation_time_after_this_update",
    on: ["CRL"],
    why:
      "thisUpdate is that of the last scheduled list, and a revocation does not move it: the reference, which may be " +
      "switched to on the same database, makes the same bytes; crlNumber tells which list is newer",
  },
  {
    linter: "pkilint",
    code: "pkix.invalid_domain_name_syntax",
    on: ["CA", "HTTPS"],
    details: /(nameConstraints|subjectAltName).*: "localhost"$/,
    why: NETLOC,
  },
  {
    linter: "pkilint",
    code: "pkix.invalid_uri_syntax",
    on: ["service"],
    details: /cRLDistributionPoints.*: "http:\/\/localhost:\d+\/cas\/crl\/\d+"$/,
    why: NETLOC,
  },
  { linter: "zlint", code: "n_san_iana_pub_suffix_empty", on: ["HTTPS"], details: /: localhost$/, why: NETLOC },
  ...requested("pkilint", [
    ["pkix.invalid_domain_name_syntax", NAMES, /: "(\*\.example\.com|under_score\.example\.com|localhost)"$/],
    ["pkix.invalid_uri_syntax", NAMES, /subjectAltName.*: "spiffe:/],
    ["pkix.name_domain_components_invalid_domain_name", NAMES],
    ["pkix.subject_email_address_not_in_san", NAMES],
    ["itu.invalid_asn1_syntax", `${NAMES}; RFC 5280 limits a common name to 64 characters`, /"X520CommonName".*\[64\]/],
    ["pkix.key_usage_extension_not_critical", USAGES],
    ["pkix.key_usage_value_prohibited_for_ec", USAGES],
    ["pkix.key_usage_value_prohibited_for_edwards_curve", USAGES],
  ]),
  ...requested("zlint", [
    ["e_subject_common_name_max_length", NAMES],
    ["e_subj_email_not_in_san", NAMES],
    ["n_multiple_subject_rdn", NAMES],
    ["n_san_iana_pub_suffix_empty", NAMES],
    ["w_rfc_dnsname_underscore_in_trd", NAMES],
    ["w_ext_key_usage_not_critical", USAGES],
    ["e_ecdsa_allowed_ku", USAGES],
    ["n_ecdsa_ee_invalid_ku", USAGES],
  ]),
];

/**
 * What tests do on purpose, and the catalogue does not: requests with what tests/security smuggles in, clocks that are
 * set back.
 */
export const ACCEPTED_OF_TESTS: readonly AcceptedFinding[] = [
  ...requested("openssl", [
    [
      "verify 9",
      "the CA certificate is of a clock that ran ahead, and was set back",
      /at 1 depth lookup: certificate is not yet/,
    ],
    ["verify 84", NAMELESS, /Subject name empty/],
  ]),
  ...requested("zlint", [
    ["e_subject_empty_without_san", NAMELESS],
    ["e_san_bare_wildcard", NAMES],
    ["e_subject_dn_not_printable_characters", NAMES],
  ]),
  ...requested("pkilint", [
    ["pkix.san_extension_is_critical_non_empty_subject", "subjectAltName keeps its criticality"],
    [
      "itu.invalid_asn1_syntax",
      "policies are as requested, and an identifier of two arcs is one: the linter's library wants three",
      /CertPolicyId.*minimum of 3 arcs/,
    ],
    ["pkix.invalid_domain_name_syntax", NAMES],
    ["not-decodable", `${NAMES}; the linter's library knows no UniversalString`, /tag: 0x1c/],
  ]),
];

/** Findings about what somebody asked for: only on certificates that are issued to others. */
function requested(linter: LinterFinding["linter"], listed: readonly Listed[]): AcceptedFinding[] {
  return listed.map(([code, why, details]) => ({ linter, code, on: ISSUED, why, ...(details && { details }) }));
}
