import assert from "node:assert/strict";
import { hexOf, LIFE_SPAN, newCa, newEcKey, NOW, random } from "../../tests/support/issuing.ts";
import { commonNameDer, EMPTY_NAME } from "../x509/name.ts";
import { dnsName, ipAddress, subjectAltNameExtension } from "../x509/general_name.ts";
import { checkHttps, prepareHttps } from "./https_profile.ts";
import { newSerial } from "../x509/tbs_certificate.ts";
import {
  authorityKeyIdentifierExtension,
  basicConstraints,
  crlDistributionPoints,
  extendedKeyUsage,
  keyUsage,
  subjectKeyIdentifierExtension,
} from "../x509/standard_extensions.ts";

const { issuer } = await newCa("ca.example.com");
const { publicKey } = await newEcKey();
const ORDER = { host: "ca.example.com", publicKey, issuer, now: NOW, lifeSpan: LIFE_SPAN, serial: newSerial(random) };

const NAMES = {
  "ca.example.com": dnsName("ca.example.com"),
  "192.0.2.1": ipAddress("192.0.2.1"),
  "[2001:db8::1]": ipAddress("2001:db8::1"),
};

for (const [host, name] of Object.entries(NAMES)) {
  Deno.test(`prepareHttps() certifies ${host} and nothing else`, () => {
    const order = { ...ORDER, host };
    const prepared = checkHttps(prepareHttps(order), order);
    assert.deepEqual(prepared.subject, EMPTY_NAME);
    assert.deepEqual([prepared.notBefore, prepared.notAfter], [NOW - 10, NOW - 10 + LIFE_SPAN]);
    const expected = [
      basicConstraints(false),
      subjectKeyIdentifierExtension(publicKey.keyId),
      authorityKeyIdentifierExtension(issuer.keyIdentifier),
      keyUsage([0], true),
      subjectAltNameExtension([name], true),
    ];
    assert.equal(hexOf(prepared.extensions), hexOf(expected));
  });
}

const others = {
  "another name": subjectAltNameExtension([dnsName("b")], true),
  "a name that is not critical": subjectAltNameExtension([dnsName("ca.example.com")], false),
  "another key usage": keyUsage([0, 2], true),
  "the CA bit": basicConstraints({}),
  "a distribution point": crlDistributionPoints("http://a/"),
  "a purpose": extendedKeyUsage(["1.3.6.1.5.5.7.3.1"], false),
};

for (const [label, extension] of Object.entries(others)) {
  Deno.test(`checkHttps() refuses ${label}`, () => {
    const prepared = prepareHttps(ORDER);
    const extensions = [...prepared.extensions.filter(({ oid }) => oid !== extension.oid), extension];
    assert.throws(() => checkHttps({ ...prepared, extensions }, ORDER), { code: "unacceptable" });
  });
}

Deno.test("checkHttps() refuses a subject", () => {
  const prepared = { ...prepareHttps(ORDER), subject: commonNameDer("a") };
  assert.throws(() => checkHttps(prepared, ORDER), { code: "unacceptable", message: /subject/ });
});

Deno.test("prepareHttps() refuses a host that is neither ASCII nor an address", () => {
  assert.throws(() => prepareHttps({ ...ORDER, host: "é" }), { code: "malformed" });
});
