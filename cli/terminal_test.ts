import assert from "node:assert/strict";
import { hasTerminals, onTerminal } from "../tests/support/pty.ts";
import { OUR_PROGRAM } from "../tests/support/server_process.ts";
import { tempFolder } from "../tests/support/temp_folder.ts";
import { markLevel } from "./terminal.ts";

Deno.test("markLevel() marks the word that says how bad a line is, and leaves all others as they are", () => {
  const CASES: readonly (readonly [line: string, marked: string])[] = [
    ["error: no", "\x1b[1;31merror:\x1b[0m no"],
    ["warning: perhaps", "\x1b[1;33mwarning:\x1b[0m perhaps"],
    ["an error: no", "an error: no"],
    ["errors: 5", "errors: 5"],
    ["", ""],
  ];
  for (const [line, marked] of CASES) assert.equal(markLevel(line), marked);
});

/** Environment and redirection, and whether help on standard output and an error on the other one have colours. */
const SCENES: readonly (readonly [env: Record<string, string>, end: string, help: boolean, error: boolean])[] = [
  [{}, "", true, true],
  [{ NO_COLOR: "1" }, "", false, false],
  [{ NO_COLOR: "" }, "", true, true],
  [{ NO_COLOR: "1", FORCE_COLOR: "1", CLICOLOR_FORCE: "1" }, "", false, false],
  [{ TERM: "dumb" }, "", false, false],
  [{ FORCE_COLOR: "1", CLICOLOR_FORCE: "1" }, "> out", false, true],
  [{}, "2> err", true, false],
];

Deno.test({
  name: "colours are seen on terminals only, and where the person wants them",
  ignore: !await hasTerminals(),
  fn: async () => {
    await using folder = await tempFolder();
    const program = OUR_PROGRAM.map((word) => `'${word}'`).join(" ");
    for (const [env, end, help, error] of SCENES) {
      const commands = `{ ${program} key-id --help; ${program} key-id --backup none; } ${end}`;
      const { shown } = await onTerminal(commands, { cwd: folder.path, env });
      const scene = JSON.stringify([env, end, shown]);
      assert.equal(shown.includes("\x1b[1mUsage:\x1b[0m"), help, scene);
      assert.equal(shown.includes("\x1b[1;31merror:\x1b[0m cannot read none"), error, scene);
      assert.equal(shown.includes("\x1b"), help || error, scene);
    }
    for (const name of ["out", "err"]) assert.ok(!(await Deno.readTextFile(`${folder.path}/${name}`)).includes("\x1b"));
  },
});
