/** What people ask for: every extension that the profile keeps or cuts down, every name form, every kind of key. */
import { utf8 } from "../../core/bytes.ts";
import { TAG } from "../../core/der/tags.ts";
import {
  derElement,
  derExplicit,
  derIa5String,
  derImplicit,
  derOid,
  derSequence,
  derSetOf,
  derUtf8String,
} from "../../core/der/writer.ts";
import type { Extension } from "../../core/x509/extension.ts";
import { dnsName, emailName, ipAddress, subjectAltNameExtension, uriName } from "../../core/x509/general_name.ts";
import { commonNameDer, EMPTY_NAME } from "../../core/x509/name.ts";
import { OID } from "../../core/der/oids.ts";
import { AUTO_SIGNED_POLICY, policiesExtension } from "../../core/profiles/policies.ts";
import { basicConstraints, extendedKeyUsage, keyUsage, nameConstraints } from "../../core/x509/standard_extensions.ts";
import { TEST_KEY_KINDS, type TestKeyKind } from "../support/keys.ts";

export interface CatalogueRequest {
  readonly label: string;
  readonly key: TestKeyKind;
  /** DER of a Name. */
  readonly subject: Uint8Array;
  readonly extensions: readonly Extension[];
}

const SERVER_AUTH = "1.3.6.1.5.5.7.3.1";
const CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";
const ANY_PURPOSE = "2.5.29.37.0";
const OLD_MARK = "2.25.285541874270823339875695650038637483517.0";

const HOST = subjectAltNameExtension([dnsName("host.example.com")], false);

export const CATALOGUE_REQUESTS: readonly CatalogueRequest[] = [
  ...TEST_KEY_KINDS.map((key) => request(`a ${key} key`, { key })),
  request("nothing but a name", { extensions: [] }),
  ...subjects(),
  ...alternativeNames(),
  ...keyUsages(),
  ...purposes(),
  ...policies(),
  request("what only a CA may have", {
    extensions: [basicConstraints({}), nameConstraints("example.com"), HOST],
  }),
  request("an unknown extension", { extensions: [{ oid: "1.3.6.1.4.1.99999.1", critical: false, value: utf8("x") }] }),
];

function request(label: string, wanted: Partial<CatalogueRequest>): CatalogueRequest {
  return { label, key: "P-256", subject: commonNameDer("host"), extensions: [HOST], ...wanted };
}

function subjects(): CatalogueRequest[] {
  const part = (type: string, value: Uint8Array) => derSetOf(derSequence(derOid(type), value));
  const country = part("2.5.4.6", derElement(TAG.PRINTABLE_STRING, utf8("FR")));
  const organization = part("2.5.4.10", derUtf8String("Société"));
  const domain = part("0.9.2342.19200300.100.1.25", derIa5String("example"));
  const email = part("1.2.840.113549.1.9.1", derIa5String("a@example.com"));
  const both = derSetOf(
    derSequence(derOid(OID.COMMON_NAME), derUtf8String("host")),
    derSequence(derOid("2.5.4.11"), derUtf8String("unit")),
  );
  return [
    request("a long name", { subject: derSequence(country, organization, domain, email, both) }),
    request("no name", { subject: EMPTY_NAME, extensions: [{ ...HOST, critical: true }] }),
    request("no name, and other names that are asked for as not critical", { subject: EMPTY_NAME }),
    request("a common name of 65 characters", { subject: commonNameDer("n".repeat(65)) }),
  ];
}

function alternativeNames(): CatalogueRequest[] {
  const directory = derExplicit(4, commonNameDer("somebody"));
  const registered = derImplicit(8, derOid("1.3.6.1.4.1.99999.2").subarray(2));
  const other = derExplicit(0, derOid("1.3.6.1.4.1.311.20.2.3"), derExplicit(0, derUtf8String("user@example.com")));
  const names: Record<string, Uint8Array[]> = {
    "a wildcard": [dnsName("*.example.com")],
    "addresses": [ipAddress("192.0.2.1"), ipAddress("2001:db8::1")],
    "an e-mail address": [emailName("somebody@example.com")],
    "a URI": [uriName("spiffe://example.com/service")],
    "names of the rarer forms": [directory, registered, other],
    "a host name with an underscore": [dnsName("under_score.example.com")],
    "a host name without a dot": [dnsName("localhost")],
  };
  return Object.entries(names).map(([label, list]) =>
    request(label, { extensions: [subjectAltNameExtension(list, false)] })
  );
}

function keyUsages(): CatalogueRequest[] {
  const usages: [string, TestKeyKind, number[]][] = [
    ["signing and encrypting", "RSA", [0, 1, 2, 3]],
    ["signing and agreeing", "P-256", [0, 4]],
    ["agreeing to encipher only", "P-384", [4, 7]],
    ["agreeing to decipher only", "P-521", [4, 8]],
    ["encipherOnly without keyAgreement", "P-256", [0, 7]],
    ["encrypting with a key that only agrees", "P-256", [0, 2]],
    ["encrypting with a key that only signs", "Ed25519", [0, 2]],
    ["a CA's usages beside one's own", "P-256", [0, 5, 6]],
    ["a CA's usages alone", "P-256", [5, 6]],
  ];
  return [
    ...usages.map(([label, key, bits]) => request(label, { key, extensions: [keyUsage(bits, true), HOST] })),
    request("a usage that is not critical", { extensions: [keyUsage([0], false), HOST] }),
  ];
}

function purposes(): CatalogueRequest[] {
  const asked: Record<string, Extension> = {
    "TLS on both sides": extendedKeyUsage([SERVER_AUTH, CLIENT_AUTH], false),
    "a critical purpose": extendedKeyUsage([SERVER_AUTH], true),
    "any purpose": extendedKeyUsage([ANY_PURPOSE], false),
    "OCSP answers beside TLS": extendedKeyUsage([OID.OCSP_SIGNING, SERVER_AUTH], false),
    "OCSP answers alone": extendedKeyUsage([OID.OCSP_SIGNING], false),
  };
  return Object.entries(asked).map(([label, purpose]) =>
    request(label, { extensions: [keyUsage([0], true), purpose, HOST] })
  );
}

function policies(): CatalogueRequest[] {
  const plain = { oid: "1.3.6.1.4.1.99999.3", qualifiers: undefined };
  const cps = derSequence(derSequence(derOid(OID.CPS), derIa5String("https://example.com/cps")));
  const asked: Record<string, Extension> = {
    "a policy": policiesExtension([plain], false),
    "a critical policy with a statement": policiesExtension([{ ...plain, qualifiers: cps }], true),
    "the caucase policies beside another": policiesExtension([AUTO_SIGNED_POLICY, plain], false),
    "the caucase policies alone": policiesExtension([{ oid: OLD_MARK, qualifiers: undefined }], false),
  };
  return Object.entries(asked).map(([label, policy]) => request(label, { extensions: [policy, HOST] }));
}
