import assert from "node:assert/strict";
import { DAY, newCa, NOW } from "../../tests/support/issuing.ts";
import { isCrlSignedBy, parseCrl } from "./crl.ts";
import { buildCrl } from "./crl_builder.ts";
import { CrlEntries } from "./crl_entries.ts";
import type { Pieces } from "../pieces.ts";
import { openDer } from "../der/reader.ts";
import { TAG } from "../der/tags.ts";
import { derExplicit, derInteger, derSequence, derTime } from "../der/writer.ts";
import { encodeExtensions } from "./extension.ts";
import type { DataToSign } from "../keys/signer.ts";
import { OID } from "../der/oids.ts";
import { authorityKeyIdentifierExtension } from "./standard_extensions.ts";

const { certificate: issuer, signer } = await newCa();
const CONTENT = { issuer, thisUpdate: NOW, nextUpdate: NOW + 30 * DAY, number: 7n };

function entriesOf(...serials: bigint[]): CrlEntries {
  return CrlEntries.NONE.with(serials.map((serial) => ({ serial, revocationDate: NOW })));
}

/** Elements of the TBSCertList, in hexadecimal. */
function fieldsOf(crl: Pieces): string[] {
  const reader = openDer(crl.join(), TAG.SEQUENCE, "CRL").enter(TAG.SEQUENCE);
  const fields: string[] = [];
  while (!reader.done) fields.push(reader.any().raw.toHex());
  return fields;
}

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
  const slow = { ...signer, sign: (data: DataToSign) => Promise.resolve().then(() => signer.sign(data)) };
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

Deno.test("buildCrl() makes pieces of the entries where they lie, which join to what is signed", async () => {
  const serials = Array.from({ length: 3000 }, (_, n) => BigInt(n));
  const entries = entriesOf(...serials);
  const crl = await buildCrl({ ...CONTENT, entries }, signer);
  const buffers = new Set(crl.parts.map(({ buffer }) => buffer));
  for (const { buffer } of entries.pieces()) assert.ok(buffers.has(buffer));
  assert.equal(crl.length, crl.join().length);
  assert.equal(crl.source, entries.source);
  const parsed = parseCrl(crl.join());
  assert.equal(await isCrlSignedBy(parsed, issuer), true);
  assert.deepEqual([...parsed.entries()].map(({ serial }) => serial), serials);
});
