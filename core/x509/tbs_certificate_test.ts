import assert from "node:assert/strict";
import fc from "fast-check";
import { newCa, NOW } from "../../tests/support/issuing.ts";
import { basicConstraints } from "./standard_extensions.ts";
import { openDer, readTime } from "../der/reader.ts";
import { TAG } from "../der/tags.ts";
import { derElement, derSequence } from "../der/writer.ts";
import {
  checkCertificate,
  exactRules,
  newSerial,
  signCertificate,
  type TbsCertificate,
  validity,
} from "./tbs_certificate.ts";

const ca = await newCa();
const { subject, publicKey } = ca.issuer;
const SERIAL = new Uint8Array(20).fill(0x7f);
const PREPARED: TbsCertificate = {
  serial: SERIAL,
  issuer: ca.issuer,
  subject,
  publicKey,
  notBefore: NOW,
  notAfter: NOW + 1,
  extensions: [basicConstraints(false)],
};
const RULES = exactRules("thing", PREPARED, PREPARED.extensions);

Deno.test("newSerial() is positive, minimal and 20 bytes long, whatever the random bytes", () => {
  fc.assert(fc.property(fc.uint8Array({ minLength: 20, maxLength: 20 }), (bytes) => {
    const serial = newSerial((size) => {
      assert.equal(size, 20);
      return Uint8Array.from(bytes);
    });
    assert.ok(serial.length === 20 && (serial[0] ?? 0) >= 0x40 && (serial[0] ?? 0) < 0x80);
    assert.deepEqual(serial.subarray(1), bytes.subarray(1));
  }));
});

Deno.test("validity() begins ten seconds ago and lasts for the life span", () => {
  assert.deepEqual(validity(1000, 500), { notBefore: 990, notAfter: 1490 });
});

const BREACHES: Record<string, { change: Partial<TbsCertificate>; message: RegExp }> = {
  "a serial number of 15 bytes": { change: { serial: SERIAL.subarray(5) }, message: /serial number/ },
  "a serial number of 21 bytes": { change: { serial: new Uint8Array(21).fill(1) }, message: /serial number/ },
  "a negative serial number": { change: { serial: SERIAL.with(0, 0x80) }, message: /serial number/ },
  "a serial number with a zero in front": { change: { serial: SERIAL.with(0, 0) }, message: /serial number/ },
  "an end that is the beginning": { change: { notAfter: NOW }, message: /ends before it begins/ },
  "a time between two seconds": { change: { notBefore: NOW - 0.5 }, message: /whole seconds/ },
  "a time that is no number": { change: { notAfter: NaN }, message: /whole seconds/ },
  "an end after the year 9999": { change: { notAfter: 253402300800 }, message: /9999/ },
  "another subject": { change: { subject: derSequence() }, message: /subject is not/ },
  "an extension twice": { change: { extensions: [...PREPARED.extensions, ...PREPARED.extensions] }, message: /twice/ },
  "a missing extension": { change: { extensions: [] }, message: /2\.5\.29\.19 is missing/ },
  "another extension": {
    change: { extensions: [...PREPARED.extensions, { oid: "1.2", critical: false, value: SERIAL }] },
    message: /1\.2 has no place here/,
  },
};

for (const [label, { change, message }] of Object.entries(BREACHES)) {
  Deno.test(`checkCertificate() refuses ${label}`, () => {
    assert.throws(() => checkCertificate({ ...PREPARED, ...change }, RULES), { code: "unacceptable", message });
  });
}

Deno.test("checkCertificate() names the profile", () => {
  assert.throws(() => checkCertificate({ ...PREPARED, extensions: [] }, RULES), { message: /^thing: / });
});

Deno.test("checkCertificate() refuses a subject that is no sequence, even when ordered", () => {
  const text = derElement(TAG.UTF8_STRING);
  const prepared = { ...PREPARED, subject: text };
  assert.throws(() => checkCertificate(prepared, exactRules("thing", prepared, PREPARED.extensions)), {
    code: "malformed",
  });
});

Deno.test("signCertificate() writes the fields of RFC 5280 4.1, signed over their bytes", async () => {
  const prepared = { ...PREPARED, notAfter: Date.UTC(2050, 0) / 1000 };
  const der = await signCertificate(checkCertificate(prepared, RULES), ca.signer);
  const certificate = openDer(der, TAG.SEQUENCE, "certificate");
  const tbs = certificate.expect(TAG.SEQUENCE);
  const algorithm = certificate.expect(TAG.SEQUENCE);
  certificate.expect(TAG.BIT_STRING);
  certificate.end();
  const fields = openDer(tbs.raw, TAG.SEQUENCE, "certificate");
  assert.equal(fields.expect(TAG.CONTEXT_CONSTRUCTED).content.toHex(), "020102");
  assert.deepEqual(fields.expect(TAG.INTEGER).content, SERIAL);
  assert.equal(fields.any().raw.toHex(), algorithm.raw.toHex());
  assert.equal(fields.any().raw.toHex(), subject.toHex());
  const dates = fields.enter(TAG.SEQUENCE);
  assert.equal(readTime(dates.expect(TAG.UTC_TIME), "date"), NOW);
  assert.equal(readTime(dates.expect(TAG.GENERALIZED_TIME), "date"), prepared.notAfter);
  assert.equal(fields.any().raw.toHex(), subject.toHex());
  assert.equal(fields.any().raw.toHex(), publicKey.spki.toHex());
  assert.equal(fields.expect(TAG.CONTEXT_CONSTRUCTED | 3).content.toHex(), "300e300c0603551d130101ff04023000");
  fields.end();
});

Deno.test("signCertificate() refuses the key of another CA", async () => {
  const { signer } = await newCa();
  await assert.rejects(signCertificate(checkCertificate(PREPARED, RULES), signer), {
    code: "unacceptable",
    message: /another CA's key/,
  });
});
