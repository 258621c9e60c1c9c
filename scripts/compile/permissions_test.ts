import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { programGraph } from "./module_graph.ts";
import configuration from "../../deno.json" with { type: "json" };
import { libcryptoPaths } from "../../server/keys/native/well_known.ts";
import { ENVIRONMENT, permissionsOn } from "./permissions.ts";
import { platformOf, TARGETS } from "./targets.ts";

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

Deno.test("executables may load libcrypto where the target's systems have it, and nothing else", () => {
  for (const target of TARGETS) {
    const platform = platformOf(target);
    const loading = permissionsOn(platform).filter((option) => option.includes("ffi"));
    assert.deepEqual(loading, [`--allow-ffi=${libcryptoPaths(platform).join(",")}`], target);
  }
});

Deno.test("the task `serve` may load the same, on Linux and macOS", () => {
  const [, list = ""] = /--allow-ffi=(\S+)/.exec(configuration.tasks.serve.command) ?? [];
  const unixes = TARGETS.map(platformOf).filter(({ os }) => os !== "windows");
  assert.deepEqual(new Set(list.split(",")), new Set(unixes.flatMap(libcryptoPaths)));
});
