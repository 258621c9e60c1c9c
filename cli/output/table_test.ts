import assert from "node:assert/strict";
import fc from "fast-check";
import stringWidth from "string-width";
import { type Column, factLines, tableLines } from "./table.ts";

interface Row {
  readonly id: string;
  readonly name: string;
}

const COLUMNS: readonly Column<Row>[] = [
  { title: "ID", text: ({ id }) => id },
  { title: "NAME", text: ({ name }) => name, isElastic: true },
];

Deno.test("tableLines() cuts what may be cut to the width of the terminal, and nothing where nobody looks on", () => {
  const rows = [{ id: "1", name: "a".repeat(40) }, { id: "22", name: "b" }];
  assert.deepEqual(tableLines(COLUMNS, rows), ["ID  NAME", `1   ${"a".repeat(40)}`, "22  b"]);
  assert.deepEqual(tableLines(COLUMNS, rows, 20), ["ID  NAME", `1   ${"a".repeat(15)}…`, "22  b"]);
  // An id is never cut: it is typed off.
  assert.deepEqual(
    tableLines(COLUMNS, [{ id: "1".repeat(30), name: "x".repeat(30) }], 20).at(1),
    `${"1".repeat(30)}  xxxxxxx…`,
  );
});

Deno.test("tableLines() counts wide characters as two columns, and cuts none in half", () => {
  const rows = [{ id: "1", name: "証明書".repeat(5) }, { id: "2", name: "é".normalize("NFD").repeat(3) }];
  for (const line of tableLines(COLUMNS, rows, 18)) assert.ok(stringWidth(line) <= 18, line);
  assert.equal(tableLines(COLUMNS, rows, 18).at(1), "1   証明書証明書…");
});

Deno.test("tableLines() and factLines() let no text of others drive a terminal or begin a line", () => {
  const hostile = fc.string({ unit: "grapheme" }).map((text) => `${text}\u001b[31m\n\u202e\u200b`);
  fc.assert(fc.property(hostile, fc.integer({ min: 1, max: 100 }), (name, width) => {
    const lines = tableLines(COLUMNS, [{ id: "1", name }], width);
    assert.equal(lines.length, 2);
    for (const line of [...lines, ...factLines([["Name", name]])]) {
      assert.doesNotMatch(line, /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    }
  }));
});

Deno.test("factLines() puts further lines below the first", () => {
  assert.deepEqual(factLines([["Name", ["a", "b"]], ["Longer", "c"]]), ["Name    a", "        b", "Longer  c"]);
});
