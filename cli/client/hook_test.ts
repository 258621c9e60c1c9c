import assert from "node:assert/strict";
import { runHook } from "./hook.ts";
import { tempFolder } from "../../tests/support/temp_folder.ts";

const COMMANDS: readonly (readonly [command: string, failure: string | undefined])[] = [
  ["true", undefined],
  ["false || :", undefined],
  ["exit 7", "the command ended with status 7"],
  ["false | true", undefined],
  ["kill -KILL $$", "the command was ended by SIGKILL"],
  ["(", "the command ended with status 2"],
];

for (const [command, failure] of COMMANDS) {
  Deno.test(`runHook() ${failure === undefined ? "takes" : "tells why it failed of"} ${command}`, async () => {
    // A shell that cannot read its command says so by itself.
    assert.equal(await runHook(`exec 2>/dev/null; eval '${command}'`), failure);
  });
}

Deno.test("runHook() lets the shell read the line: quotes, variables, several commands", async () => {
  await using folder = await tempFolder();
  const command = `name="${folder.path}/a file"; echo "$((1 + 2))" > "$name" && echo done >> "$name"`;
  assert.equal(await runHook(command), undefined);
  assert.equal(await Deno.readTextFile(`${folder.path}/a file`), "3\ndone\n");
});

Deno.test("runHook() tells when the command cannot be started", async () => {
  assert.match(await runHook("a\0b") ?? "", /^the command could not be started: /);
});
