import assert from "node:assert/strict";
import { formatTable } from "./table.ts";

const COLUMNS = [{ title: "what", align: "left" }, { title: "ms", align: "right" }, {
  title: "note",
  align: "left",
}] as const;

Deno.test("formatTable() aligns columns by their widest cell", () => {
  const table = formatTable(COLUMNS, [["revoke", "12.5", "yes"], ["CRL", "9", "no"]]);
  assert.deepEqual(table.split("\n"), [
    "what      ms  note",
    "------  ----  ----",
    "revoke  12.5  yes",
    "CRL        9  no",
  ]);
});

Deno.test("formatTable() leaves no blanks at line ends, also for rows with too few cells", () => {
  const table = formatTable(COLUMNS, [["start", "1"], ["memory"]]);
  assert.deepEqual(table.split("\n").slice(2), ["start    1", "memory"]);
});

Deno.test("formatTable() shows the titles of an empty table", () => {
  assert.equal(formatTable(COLUMNS, []), "what  ms  note\n----  --  ----");
});
