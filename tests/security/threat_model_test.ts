/**
 * Each row of docs/threat-model.md names code that stops an attack, and a test that fails without it. Here only its
 * words are looked at; `deno task defences` tries the rows.
 */
import assert from "node:assert/strict";
import { applyEdit } from "../../scripts/defences/mutation.ts";
import { threatModelPage } from "../../scripts/defences/page.ts";
import { SECTIONS } from "../../scripts/defences/sections.ts";
import { placesOf, tasksOf, testsOf, unrunTestsOf } from "../../scripts/defences/threat.ts";

const ROOT = new URL("../../", import.meta.url);
const THREATS = SECTIONS.flatMap(({ threats }) => threats);

function read(path: string): Promise<string> {
  return Deno.readTextFile(new URL(path, ROOT));
}

Deno.test("docs/threat-model.md holds the rows of the source: `deno task threat-model` writes it", async () => {
  assert.equal(await read("docs/threat-model.md"), threatModelPage(SECTIONS));
});

Deno.test("the threat model has seven sections, and rows with files and tests that exist", async () => {
  assert.equal(SECTIONS.length, 7);
  const attacks = THREATS.map(({ attack }) => attack);
  assert.ok(attacks.length > 50, `${attacks.length} rows`);
  assert.equal(new Set(attacks).size, attacks.length, "a row stands twice");
  for (const threat of THREATS) {
    const [places, tests] = [placesOf(threat), testsOf(threat)];
    assert.ok(places.length > 0 || threat.inWords !== undefined, `${threat.attack}: enforced nowhere`);
    assert.ok(tests.length > 0 || tasksOf(threat).length > 0, `${threat.attack}: shown by nothing`);
    for (const path of [...places, ...tests]) {
      assert.equal((await Deno.stat(new URL(path, ROOT))).isDirectory, path.endsWith("/"), path);
    }
    for (const path of tests) assert.match(path, /_test\.ts$/, threat.attack);
  }
});

Deno.test("rows name beside their mutations only what these do not edit or run", () => {
  const run = THREATS.flatMap(({ mutations }) => mutations.map(({ test }) => test.file));
  for (const threat of THREATS) {
    const edited = threat.mutations.flatMap(({ edits }) => edits.map(([file]) => file));
    const { attack, alsoIn = [] } = threat;
    assert.deepEqual(alsoIn.filter((path) => edited.includes(path)), [], `${attack}: its mutations edit this`);
    const unrun = unrunTestsOf(threat).map(({ test }) => test);
    assert.deepEqual(unrun.filter((path) => run.includes(path)), [], `${attack}: a mutation runs this`);
  }
});

Deno.test("each text that a mutation replaces stands in its file once, and each test that it runs in its own", async () => {
  for (const { edits, test } of THREATS.flatMap(({ mutations }) => mutations)) {
    const sources = new Map<string, string>();
    for (const edit of edits) {
      const [path] = edit;
      const before = sources.get(path) ?? await read(path);
      const after = applyEdit(before, edit);
      assert.notEqual(after, before, path);
      sources.set(path, after);
    }
    assert.match(await read(test.file), /\b(Deno\.test|\w+Test)\(/, test.file);
  }
});
