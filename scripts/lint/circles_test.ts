import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { tempFolder } from "../../tests/support/temp_folder.ts";
import { findCircles, readImportGraph } from "./circles.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

Deno.test("no modules import each other in a circle", async () => {
  const graph = await readImportGraph(ROOT);
  for (const module of ["main.ts", "core/pem.ts", "scripts/lint/circles_test.ts"]) assert.ok(graph.has(module), module);
  const circles = findCircles(graph).map((circle) => circle.join(" → "));
  assert.deepEqual(circles, [], "cut each: move what two modules share into a third, or hand it in as a parameter");
});

const WAYS_TO_IMPORT: readonly string[] = [
  'import { b } from "./b.ts";',
  'import type { B } from "./b.ts";',
  'import "./b.ts";',
  'export * from "./b.ts";',
  'const load = () => import("./b.ts");',
  'type B = import("./b.ts").B;',
];

Deno.test("readImportGraph() sees every way to import, types included", async () => {
  for (const source of WAYS_TO_IMPORT) {
    await using folder = await tempFolder();
    await Deno.mkdir(`${folder.path}/.hidden`);
    await Deno.writeTextFile(`${folder.path}/.hidden/c.ts`, "");
    await Deno.writeTextFile(`${folder.path}/a.ts`, `${source}\nexport const a = 1;\nexport type A = 1;\n`);
    await Deno.writeTextFile(
      `${folder.path}/b.ts`,
      `import { a } from "./a.ts";\nexport const b = a;\nexport type B = 1;\n`,
    );
    const graph = await readImportGraph(folder.path);
    assert.ok(graph.get("a.ts")?.includes("b.ts"), source);
    assert.deepEqual(findCircles(graph), [["a.ts", "b.ts", "a.ts"]], source);
    assert.ok(!graph.has(".hidden/c.ts"));
  }
});

Deno.test("readImportGraph() names a module that is missing", async () => {
  await using folder = await tempFolder();
  await Deno.writeTextFile(`${folder.path}/a.ts`, 'import { b } from "./b.ts";\n');
  await assert.rejects(readImportGraph(folder.path), /b\.ts/);
});

Deno.test("findCircles() gives the shortest circle through each module that has one", () => {
  const graph = (edges: Record<string, string[]>) => new Map(Object.entries(edges));
  assert.deepEqual(findCircles(graph({})), []);
  assert.deepEqual(findCircles(graph({ a: ["b", "c"], b: ["d"], c: ["d"], d: [] })), []);
  assert.deepEqual(findCircles(graph({ a: ["a"] })), [["a", "a"]]);
  // Into a circle is not in it.
  assert.deepEqual(findCircles(graph({ a: ["b"], b: ["c"], c: ["b"] })), [["b", "c", "b"]]);
  // The long way round is named for the module that has no shorter one.
  const both = graph({ a: ["b"], b: ["a", "c"], c: ["a"] });
  assert.deepEqual(findCircles(both), [["a", "b", "a"], ["c", "a", "b", "c"]]);
});
