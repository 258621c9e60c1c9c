import assert from "node:assert/strict";
import fc from "fast-check";
import { hexOf, leafOrder, LIFE_SPAN, newCa, newEcKey, NOW } from "../../tests/support/issuing.ts";
import { CaucaseError } from "../errors.ts";
import { derSequence } from "../der/writer.ts";
import { type Extension, findExtension } from "../x509/extension.ts";
import { dnsName, emailName, ipAddress, subjectAltNameExtension } from "../x509/general_name.ts";
import { checkLeaf, prepareLeaf } from "./leaf_profile.ts";
import { EMPTY_NAME } from "../x509/name.ts";
import { OID } from "../der/oids.ts";
import { isCaucasePolicy, parsePolicies, policiesExtension } from "./policies.ts";
import {
  authorityKeyIdentifierExtension,
  basicConstraints,
  crlDistributionPoints,
  extendedKeyUsage,
  keyUsage,
  nameConstraints,
  readExtendedKeyUsage,
  readKeyUsage,
  subjectKeyIdentifierExtension,
} from "../x509/standard_extensions.ts";

const ca = await newCa();
const { publicKey } = await newEcKey();
const ALWAYS = [
  basicConstraints(false),
  subjectKeyIdentifierExtension(publicKey.keyId),
  authorityKeyIdentifierExtension(ca.certificate.keyIdentifier),
  crlDistributionPoints("http://ca.example.com:8009/cas/crl/12"),
];

Deno.test("prepareLeaf() takes subject, key, serial number and dates from the order", () => {
  const order = leafOrder(ca.certificate, publicKey);
  const { serial, subject, notBefore, notAfter, ...prepared } = prepareLeaf(order);
  assert.deepEqual([serial, subject, prepared.publicKey], [order.serial, order.content.subject, publicKey]);
  assert.deepEqual([notBefore, notAfter], [NOW - 10, NOW - 10 + LIFE_SPAN]);
});

Deno.test("prepareLeaf() gives four extensions when none is asked for", () => {
  assert.equal(hexOf(prepareLeaf(leafOrder(ca.certificate, publicKey)).extensions), hexOf(ALWAYS));
});

Deno.test("prepareLeaf() leaves out the distribution point when the CA has none", () => {
  const order = { ...leafOrder(ca.certificate, publicKey), crlDistributionPoint: undefined };
  assert.equal(hexOf(prepareLeaf(order).extensions), hexOf(ALWAYS.slice(0, 3)));
});

Deno.test("prepareLeaf() gives what was asked for in the order of the profile, and drops the rest", () => {
  const names = subjectAltNameExtension([emailName("a@b"), ipAddress("::1"), dnsName("*.a.b")], true);
  const wanted = [
    keyUsage([0, 5], false),
    extendedKeyUsage(["1.3.6.1.5.5.7.3.9", "1.3.6.1.5.5.7.3.2"], true),
    names,
    policiesExtension([{ oid: "1.2.3", qualifiers: undefined }], false),
  ];
  const dropped = [
    basicConstraints({ pathLength: 3 }),
    nameConstraints("a.b"),
    crlDistributionPoints("http://elsewhere/"),
    subjectKeyIdentifierExtension("00"),
    authorityKeyIdentifierExtension("00"),
    { oid: "1.2.3.4", critical: true, value: Uint8Array.of(5, 0) },
  ];
  const given = [
    ...ALWAYS,
    keyUsage([0], false),
    extendedKeyUsage(["1.3.6.1.5.5.7.3.2"], true),
    names,
    wanted[3] ?? names,
  ];
  const order = leafOrder(ca.certificate, publicKey, [...dropped, ...wanted].toReversed());
  assert.equal(hexOf(prepareLeaf(order).extensions), hexOf(given));
});

Deno.test("prepareLeaf() keeps an empty subject empty and makes the names critical, whatever was asked", () => {
  for (const critical of [true, false]) {
    const names = subjectAltNameExtension([dnsName("a.b")], critical);
    const order = leafOrder(ca.certificate, publicKey);
    const empty = { ...order, content: { subject: EMPTY_NAME, extensions: [names] } };
    const prepared = checkLeaf(prepareLeaf(empty), empty);
    assert.deepEqual(prepared.subject, EMPTY_NAME);
    assert.equal(findExtension(prepared.extensions, OID.SUBJECT_ALT_NAME)?.critical, true);
  }
});

Deno.test("prepareLeaf() refuses an order that names nothing", () => {
  const order = { ...leafOrder(ca.certificate, publicKey), content: { subject: EMPTY_NAME, extensions: [] } };
  assert.throws(() => prepareLeaf(order), { code: "unacceptable", message: /nothing is named/ });
});

