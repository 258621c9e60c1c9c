import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { programGraph } from "./module_graph.ts";
import { ENVIRONMENT } from "./permissions.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

Deno.test("every variable that the program reads is one that executables may read", async () => {
  const { files } = await programGraph(ROOT);
  const read = files.flatMap((file) => {
    const text = Deno.readTextFileSync(`${ROOT}${file}`);
    assert.doesNotMatch(
      text,
      /process\.env|Deno\.env\.(has|toObject)/,
      `${file} reads variables in a way that this test does not know`,
    );
    return [...text.matchAll(/Deno\.env\.get\("(\w+)"\)/g)].map(([, name = ""]) => name);
  });
  assert.deepEqual(read.filter((name) => !ENVIRONMENT.includes(name)), []);
  assert.ok(read.includes("TERM"), "nothing was found");
});
