import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { programGraph } from "./module_graph.ts";
import { ENVIRONMENT } from "./permissions.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

Deno.test("executables may read the variables that the program reads, and no others", async () => {
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
  assert.deepEqual([...new Set(read)].toSorted(), ENVIRONMENT.toSorted());
});
