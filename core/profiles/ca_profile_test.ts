import assert from "node:assert/strict";
import fc from "fast-check";
import { hexOf, LIFE_SPAN, newEcKey, NOW, random } from "../../tests/support/issuing.ts";
import {
  type CaOrder,
  caSubject,
  checkCa,
  checkCaSuccessor,
  isForHost,
  prepareCa,
  prepareCaSuccessor,
} from "./ca_profile.ts";
import { derSequence } from "../der/writer.ts";
import type { Extension } from "../x509/extension.ts";
import { newSerial } from "../x509/tbs_certificate.ts";
import { commonNameOf } from "../x509/name.ts";
import {
  authorityKeyIdentifierExtension,
  basicConstraints,
  keyUsage,
  nameConstraints,
  subjectKeyIdentifierExtension,
} from "../x509/standard_extensions.ts";

const { publicKey } = await newEcKey();
const ORDER: CaOrder = {
  subject: caSubject("cas", "ca.example.com:8009"),
  publicKey,
  now: NOW,
  lifeSpan: 4 * LIFE_SPAN,
  serial: newSerial(random),
};
const KEY_IDS = [subjectKeyIdentifierExtension(publicKey.keyId), authorityKeyIdentifierExtension(publicKey.keyId)];
const BASICS = [basicConstraints({ pathLength: 0 }), keyUsage([5, 6], true)];
const UNKNOWN: Extension = { oid: "1.2.3.4", critical: false, value: Uint8Array.of(5, 0) };

const SUBJECTS = {
  cau: "Caucase CAU at a.b:80",
  cas: "Caucase CAS at a.b:80",
  http: "Caucased CA at a.b:80",
} as const;

Deno.test("caSubject() names role and network location", () => {
  for (const role of ["cau", "cas", "http"] as const) {
    assert.equal(commonNameOf(caSubject(role, "a.b:80")), SUBJECTS[role]);
  }
});

Deno.test("caSubject() shortens a long network location to 64 characters in all", () => {
  const host = "a".repeat(70);
  assert.equal(commonNameOf(caSubject("http", host)), `Caucased CA at ${"a".repeat(49)}`);
  fc.assert(fc.property(fc.string({ unit: "grapheme" }), (netloc) => {
    const name = commonNameOf(caSubject("cau", netloc)) ?? "";
    assert.ok([...name].length <= 64 && `Caucase CAU at ${netloc}`.startsWith(name));
  }));
});

Deno.test("prepareCa() makes a self-signed certificate with the extensions of the profile", () => {
  const prepared = checkCa(prepareCa(ORDER), ORDER);
  assert.deepEqual([prepared.subject, prepared.issuer.subject], [ORDER.subject, ORDER.subject]);
  assert.equal(prepared.issuer.keyIdentifier, publicKey.keyId);
  assert.deepEqual([prepared.notBefore, prepared.notAfter], [NOW - 10, NOW - 10 + 4 * LIFE_SPAN]);
  assert.equal(hexOf(prepared.extensions), hexOf([...KEY_IDS, ...BASICS]));
});

for (const host of ["ca.example.com", "192.0.2.1", "[2001:db8::1]"]) {
  Deno.test(`prepareCa() limits an HTTP CA to ${host}`, () => {
    const order = { ...ORDER, onlyHost: host };
    const prepared = checkCa(prepareCa(order), order);
    assert.equal(hexOf(prepared.extensions), hexOf([...KEY_IDS, ...BASICS, nameConstraints(host)]));
  });
}

Deno.test("isForHost() knows a CA that is bound to the host from others", () => {
  const bound = (onlyHost: string | undefined) => prepareCa({ ...ORDER, onlyHost });
  assert.equal(isForHost(bound("ca.example.com"), "ca.example.com"), true);
  assert.equal(isForHost(bound("192.0.2.1"), "192.0.2.1"), true);
  assert.equal(isForHost(bound("ca.example.com"), "ca.example.org"), false);
  assert.equal(isForHost(bound("example.com"), "ca.example.com"), false);
  assert.equal(isForHost(bound(undefined), "ca.example.com"), false);
});

