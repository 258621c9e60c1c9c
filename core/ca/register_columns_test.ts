import assert from "node:assert/strict";
import fc from "fast-check";
import { type Entry, RegisterColumns, SEGMENT_SIZE } from "./register_columns.ts";

const entries = fc.array(
  fc.record({
    notAfter: fc.integer({ min: -1, max: 253_402_300_799 }),
    group: fc.integer({ min: 0, max: 3 }),
    text: fc.constantFrom("cn=web.example.org", "cn=ö\twww.example.net", "cn=𝒳", ""),
    predecessor: fc.integer({ min: 0, max: 10 }),
  }),
  { maxLength: 30 },
).map((rows) => rows.map((row, place): Entry => ({ ...row, id: 3 * place + 1 })));

function columnsOf(all: readonly Entry[]): RegisterColumns {
  const columns = new RegisterColumns();
  for (const entry of all) columns.add(entry);
  return columns;
}

function contentOf(columns: RegisterColumns) {
  return {
    all: Array.from({ length: columns.size }, (_, place) => columns.entryAt(place)),
    present: [...columns.present].toSorted(),
    ending: columns.ending,
    found: ["web", "ö", "none"].map((part) => columns.mayContain(part)),
  };
}

Deno.test("fromBytes() gives what toBytes() was given, which takes no more", () => {
  fc.assert(fc.property(entries, (all) => {
    const columns = columnsOf(all);
    const again = RegisterColumns.fromBytes(columns.toBytes());
    assert.ok(again);
    assert.deepEqual(contentOf(again), contentOf(columns));
    assert.equal(again.isFull, true);
    assert.equal(again.placeOf(4), all.length > 1 ? 1 : undefined);
  }));
});

Deno.test("fromBytes() takes no bytes that were changed, cut or made longer", () => {
  const bytes = columnsOf([{ id: 1, notAfter: 5, group: 0, text: "cn=a", predecessor: 0 }]).toBytes();
  fc.assert(fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
    const changed = bytes.slice();
    changed[at] = (changed[at] ?? 0) ^ change;
    assert.equal(RegisterColumns.fromBytes(changed), undefined);
    assert.equal(RegisterColumns.fromBytes(bytes.subarray(0, at)), undefined);
  }));
  assert.equal(RegisterColumns.fromBytes(Uint8Array.of(...bytes, 0)), undefined);
});

Deno.test("columns take as many as they have place for", () => {
  const columns = columnsOf(Array.from({ length: SEGMENT_SIZE }, (_, place) => {
    return { id: place + 1, notAfter: place, group: 0, text: `cn=${place}`, predecessor: 0 };
  }));
  assert.equal(columns.isFull, true);
  assert.deepEqual(contentOf(RegisterColumns.fromBytes(columns.toBytes()) ?? columns), contentOf(columns));
});
