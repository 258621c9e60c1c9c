import assert from "node:assert/strict";
import fc from "fast-check";
import { DAY, newCa, NOW } from "../../tests/support/issuing.ts";
import { concatBytes } from "../bytes.ts";
import { buildCrl, CrlEntries } from "./crl_builder.ts";
import { openDer } from "../der/reader.ts";
import { TAG } from "../der/tags.ts";
import { derExplicit, derInteger, derSequence, derTime } from "../der/writer.ts";
import { encodeExtensions } from "./extension.ts";
import { OID } from "../der/oids.ts";
import { authorityKeyIdentifierExtension } from "./standard_extensions.ts";

const { issuer, signer } = await newCa();
const CONTENT = { issuer, thisUpdate: NOW, nextUpdate: NOW + 30 * DAY, number: 7n };

function entriesOf(...serials: bigint[]): CrlEntries {
  return CrlEntries.NONE.with(serials.map((serial) => ({ serial, revocationDate: NOW })));
}

/** Elements of the TBSCertList, in hexadecimal. */
function fieldsOf(crl: Uint8Array): string[] {
  const reader = openDer(crl, TAG.SEQUENCE, "CRL").enter(TAG.SEQUENCE);
  const fields: string[] = [];
  while (!reader.done) fields.push(reader.any().raw.toHex());
  return fields;
}

Deno.test("CrlEntries.with() encodes as RFC 5280 5.1 says, for any serial number and date", () => {
  const serial = fc.oneof(
    fc.bigInt(0n, (1n << 160n) - 1n),
    fc.constantFrom(0n, 1n, 127n, 128n, 255n, 256n, (1n << 159n) - 1n, 1n << 511n, 1n << 512n, 1n << 900n),
  );
  // From 1900 to 2100: UTCTime ends on both sides of it.
  const date = fc.oneof(
    fc.integer({ min: -2208988800, max: 4102444800 }),
    fc.constantFrom(-631152001, -631152000, 2524607999, 2524608000),
  );
  fc.assert(fc.property(fc.array(fc.tuple(serial, date), { maxLength: 200 }), (list) => {
    const entries = CrlEntries.NONE.with(list.map(([serial, revocationDate]) => ({ serial, revocationDate })));
    const expected = concatBytes(...list.map(([number, at]) => derSequence(derInteger(number), derTime(at))));
    assert.equal(entries.bytes().toHex(), expected.toHex());
    assert.deepEqual([entries.size, entries.byteLength], [list.length, expected.length]);
  }));
});

Deno.test("CrlEntries.with() refuses a negative serial number and stays as it was", () => {
  const entries = entriesOf(5n);
  const before = entries.bytes().toHex();
  assert.throws(() => entries.with([6n, -1n].map((serial) => ({ serial, revocationDate: NOW }))), {
    code: "unacceptable",
    message: /-1 is negative/,
  });
  assert.deepEqual([entries.bytes().toHex(), entries.size], [before, 1]);
  assert.equal(entries.with([{ serial: 7n, revocationDate: NOW }]).bytes().toHex(), entriesOf(5n, 7n).bytes().toHex());
});

Deno.test("CrlEntries stays as it is when others go on from it, and each has its own", () => {
  const entries = entriesOf(1n);
  const view = entries.bytes();
  const before = view.toHex();
  const more = Array.from({ length: 1000 }, (_, serial) => ({ serial: BigInt(serial), revocationDate: NOW }));
  const longer = entries.with(more);
  const other = entries.with([{ serial: 9n, revocationDate: NOW }]);
  assert.equal(view.toHex(), before);
  assert.equal(entries.bytes().toHex(), before);
  assert.equal(longer.size, 1001);
  assert.equal(longer.bytes().toHex(), before + CrlEntries.NONE.with(more).bytes().toHex());
  assert.equal(other.bytes().toHex(), entriesOf(1n, 9n).bytes().toHex());
});

Deno.test("buildCrl() writes the fields of RFC 5280 5.1", async () => {
  const fields = fieldsOf(await buildCrl({ ...CONTENT, entries: entriesOf(5n, 300n) }, signer));
  const extensions = encodeExtensions([
    { oid: OID.CRL_NUMBER, critical: false, value: derInteger(7) },
    authorityKeyIdentifierExtension(issuer.keyIdentifier),
  ]);
  const expected = [
    derInteger(1),
    signer.algorithm.der,
    issuer.subject,
    derTime(NOW),
    derTime(NOW + 30 * DAY),
    derSequence(derSequence(derInteger(5), derTime(NOW)), derSequence(derInteger(300), derTime(NOW))),
    derExplicit(0, extensions),
  ];
  assert.deepEqual(fields, expected.map((field) => field.toHex()));
});

Deno.test("buildCrl() leaves the list out when there is no entry", async () => {
  const fields = fieldsOf(await buildCrl({ ...CONTENT, entries: CrlEntries.NONE }, signer));
  assert.equal(fields.length, 6);
  assert.deepEqual(fields.map((field) => field.slice(0, 2)), ["02", "30", "30", "17", "17", "a0"]);
});

Deno.test("buildCrl() writes dates from 2050 on as GeneralizedTime", async () => {
  const nextUpdate = Date.UTC(2050, 0) / 1000;
  const crl = await buildCrl({ ...CONTENT, thisUpdate: nextUpdate - 1, nextUpdate, entries: CrlEntries.NONE }, signer);
  const [, , , thisUpdate, next] = fieldsOf(crl);
  assert.deepEqual([thisUpdate?.slice(0, 2), next?.slice(0, 2)], ["17", "18"]);
});

Deno.test("buildCrl() signs what was there when it was called", async () => {
  const entries = entriesOf(5n);
  const slow = { ...signer, sign: (data: Uint8Array) => Promise.resolve().then(() => signer.sign(data)) };
  const building = buildCrl({ ...CONTENT, entries }, slow);
  entries.with([{ serial: 6n, revocationDate: NOW }]);
  const expected = await buildCrl({ ...CONTENT, entries: entriesOf(5n) }, signer);
  assert.deepEqual(fieldsOf(await building), fieldsOf(expected));
});

const REFUSED = {
  "a negative number": { number: -1n },
  "a number over 20 bytes": { number: 1n << 159n },
  "a next update that is now": { nextUpdate: NOW },
  "a time between two seconds": { thisUpdate: NOW + 0.5 },
};

for (const [label, change] of Object.entries(REFUSED)) {
  Deno.test(`buildCrl() refuses ${label}`, async () => {
    const content = { ...CONTENT, entries: CrlEntries.NONE, ...change };
    await assert.rejects(buildCrl(content, signer), { code: "unacceptable", message: /^CRL: / });
  });
}

Deno.test("buildCrl() takes the largest number that fits 20 bytes", async () => {
  const crl = await buildCrl({ ...CONTENT, number: (1n << 159n) - 1n, entries: CrlEntries.NONE }, signer);
  assert.ok(fieldsOf(crl).at(-1)?.includes("02147f" + "f".repeat(38)));
});

Deno.test("buildCrl() refuses the key of another CA", async () => {
  const other = await newCa();
  const content = { ...CONTENT, entries: CrlEntries.NONE };
  await assert.rejects(buildCrl(content, other.signer), { code: "unacceptable", message: /signer's key/ });
});
