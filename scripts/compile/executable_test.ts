import assert from "node:assert/strict";
import { tempFolder } from "../../tests/support/temp_folder.ts";
import { tryExecutable } from "./executable.ts";

async function programThatSays(folder: string, ...commands: readonly string[]): Promise<string> {
  const program = `${folder}/program`;
  await Deno.writeTextFile(program, ["#!/bin/sh", ...commands, ""].join("\n"), { mode: 0o755 });
  return program;
}

Deno.test("tryExecutable() takes one with our version and this Deno, and gives what it says", async () => {
  await using folder = await tempFolder();
  const text = `caucase 1.2.3 (Deno ${Deno.version.deno}, SQLite 3)`;
  assert.equal(await tryExecutable(await programThatSays(folder.path, `echo '${text}'`), "1.2.3"), text);
});

Deno.test("tryExecutable() removes what does not run, or has another's runtime, and says so", async () => {
  const cases: readonly (readonly [command: string, message: RegExp])[] = [
    ["echo 'no program' >&2; exit 1", /does not run: no program \(is the runtime one of Deno/],
    [
      "echo 'caucase 1.2.3 (Deno 1.0.0, SQLite 3)'; echo more",
      /calls itself caucase 1\.2\.3 \(Deno 1\.0\.0, SQLite 3\), not/,
    ],
  ];
  for (const [command, message] of cases) {
    await using folder = await tempFolder();
    const program = await programThatSays(folder.path, command);
    await assert.rejects(tryExecutable(program, "1.2.3"), message, command);
    await assert.rejects(Deno.stat(program), Deno.errors.NotFound);
  }
});
