/** "Getting something signed, renewed or revoked", second half: what a request can make a certificate say. */
import { without } from "./mutation.ts";
import type { Threat } from "./threat.ts";

const GREED = { file: "tests/security/smuggled_extensions_test.ts", filter: "asks for everything" };
const GREEDY_RENEWAL = { file: "tests/security/smuggled_extensions_test.ts", filter: "is renewed without it" };
const TWO_WAYS = { file: "tests/security/smuggled_names_test.ts", filter: "read in two ways" };
const NAMES = { file: "tests/security/smuggled_names_test.ts", filter: "names get into a certificate" };
const REFUSALS = { file: "server/caucase/handlers_refusals_test.ts", filter: "no acceptable request" };
const SUBMIT = { file: "core/ca/issuance_test.ts", filter: "no certificate may be made from" };
const LINTERS = { file: "tests/linters/catalogue_test.ts", filter: "openssl finds nothing" };

const PROFILE = "core/profiles/leaf_profile.ts";
const FILTERS = "core/profiles/leaf_filters.ts";
const RULES = "core/profiles/leaf_rules.ts";
const ISSUANCE = "core/ca/issuance.ts";
const EXTENSION = "core/x509/extension.ts";
const CSR = "core/x509/csr.ts";
const NAME = "core/x509/name.ts";
const PUBLIC_KEY = "core/keys/public_key.ts";

export const REQUESTING: readonly Threat[] = [
  {
    attack: "a request to be a CA, to sign CRLs or OCSP answers, or to carry the mark of automatic signing",
    mutations: [
      without(
        "the rule that nobody is a CA",
        GREED,
        [
          PROFILE,
          "basicConstraints(false), // 4.2.1.9",
          "findExtension(order.content.extensions, OID.BASIC_CONSTRAINTS) ?? basicConstraints(false),",
        ],
        [
          RULES,
          "[OID.BASIC_CONSTRAINTS, exactly({ oid: OID.BASIC_CONSTRAINTS, critical: true, value: END_ENTITY })],",
          "[OID.BASIC_CONSTRAINTS, () => undefined],",
        ],
      ),
      without(
        "the filter of what a CA may sign",
        GREED,
        [FILTERS, "bits.delete(KEY_USAGE.keyCertSign);\n  bits.delete(KEY_USAGE.cRLSign);", ""],
        [RULES, "if (bits.has(KEY_USAGE.keyCertSign) || bits.has(KEY_USAGE.cRLSign)) return", "if (false) return"],
      ),
      without(
        "the filter of purposes",
        GREED,
        [FILTERS, "purposes.filter((purpose) => purpose !== OID.OCSP_SIGNING)", "purposes"],
        [RULES, "return purposes.includes(OID.OCSP_SIGNING) ?", "return false ?"],
      ),
      without(
        "the filter of our policies",
        GREED,
        [FILTERS, "asked.filter((policy) => !isCaucasePolicy(policy.oid))", "asked.map(toCurrentArc)"],
        [RULES, "return ours.length > allowed && !choices.keepCaucasePolicies ?", "return false ?"],
      ),
      without("the end of the list", GREED, [
        PROFILE,
        "    // Anything else that was asked for is dropped.\n",
        "    findExtension(order.content.extensions, OID.NAME_CONSTRAINTS),\n",
      ], [
        RULES,
        "[OID.KEY_USAGE, keyUsageBreach],",
        "[OID.KEY_USAGE, keyUsageBreach], [OID.NAME_CONSTRAINTS, () => undefined],",
      ]),
    ],
  },
  {
    attack: "a renewal request that brings extensions with it",
    mutations: [
      without("the old certificate as the pattern", GREEDY_RENEWAL, [
        ISSUANCE,
        "this.#issue({ content: old, publicKey: csr.publicKey, origin, now: by.now });\n      const record",
        "this.#issue({ content: csr, publicKey: csr.publicKey, origin, now: by.now });\n      const record",
      ]),
    ],
  },
  {
    attack: "names that two readers read differently: NUL, odd string types, doubled extensions",
    mutations: [
      without("the refusal of doubled extensions", TWO_WAYS, [
        EXTENSION,
        "if (extensions.has(extension.oid)) throw",
        "if (false) throw",
      ]),
      without("the refusal of two lists", TWO_WAYS, [CSR, "if (requested.has(oid)) throw", "if (false) throw"]),
      without("the comparison with Microsoft's list", TWO_WAYS, [
        CSR,
        "if (!sameExtensions(first, second)) {",
        "if (false) {",
      ]),
      without("the look at the subject", TWO_WAYS, [CSR, "checkName(subject);", ""]),
      without("the look at its strings", TWO_WAYS, [
        NAME,
        "for (const attribute of parseName(nameDer).flat()) plainText(attribute);",
        "parseName(nameDer);",
      ]),
      without("names as they are", NAMES, [
        PROFILE,
        "subject: order.content.subject,",
        "subject: order.content.subject.map((byte, at) => at > 1 && byte === 0 ? 0x20 : byte),",
      ], [
        RULES,
        "parties: { issuer, subject, publicKey },",
        "parties: { issuer, subject: subject.map((byte, at) => at > 1 && byte === 0 ? 0x20 : byte), publicKey },",
      ]),
    ],
  },
  {
    attack: "a request for a weak key, or for a key that the sender does not hold",
    mutations: [
      without("the request's own signature", SUBMIT, [
        ISSUANCE,
        "checkKeyStrength(csr.publicKey);\n  await verifyCsr(csr, verify);",
        "checkKeyStrength(csr.publicKey);",
      ]),
      without("the request's own signature, over HTTP", REFUSALS, [
        ISSUANCE,
        "checkKeyStrength(csr.publicKey);\n  await verifyCsr(csr, verify);",
        "checkKeyStrength(csr.publicKey);",
      ]),
      without("the least strength of keys", REFUSALS, [PUBLIC_KEY, "MIN_RSA_BITS = 2048", "MIN_RSA_BITS = 512"]),
    ],
  },
  {
    attack: "a certificate or CRL that strict readers refuse",
    mutations: [
      without("the issuer's key identifier", LINTERS, [
        "core/x509/tbs_certificate.ts",
        "encodeExtensions(certificate.extensions)",
        "encodeExtensions(certificate.extensions.filter(({ oid }) => oid !== '2.5.29.35'))",
      ]),
      without("names that are critical where the subject is empty", LINTERS, [
        FILTERS,
        "return isNameless ? { ...requested, critical: true } : requested;",
        "return requested;",
      ], [RULES, "return critical || !namesNothing(subject) ?", "return true ?"]),
      without("the key identifier of a CRL's issuer", LINTERS, [
        "core/x509/crl_builder.ts",
        "authorityKeyIdentifierExtension(issuer.keyIdentifier), // 5.2.1",
        'authorityKeyIdentifierExtension("00".repeat(20)),',
      ]),
    ],
  },
];
