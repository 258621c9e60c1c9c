import assert from "node:assert/strict";
import fc from "fast-check";
import { concatBytes } from "../bytes.ts";
import { encodePem, PEM_LABEL } from "../pem.ts";
import { parseCertificate } from "./certificate.ts";
import { crlFromPem, isCrlSignedBy, parseCrl } from "./crl.ts";
import { TAG } from "../der/tags.ts";
import { derElement, derExplicit, derInteger, derNull, derSequence, derTime, derUtf8String } from "../der/writer.ts";
import { encodeExtensions, type Extension } from "./extension.ts";
import { commonNameDer } from "./name.ts";
import { OID } from "../der/oids.ts";
import { ED25519 } from "../keys/signature_algorithm.ts";
import { type Signer, signerFor } from "../keys/signer.ts";
import { TEST_KEY_KINDS, testKey } from "../../tests/support/keys.ts";
import { certificateDer, crlDer, crlEntry, NOW, type WantedCrl } from "../../tests/support/structures.ts";

const NUMBER: Extension = { oid: OID.CRL_NUMBER, critical: false, value: derInteger(2n ** 64n) };
const AKI: Extension = {
  oid: OID.AUTHORITY_KEY_IDENTIFIER,
  critical: false,
  value: derSequence(derElement(TAG.CONTEXT, Uint8Array.of(0xaa, 1))),
};
const REASON: Extension = { oid: OID.REASON_CODE, critical: true, value: derElement(TAG.ENUMERATED, Uint8Array.of(1)) };
const STRANGE: Extension = { oid: "1.2.3", critical: true, value: derNull() };

async function aSigner(): Promise<Signer> {
  return await signerFor(await testKey("P-256"));
}

async function parsed(wanted: WantedCrl) {
  return parseCrl(await crlDer(await aSigner(), wanted));
}

Deno.test("parseCrl() tells everything in it", async () => {
  const issuer = commonNameDer("the CA");
  const entries = [crlEntry(5n, NOW - 10), crlEntry(2n ** 158n, NOW - 5, [REASON])];
  const crl = await parsed({ issuer, entries, extensions: [AKI, NUMBER] });
  assert.deepEqual(crl.issuer, issuer);
  assert.deepEqual([crl.version, crl.thisUpdate, crl.nextUpdate], [2, NOW, NOW + 1000]);
  assert.deepEqual([crl.number, crl.authorityKeyIdentifier, crl.entryCount], [2n ** 64n, "aa01", 2]);
  assert.deepEqual([...crl.entries()], [
    { serial: 5n, revocationDate: NOW - 10 },
    { serial: 2n ** 158n, revocationDate: NOW - 5 },
  ]);
  assert.deepEqual(crl.extensions, [AKI, NUMBER]);
});

const TAKEN: Record<string, WantedCrl> = {
  "version 1": { version: new Uint8Array() },
  "no nextUpdate": { dates: derTime(NOW) },
  "nextUpdate past 2049": { dates: concatBytes(derTime(NOW), derTime(NOW + 1e9)) },
  "a negative serial number": { entries: [crlEntry(-1n, NOW)] },
  "the same serial number twice": { entries: [crlEntry(1n, NOW), crlEntry(1n, NOW)] },
  "an unknown extension that is not critical": { extensions: [{ ...STRANGE, critical: false }] },
  "one in an entry": { entries: [crlEntry(1n, NOW, [{ ...STRANGE, critical: false }])] },
};

for (const [name, wanted] of Object.entries(TAKEN)) {
  Deno.test(`parseCrl() takes ${name}`, async () => {
    const crl = await parsed(wanted);
    assert.equal([...crl.entries()].length, wanted.entries?.length ?? 0);
  });
}

const TIME = derTime(NOW);

const MALFORMED: Record<string, WantedCrl> = {
  "version 1 written out": { version: derInteger(0) },
  "version 3": { version: derInteger(2) },
  "another algorithm inside": { innerAlgorithm: ED25519.der },
  "an issuer that is no name": { issuer: derSequence(derNull()) },
  "no dates": { dates: new Uint8Array() },
  "an empty list of entries": { tail: derSequence() },
  "an entry that is no sequence": { entries: [derNull()] },
  "an entry without a date": { entries: [derSequence(derInteger(1))] },
  "an empty entry": { entries: [derSequence()] },
  "a date before the serial number": { entries: [derSequence(TIME, derInteger(1))] },
  "a date that does not exist": {
    entries: [derSequence(derInteger(1), derElement(TAG.UTC_TIME, new TextEncoder().encode("261331000000Z")))],
  },
  "a date that is text": { entries: [derSequence(derInteger(1), derUtf8String("261123000000Z"))] },
  "a serial number with a zero too many": { entries: [derSequence(Uint8Array.of(2, 2, 0, 1), TIME)] },
  "a serial number with a sign byte too many": { entries: [derSequence(Uint8Array.of(2, 2, 0xff, 0x80), TIME)] },
  "an empty serial number": { entries: [derSequence(Uint8Array.of(2, 0), TIME)] },
  "an entry with an empty list of extensions": { entries: [derSequence(derInteger(1), TIME, derSequence())] },
  "an entry with something after its extensions": {
    entries: [derSequence(derInteger(1), TIME, encodeExtensions([REASON]), derNull())],
  },
  "an entry with something instead of extensions": { entries: [derSequence(derInteger(1), TIME, derNull())] },
  "an entry that is longer than the list": { tail: derSequence(Uint8Array.of(0x30, 5, 2, 1, 1)) },
  "extensions in version 1": { version: new Uint8Array(), extensions: [NUMBER] },
  "an empty list of extensions": { tail: derExplicit(0, derSequence()) },
  "an extension twice": { extensions: [NUMBER, AKI, NUMBER] },
  "something after the extensions": { tail: concatBytes(derExplicit(0, encodeExtensions([NUMBER])), derNull()) },
  "a negative number": { extensions: [{ ...NUMBER, value: derInteger(-1) }] },
  "a number of 21 bytes": { extensions: [{ ...NUMBER, value: derInteger(2n ** 160n) }] },
  "a number that is none": { extensions: [{ ...NUMBER, value: derNull() }] },
};

