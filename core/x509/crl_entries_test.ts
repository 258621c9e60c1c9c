import assert from "node:assert/strict";
import fc from "fast-check";
import { concatBytes, joinBytes, utf8 } from "../bytes.ts";
import { DecimalInteger } from "../der/decimal_integer.ts";
import { derInteger, derSequence, derTime } from "../der/writer.ts";
import { CrlEntries, CrlEntryWriter } from "./crl_entries.ts";

const NOW = 1_800_000_000;

function entriesOf(...serials: bigint[]): CrlEntries {
  return CrlEntries.NONE.with(serials.map((serial) => ({ serial, revocationDate: NOW })));
}

function hexOf(entries: CrlEntries): string {
  return joinBytes(entries.pieces()).toHex();
}

/** `count` certificates, more than fit into several chunks. */
function many(count: number, from = 0n) {
  return Array.from(
    { length: count },
    (_, n) => ({ serial: (1n << 150n) + from + BigInt(n), revocationDate: NOW + n }),
  );
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
    assert.equal(hexOf(entries), expected.toHex());
    assert.deepEqual([entries.size, entries.byteLength], [list.length, expected.length]);
  }));
});

Deno.test("CrlEntries.with() refuses a negative serial number and stays as it was", () => {
  const entries = entriesOf(5n);
  const before = hexOf(entries);
  assert.throws(() => entries.with([6n, -1n].map((serial) => ({ serial, revocationDate: NOW }))), {
    code: "unacceptable",
    message: /-1 is negative/,
  });
  assert.deepEqual([hexOf(entries), entries.size], [before, 1]);
  assert.equal(hexOf(entries.with([{ serial: 7n, revocationDate: NOW }])), hexOf(entriesOf(5n, 7n)));
});

Deno.test("CrlEntries stays as it is when others go on from it, and each has its own", () => {
  const entries = entriesOf(1n);
  const [view = new Uint8Array()] = entries.pieces();
  const before = view.toHex();
  const more = Array.from({ length: 1000 }, (_, serial) => ({ serial: BigInt(serial), revocationDate: NOW }));
  const longer = entries.with(more);
  const other = entries.with([{ serial: 9n, revocationDate: NOW }]);
  assert.equal(view.toHex(), before);
  assert.equal(hexOf(entries), before);
  assert.equal(longer.size, 1001);
  assert.equal(hexOf(longer), before + hexOf(CrlEntries.NONE.with(more)));
  assert.equal(hexOf(other), hexOf(entriesOf(1n, 9n)));
});

Deno.test("CrlEntryWriter.addDecimal() writes what add() writes", () => {
  const serial = fc.bigInt(0n, 10n ** 48n - 1n);
  const date = fc.integer({ min: -631152000, max: 2524607999 });
  fc.assert(fc.property(fc.array(fc.tuple(serial, date)), (list) => {
    const [decimal, binary] = [new CrlEntryWriter(), new CrlEntryWriter()];
    for (const [serial, revocationDate] of list) {
      const integer = new DecimalInteger(utf8(String(serial)));
      integer.read(0);
      decimal.addDecimal(integer, revocationDate);
      binary.add(serial, revocationDate);
    }
    const [ours, theirs] = [decimal.entries(), binary.entries()];
    assert.equal(hexOf(ours), hexOf(theirs));
    assert.deepEqual([ours.size, ours.byteLength, ours.latestDate], [
      list.length,
      theirs.byteLength,
      theirs.latestDate,
    ]);
  }));
});

Deno.test("CrlEntries are the same however they were put together", () => {
  const all = many(3000);
  const whole = CrlEntries.NONE.with(all);
  const parts = fc.array(fc.integer({ min: 0, max: 3000 }), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(parts, fc.boolean(), (cuts, joins) => {
      const borders = [0, ...cuts.toSorted((a, b) => a - b), 3000];
      let entries = CrlEntries.NONE;
      for (const [index, border] of borders.slice(1).entries()) {
        const part = all.slice(borders[index], border);
        entries = joins ? entries.followedBy(CrlEntries.NONE.with(part)) : entries.with(part);
      }
      assert.ok(hexOf(entries) === hexOf(whole));
      assert.deepEqual([entries.size, entries.latestDate], [3000, NOW + 2999]);
    }),
    { numRuns: 30 },
  );
});

Deno.test("CrlEntries stay where they are while megabytes follow", () => {
  const first = CrlEntries.NONE.with(many(3000));
  const views = first.pieces();
  const before = hexOf(first);
  const longer = first.with(many(60_000, 3000n));
  assert.ok(longer.byteLength > 2 << 20);
  assert.ok(hexOf(first) === before);
  // The same memory: nothing was copied.
  for (const [index, view] of views.entries()) {
    assert.equal(longer.pieces()[index]?.buffer, view.buffer);
    assert.equal(first.pieces()[index]?.buffer, view.buffer);
  }
  assert.equal(longer.source, first.source);
  assert.ok(longer.pieces().every(({ length }) => length <= 1 << 20));
});

Deno.test("CrlEntries of two branches share all but the end", () => {
  const first = CrlEntries.NONE.with(many(3000));
  const [one, other] = [first.with(many(3000, 5000n)), first.with(many(3000, 9000n))];
  const expected = (from: bigint) => hexOf(CrlEntries.NONE.with([...many(3000), ...many(3000, from)]));
  assert.ok(hexOf(one) === expected(5000n));
  assert.ok(hexOf(other) === expected(9000n));
  assert.equal(one.pieces()[0]?.buffer, other.pieces()[0]?.buffer);
  assert.notEqual(one.source, other.source);
});

Deno.test("CrlEntries.latestDate is that of the latest revocation, in whatever order", () => {
  const entries = CrlEntries.NONE.with([5, 9, 7].map((revocationDate) => ({ serial: 1n, revocationDate })));
  assert.equal(entries.latestDate, 9);
  assert.equal(entries.followedBy(CrlEntries.NONE).latestDate, 9);
  assert.equal(CrlEntries.NONE.latestDate, -Infinity);
});
