import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { ENTRY_POINTS, programGraph, readGraph } from "./module_graph.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

Deno.test("programGraph() is the program: all that runs, no tests, no scripts, no packages of tests", async () => {
  const { files, packages } = await programGraph(ROOT);
  for (const file of [ENTRY_POINTS.main, ...ENTRY_POINTS.threads, "deno.json", "server/serve.ts", "cli/updater.ts"]) {
    assert.ok(files.includes(file), file);
  }
  assert.deepEqual(files.filter((file) => /_test\.ts$|^(tests|scripts)\//.test(file)), []);
  assert.ok(packages.includes("valibot"));
  assert.deepEqual(packages.filter((name) => ["fast-check", "playwright-core"].includes(name)), []);
});

Deno.test("every module that is named by a URL begins a thread, and is known to begin one", async () => {
  const { files } = await programGraph(ROOT);
  const named = files.flatMap((file) => {
    if (file === "deno.json") return [];
    const matches = Deno.readTextFileSync(`${ROOT}${file}`).matchAll(/new URL\("([^"]+)", import\.meta\.url\)/g);
    return [...matches].map(([, specifier = ""]) => new URL(specifier, `file:///${file}`).pathname.slice(1));
  });
  assert.deepEqual(named.toSorted(), [...ENTRY_POINTS.threads].toSorted());
});

Deno.test("readGraph() names a module that is missing, or belongs to something else", () => {
  const report = (specifier: string, error?: string) => ({ modules: [{ specifier, ...(error && { error }) }] });
  assert.deepEqual(readGraph(report("node:fs"), "/p/"), { files: [], packages: [] });
  assert.deepEqual(readGraph(report("file:///p/a/b.ts"), "/p/").files, ["a/b.ts"]);
  assert.throws(() => readGraph(report("file:///p/a.ts", "Module not found"), "/p/"), /a.ts: Module not found/);
  assert.throws(() => readGraph(report("file:///other/a.ts"), "/p/"), /outside the project/);
});