for (const [name, wanted] of Object.entries(MALFORMED)) {
  Deno.test(`parseCrl() refuses ${name}`, async () => {
    await assert.rejects(parsed(wanted), { code: "malformed" });
  });
}

const UNACCEPTABLE: Record<string, WantedCrl> = {
  "a delta": { extensions: [{ oid: OID.DELTA_CRL_INDICATOR, critical: false, value: derInteger(1) }] },
  "a distribution point of its own": {
    extensions: [{ oid: OID.ISSUING_DISTRIBUTION_POINT, critical: true, value: derSequence() }],
  },
  "an unknown critical extension": { extensions: [STRANGE] },
  "one in an entry": { entries: [crlEntry(1n, NOW), crlEntry(2n, NOW, [STRANGE])] },
};

for (const [name, wanted] of Object.entries(UNACCEPTABLE)) {
  Deno.test(`parseCrl() refuses ${name}: the list may not tell everything`, async () => {
    await assert.rejects(parsed(wanted), { code: "unacceptable" });
  });
}

Deno.test("revoked() and entries() agree with the list that was written", async () => {
  const signer = await aSigner();
  const serial = fc.oneof(fc.bigInt({ min: 0n, max: 400n }), fc.bigInt({ min: 0n, max: 2n ** 160n }));
  await fc.assert(
    fc.asyncProperty(fc.array(serial, { maxLength: 20 }), serial, async (serials, other) => {
      const crl = parseCrl(await crlDer(signer, { entries: serials.map((one, at) => crlEntry(one, NOW + at)) }));
      assert.deepEqual([...crl.entries()], serials.map((one, at) => ({ serial: one, revocationDate: NOW + at })));
      for (const one of serials) assert.ok(crl.revoked(one));
      assert.equal(crl.revoked(other), serials.includes(other));
      assert.equal(crl.revoked(-1n), false);
    }),
    { numRuns: 50 },
  );
});

Deno.test("entries() can be walked again, and two at a time", async () => {
  const crl = await parsed({ entries: [crlEntry(1n, NOW), crlEntry(2n, NOW)] });
  const serials = [...crl.entries()].flatMap((a) => [...crl.entries()].map((b) => [a.serial, b.serial]));
  assert.deepEqual(serials, [[1n, 1n], [1n, 2n], [2n, 1n], [2n, 2n]]);
});

for (const kind of TEST_KEY_KINDS) {
  Deno.test(`isCrlSignedBy() wants the CA's name, key and key identifier (${kind})`, async () => {
    const signer = await signerFor(await testKey(kind));
    const ski = { oid: OID.SUBJECT_KEY_IDENTIFIER, critical: false, value: Uint8Array.fromHex("0402aa01") };
    const subject = commonNameDer("ca");
    const ca = await parseCertificate(await certificateDer(signer, { subject, extensions: [ski] }));
    const stranger = await signerFor(await testKey(kind === "P-384" ? "P-256" : "P-384"));
    const otherAki = { ...AKI, value: derSequence(derElement(TAG.CONTEXT, Uint8Array.of(0xaa, 2))) };
    const cases: readonly (readonly [Signer, WantedCrl, boolean])[] = [
      [signer, { extensions: [AKI] }, true],
      [signer, {}, true],
      [signer, { issuer: commonNameDer("cb") }, false],
      [signer, { extensions: [otherAki] }, false],
      [stranger, { extensions: [AKI] }, false],
    ];
    for (const [by, wanted, expected] of cases) {
      assert.equal(await isCrlSignedBy(parseCrl(await crlDer(by, wanted)), ca), expected);
    }
  });
}

Deno.test("crlFromPem() takes exactly one CRL", async () => {
  const der = await crlDer(await aSigner());
  const pem = encodePem(PEM_LABEL.CRL, der);
  assert.deepEqual(crlFromPem(`text\n${pem}`).der, der);
  for (const text of ["", pem + pem, encodePem("CRL", der)]) {
    assert.throws(() => crlFromPem(text), { code: "malformed" });
  }
});