Deno.test("prepareLeaf() refuses a malformed extension by name, but not one that it drops", () => {
  const broken = (oid: string) =>
    leafOrder(ca.certificate, publicKey, [{ oid, critical: true, value: Uint8Array.of(5) }]);
  assert.throws(() => prepareLeaf(broken(OID.SUBJECT_ALT_NAME)), { code: "malformed", message: /subjectAltName/ });
  assert.equal(hexOf(prepareLeaf(broken(OID.BASIC_CONSTRAINTS)).extensions), hexOf(ALWAYS));
});

const ARCS = ["1.3.6.1.4.1.37476.9000.70.0", "2.25.285541874270823339875695650038637483517"];

const oid = fc.oneof(
  fc.constantFrom("1.2.3", "2.5.29.32.0", "1.3.6.1.5.5.7.3.9", "1.3.6.1.5.5.7.3.1", ...ARCS),
  fc.tuple(fc.constantFrom(...ARCS), fc.bigInt(0n, 1n << 70n)).map(([arc, last]) => `${arc}.${last}`),
);
const policies = fc.array(oid).map((list) => list.map((one) => ({ oid: one, qualifiers: undefined })));
const values: Record<string, fc.Arbitrary<Uint8Array>> = {
  [OID.BASIC_CONSTRAINTS]: fc.constant(basicConstraints({}).value),
  [OID.KEY_USAGE]: fc.uniqueArray(fc.integer({ min: 0, max: 8 })).map((bits) => keyUsage(bits, true).value),
  [OID.EXTENDED_KEY_USAGE]: fc.array(oid).map((purposes) => extendedKeyUsage(purposes, true).value),
  [OID.SUBJECT_ALT_NAME]: fc.array(fc.domain().map(dnsName)).map((names) => derSequence(...names)),
  [OID.CERTIFICATE_POLICIES]: policies.map((list) => policiesExtension(list, true).value),
  "1.2.3.4": fc.uint8Array(),
};
const extension = fc.constantFrom(...Object.keys(values)).chain((type) =>
  fc.record({
    oid: fc.constant(type),
    critical: fc.boolean(),
    value: fc.oneof({ weight: 9, arbitrary: values[type] ?? fc.uint8Array() }, {
      weight: 1,
      arbitrary: fc.uint8Array(),
    }),
  })
);
const extensions = fc.uniqueArray(extension, { selector: (one) => one.oid });

/** The promises of the profile, read from the encoding with as little of the code under test as possible. */
function assertHarmless(list: readonly Extension[], mayHavePolicies: boolean): void {
  const value = (type: string) => findExtension(list, type)?.value;
  assert.equal(value(OID.BASIC_CONSTRAINTS)?.toHex(), "3000");
  const bits = readKeyUsage(value(OID.KEY_USAGE) ?? keyUsage([0], true).value);
  assert.ok(bits.size > 0 && !bits.has(5) && !bits.has(6));
  const purposes = readExtendedKeyUsage(value(OID.EXTENDED_KEY_USAGE) ?? extendedKeyUsage(["1.2"], true).value);
  assert.ok(purposes.length > 0 && !purposes.includes("1.3.6.1.5.5.7.3.9"));
  const given = value(OID.CERTIFICATE_POLICIES);
  if (given !== undefined) {
    const oids = parsePolicies(given).map((policy) => policy.oid);
    assert.ok(oids.length > 0 && !oids.some((one) => one.startsWith("2.25.2855")));
    assert.ok(mayHavePolicies || !oids.some(isCaucasePolicy));
  }
  assert.equal(value("1.2.3.4"), undefined);
}

Deno.test("prepareLeaf() never prepares what breaches the profile, whatever is asked for", () => {
  const choices = fc.record({ autoSigned: fc.boolean(), keepCaucasePolicies: fc.boolean() });
  let issued = 0;
  fc.assert(
    fc.property(extensions, choices, (asked, choice) => {
      const order = { ...leafOrder(ca.certificate, publicKey, asked), ...choice };
      try {
        const { extensions: given } = checkLeaf(prepareLeaf(order), order);
        assertHarmless(given, choice.autoSigned || choice.keepCaucasePolicies);
        issued++;
      } catch (error) {
        // What is malformed is refused; "unacceptable" would mean that the filter let a breach through.
        if (!(error instanceof CaucaseError) || error.code !== "malformed") throw error;
      }
    }),
    { numRuns: 500 },
  );
  assert.ok(issued > 50, `only ${issued} of 500 were issued`);
});