for (const host of ["", "é"]) {
  Deno.test(`prepareCa() refuses ${JSON.stringify(host)} as the only host`, () => {
    assert.throws(() => prepareCa({ ...ORDER, onlyHost: host }), { code: "malformed" });
  });
}

const BREACHES: Record<string, readonly Extension[]> = {
  "no CA bit": [...KEY_IDS, basicConstraints(false), keyUsage([5, 6], true)],
  "no path length": [...KEY_IDS, basicConstraints({}), keyUsage([5, 6], true)],
  "more key usages": [...KEY_IDS, basicConstraints({ pathLength: 0 }), keyUsage([0, 5, 6], true)],
  "a keyUsage that is not critical": [...KEY_IDS, basicConstraints({ pathLength: 0 }), keyUsage([5, 6], false)],
  "no keyUsage": [...KEY_IDS, basicConstraints({ pathLength: 0 })],
  "another key identifier": [
    subjectKeyIdentifierExtension("00"),
    authorityKeyIdentifierExtension(publicKey.keyId),
    ...BASICS,
  ],
  "an unknown extension": [...KEY_IDS, ...BASICS, UNKNOWN],
  "name constraints that were not ordered": [...KEY_IDS, ...BASICS, nameConstraints("a.b")],
};

for (const [label, extensions] of Object.entries(BREACHES)) {
  Deno.test(`checkCa() refuses ${label}`, () => {
    assert.throws(() => checkCa({ ...prepareCa(ORDER), extensions }, ORDER), { code: "unacceptable" });
  });
}

Deno.test("checkCa() refuses an HTTP CA without its name constraints", () => {
  const order = { ...ORDER, onlyHost: "a.b" };
  assert.throws(() => checkCa(prepareCa(ORDER), order), { message: /2\.5\.29\.30 is missing/ });
});

Deno.test("checkCa() refuses what another key would sign", async () => {
  const other = await newEcKey();
  const { issuer } = prepareCa({ ...ORDER, publicKey: other.publicKey });
  assert.throws(() => checkCa({ ...prepareCa(ORDER), issuer }, ORDER), { message: /issuer is not/ });
});

const OLD_IDS = [subjectKeyIdentifierExtension("01"), authorityKeyIdentifierExtension("02")];

const SUCCESSIONS: Record<string, { from: readonly Extension[]; isCa?: boolean; to: readonly Extension[] }> = {
  "our own CA": { from: [...OLD_IDS, ...BASICS], to: BASICS },
  "our own HTTP CA": { from: [...OLD_IDS, ...BASICS, nameConstraints("a.b")], to: [...BASICS, nameConstraints("a.b")] },
  "an imported CA, as it is": {
    from: [UNKNOWN, basicConstraints({}), ...OLD_IDS, keyUsage([0, 5], false)],
    to: [UNKNOWN, basicConstraints({}), keyUsage([0, 5], false)],
  },
  "one that was no CA": {
    from: [basicConstraints(false), keyUsage([0], true), UNKNOWN],
    isCa: false,
    to: [...BASICS, UNKNOWN],
  },
  "one without any extension": { from: [], isCa: false, to: BASICS },
};

for (const [label, { from, isCa = true, to }] of Object.entries(SUCCESSIONS)) {
  Deno.test(`prepareCaSuccessor() follows ${label}`, () => {
    const order = { ...ORDER, predecessor: { subject: ORDER.subject, extensions: from, isCa } };
    const prepared = checkCaSuccessor(prepareCaSuccessor(order), order);
    assert.equal(hexOf(prepared.extensions), hexOf([...KEY_IDS, ...to]));
    assert.deepEqual(prepared.subject, ORDER.subject);
  });
}

Deno.test("checkCaSuccessor() refuses another subject, and other extensions than the predecessor's", () => {
  const order = { ...ORDER, predecessor: { subject: ORDER.subject, extensions: BASICS, isCa: true } };
  const prepared = prepareCaSuccessor(order);
  const breaches = [{ subject: derSequence() }, { extensions: [...prepared.extensions, UNKNOWN] }];
  for (const change of breaches) {
    assert.throws(() => checkCaSuccessor({ ...prepared, ...change }, order), { code: "unacceptable" });
  }
});
