import assert from "node:assert/strict";
import { leafOrder, newCa, newEcKey } from "../../tests/support/issuing.ts";
import { derSequence } from "../der/writer.ts";
import type { Extension } from "../x509/extension.ts";
import { dnsName, subjectAltNameExtension } from "../x509/general_name.ts";
import { checkLeaf, type LeafOrder, prepareLeaf } from "./leaf_profile.ts";
import { EMPTY_NAME } from "../x509/name.ts";
import { OID } from "../der/oids.ts";
import { AUTO_SIGNED_POLICY, policiesExtension } from "./policies.ts";
import {
  authorityKeyIdentifierExtension,
  basicConstraints,
  crlDistributionPoints,
  extendedKeyUsage,
  keyUsage,
  nameConstraints,
  subjectKeyIdentifierExtension,
} from "../x509/standard_extensions.ts";

const { certificate: issuer } = await newCa();
const { publicKey } = await newEcKey();
const OLD_MARK = "2.25.285541874270823339875695650038637483517.0";

function policies(...oids: string[]): Extension {
  return policiesExtension(oids.map((oid) => ({ oid, qualifiers: undefined })), false);
}

/** Checks what the profile prepares for `choices`, with `extension` in place of the one of its type or added. */
function checkWith(extension: Extension, choices: Partial<LeafOrder> = {}): void {
  const order = { ...leafOrder(issuer, publicKey), ...choices };
  const prepared = prepareLeaf(order);
  const others = prepared.extensions.filter(({ oid }) => oid !== extension.oid);
  checkLeaf({ ...prepared, extensions: [...others, extension] }, order);
}

const BREACHES: Record<string, { extension: Extension; choices?: Partial<LeafOrder>; message: RegExp }> = {
  "the CA bit": { extension: basicConstraints({}), message: /2\.5\.29\.19 is not what it must be/ },
  "basicConstraints that are not critical": {
    extension: { ...basicConstraints(false), critical: false },
    message: /2\.5\.29\.19 is not/,
  },
  "another key's identifier": { extension: subjectKeyIdentifierExtension("00"), message: /2\.5\.29\.14 is not/ },
  "another CA's key identifier": { extension: authorityKeyIdentifierExtension("00"), message: /2\.5\.29\.35 is not/ },
  "a critical distribution point": {
    extension: { ...crlDistributionPoints("http://a/"), critical: true },
    message: /2\.5\.29\.31 is not/,
  },
  "another distribution point": {
    extension: crlDistributionPoints("http://elsewhere/"),
    message: /2\.5\.29\.31 is not/,
  },
  "a distribution point of a CA that has none": {
    extension: crlDistributionPoints("http://elsewhere/"),
    choices: { crlDistributionPoint: undefined },
    message: /2\.5\.29\.31 has no place/,
  },
  "keyCertSign": { extension: keyUsage([0, 5], true), message: /what only a CA may/ },
  "cRLSign": { extension: keyUsage([6], true), message: /what only a CA may/ },
  "encipherOnly alone": { extension: keyUsage([7], true), message: /limits a key agreement/ },
  "an empty keyUsage": { extension: keyUsage([], true), message: /is empty/ },
  "OCSPSigning": { extension: extendedKeyUsage([OID.OCSP_SIGNING], true), message: /answering for the CA/ },
  "an empty extKeyUsage": { extension: extendedKeyUsage([], true), message: /is empty/ },
  "an empty list of policies": { extension: policies(), message: /is empty/ },
  "a policy twice": { extension: policies("1.2.3", "1.2.3"), message: /twice/ },
  "the auto-signed mark without need": { extension: policies(AUTO_SIGNED_POLICY.oid), message: /nobody gave/ },
  "another caucase policy beside the mark": {
    extension: policies(AUTO_SIGNED_POLICY.oid, `${AUTO_SIGNED_POLICY.oid}.1`),
    choices: { autoSigned: true },
    message: /nobody gave/,
  },
  "the former arc in a renewal": {
    extension: policies(OLD_MARK),
    choices: { keepCaucasePolicies: true },
    message: /former caucase arc/,
  },
  "no mark where it belongs": {
    extension: policies("1.2.3"),
    choices: { autoSigned: true },
    message: /lacks the auto-signed mark/,
  },
  "name constraints": { extension: nameConstraints("a.b"), message: /2\.5\.29\.30 has no place here/ },
  "an unknown extension": {
    extension: { oid: "1.2.3.4", critical: false, value: Uint8Array.of(5, 0) },
    message: /1\.2\.3\.4 has no place here/,
  },
};

