/** SECURITY.md claims that each row of its tables has a test that fails without the defence: `deno task defences` tries them all. */
import assert from "node:assert/strict";
import { applyEdit, type Mutation } from "../../scripts/defences/mutation.ts";
import { DEFENCES, NOT_MUTATED, NOT_RUN } from "../../scripts/defences/table.ts";
import { type ThreatRow, threatRows } from "../../scripts/defences/threat_model.ts";

const ROOT = new URL("../../", import.meta.url);
const ROWS = threatRows(await Deno.readTextFile(new URL("SECURITY.md", ROOT)));

/** In the second cell of rows whose defence is all over the source. */
const ANYWHERE = ["everywhere", "the whole"];

function mutationsOf({ attack }: ThreatRow): readonly Mutation[] {
  return DEFENCES.filter(({ row }) => row === attack).flatMap(({ mutations }) => mutations);
}

function read(path: string): Promise<string> {
  return Deno.readTextFile(new URL(path, ROOT));
}

Deno.test("SECURITY.md's tables are read: five sections, rows with files and tests that exist", async () => {
  assert.equal(new Set(ROWS.map(({ section }) => section)).size, 5);
  assert.ok(ROWS.length > 50, `${ROWS.length} rows`);
  for (const { attack, files, enforcedIn, tests, shownBy } of ROWS) {
    assert.ok(files.length > 0 || ANYWHERE.includes(enforcedIn), `${attack}: ${enforcedIn}`);
    assert.ok(tests.length > 0 || shownBy.includes("`deno task "), `${attack}: ${shownBy}`);
    for (const path of [...files, ...tests]) assert.ok((await Deno.stat(new URL(path, ROOT))).isFile, path);
    for (const path of tests) assert.match(path, /_test\.ts$/, attack);
  }
});

Deno.test("each row of SECURITY.md has a mutation, or a reason why not, and each mutation a row", () => {
  const attacks = ROWS.map(({ attack }) => attack);
  const rows = DEFENCES.map(({ row }) => row);
  assert.equal(new Set(rows).size, rows.length, "a row stands twice");
  assert.deepEqual([...rows, ...Object.keys(NOT_MUTATED)].toSorted(), attacks.toSorted());
  for (const { row, mutations } of DEFENCES) assert.ok(mutations.length > 0, row);
});

Deno.test("mutations change files that their row names, and run tests that their row names, all of them", () => {
  for (const row of ROWS) {
    if (row.attack in NOT_MUTATED) continue;
    const mutations = mutationsOf(row);
    for (const { edits, test } of mutations) {
      const first = edits[0]?.[0] ?? "";
      assert.ok(isNamed(first, row), `${row.attack}: ${first} is not among its files`);
      assert.ok(row.tests.includes(test.file), `${row.attack}: ${test.file} is not among its tests`);
    }
    const run = [...mutations.map(({ test }) => test.file), ...Object.keys(NOT_RUN)];
    assert.deepEqual(row.tests.filter((path) => !run.includes(path)), [], `${row.attack}: no mutation runs it`);
  }
});

/** Also in a folder that the row names. */
function isNamed(path: string, { files, enforcedIn }: ThreatRow): boolean {
  if (ANYWHERE.includes(enforcedIn) || files.includes(path)) return true;
  return [...enforcedIn.matchAll(/`([^`]+\/)`/g)].some(([, folder = ""]) => path.startsWith(folder));
}

Deno.test("each text that a mutation replaces stands in its file once, and each test that it runs in its own", async () => {
  for (const { mutations } of DEFENCES) {
    for (const { edits, test } of mutations) {
      const sources = new Map<string, string>();
      for (const edit of edits) {
        const [path] = edit;
        const before = sources.get(path) ?? await read(path);
        const after = applyEdit(before, edit);
        assert.notEqual(after, before, path);
        sources.set(path, after);
      }
      assert.match(await read(test.file), /\b(?:Deno\.test|serverTest|nativeTest|leakTest)\(/, test.file);
    }
  }
});
