import assert from "node:assert/strict";
import { tempFolder } from "../../tests/support/temp_folder.ts";
import { runTest, verdictOf } from "./test_run.ts";

Deno.test("verdictOf() tells tests that failed from programs that did not load and filters that match nothing", () => {
  const running = "running 1 test from ./a_test.ts\n";
  const cases: [status: number, output: string, verdict: string][] = [
    [0, `${running}a ... ok (1ms)\n\nok | 1 passed | 0 failed (3ms)\n`, "passed"],
    [0, `${running}ok | 1 passed (2 steps) | 0 failed | 3 filtered out (3ms)\n`, "passed"],
    [0, "ok | 0 passed | 0 failed | 4 filtered out (2ms)\n", "broken"],
    [1, `${running}a ... FAILED (1ms)\n\nFAILED | 0 passed | 1 failed (3ms)\n`, "failed"],
    [1, `${running}./a_test.ts (uncaught error)\nFAILED | 0 passed | 2 failed (3ms)\n`, "failed"],
    [1, "./a_test.ts (uncaught error)\nFAILED | 0 passed | 1 failed (3ms)\n", "broken"],
    [1, "error: The module's source code could not be parsed\n", "broken"],
    [139, running, "broken"],
  ];
  for (const [status, output, verdict] of cases) assert.equal(verdictOf(status, output), verdict, output);
});

Deno.test("runTest() runs the tests of a file that the filter takes, as they are in the folder", async () => {
  await using folder = await tempFolder();
  await Deno.writeTextFile(
    `${folder.path}/a_test.ts`,
    'Deno.test("good", () => {});\nDeno.test("bad", () => { throw new Error("no"); });\n',
  );
  const verdicts = ["good", "bad", "neither"].map(async (filter) =>
    (await runTest(folder.path, { file: "a_test.ts", filter })).verdict
  );
  assert.deepEqual(await Promise.all(verdicts), ["passed", "failed", "broken"]);
  assert.equal((await runTest(folder.path, { file: "a_test.ts" })).verdict, "failed");
});