for (const [label, { extension, choices, message }] of Object.entries(BREACHES)) {
  Deno.test(`checkLeaf() refuses ${label}`, () => {
    assert.throws(() => checkWith(extension, choices), { code: "unacceptable", message });
  });
}

Deno.test("checkLeaf() refuses names that are missing or not critical beside an empty subject", () => {
  const names = subjectAltNameExtension([dnsName("a.b")], true);
  const order = { ...leafOrder(issuer, publicKey), content: { subject: EMPTY_NAME, extensions: [names] } };
  const prepared = prepareLeaf(order);
  const others = prepared.extensions.filter(({ oid }) => oid !== names.oid);
  assert.throws(() => checkLeaf({ ...prepared, extensions: others }, order), { message: /2\.5\.29\.17 is missing/ });
  const optional = [...others, { ...names, critical: false }];
  assert.throws(() => checkLeaf({ ...prepared, extensions: optional }, order), { message: /is not critical/ });
  checkLeaf(prepared, order);
});

Deno.test("checkLeaf() refuses a host name that is none", () => {
  const names = subjectAltNameExtension([dnsName("a..b")], false);
  assert.throws(() => checkWith(names), { code: "malformed", message: /"a\.\.b" has an empty label/ });
});

Deno.test("checkLeaf() refuses an empty list of names", () => {
  assert.throws(() => checkWith({ ...subjectAltNameExtension([], true), value: derSequence() }), { code: "malformed" });
});

for (const missing of [OID.BASIC_CONSTRAINTS, OID.SUBJECT_KEY_IDENTIFIER, OID.AUTHORITY_KEY_IDENTIFIER]) {
  Deno.test(`checkLeaf() refuses a certificate without ${missing}`, () => {
    const order = leafOrder(issuer, publicKey);
    const prepared = prepareLeaf(order);
    const extensions = prepared.extensions.filter(({ oid }) => oid !== missing);
    assert.throws(() => checkLeaf({ ...prepared, extensions }, order), { message: /is missing/ });
  });
}

Deno.test("checkLeaf() refuses a certificate without the mark that it was ordered with", () => {
  const prepared = prepareLeaf(leafOrder(issuer, publicKey));
  const order = { ...leafOrder(issuer, publicKey), autoSigned: true };
  assert.throws(() => checkLeaf(prepared, order), { message: /2\.5\.29\.32 is missing/ });
});

Deno.test("checkLeaf() refuses another subject, key or issuer than ordered", async () => {
  const order = leafOrder(issuer, publicKey);
  const prepared = prepareLeaf(order);
  const other = await newCa();
  for (
    const change of [{ subject: derSequence() }, { publicKey: other.key.publicKey }, { issuer: other.certificate }]
  ) {
    assert.throws(() => checkLeaf({ ...prepared, ...change }, order), { code: "unacceptable" });
  }
});

const ALLOWED: Record<string, { extension: Extension; choices?: Partial<LeafOrder> }> = {
  "key agreement one way": { extension: keyUsage([4, 8], false) },
  "any purpose": { extension: extendedKeyUsage(["2.5.29.37.0"], false) },
  "names": { extension: subjectAltNameExtension([dnsName("a.b")], false) },
  "the mark": { extension: policies("1.2.3", AUTO_SIGNED_POLICY.oid), choices: { autoSigned: true } },
  "any caucase policy in a renewal": {
    extension: policies(`${AUTO_SIGNED_POLICY.oid}.1`),
    choices: { keepCaucasePolicies: true },
  },
};

for (const [label, { extension, choices }] of Object.entries(ALLOWED)) {
  Deno.test(`checkLeaf() allows ${label}`, () => checkWith(extension, choices));
}
