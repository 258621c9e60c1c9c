import assert from "node:assert/strict";
import { hasTerminals, onTerminal } from "../tests/support/pty.ts";
import { OUR_PROGRAM } from "../tests/support/server_process.ts";
import { tempFolder } from "../tests/support/temp_folder.ts";
import { markLevel, writeAll } from "./terminal.ts";

/** A stream that does what `answers` say, one for each call: takes that many bytes, or throws. */
function fakeStream(answers: (number | Error)[]) {
  const taken: number[] = [];
  const writeSync = (bytes: Uint8Array) => {
    const answer = answers.shift() ?? bytes.length;
    if (answer instanceof Error) throw answer;
    taken.push(...bytes.subarray(0, answer));
    return Math.min(answer, bytes.length);
  };
  return { writeSync, text: () => new TextDecoder().decode(new Uint8Array(taken)), answers };
}

Deno.test("writeAll() goes on where a write ended early, also within a character", () => {
  const stream = fakeStream([1, 2, 1]);
  writeAll(stream, "é€x");
  assert.equal(stream.text(), "é€x");
});

Deno.test("writeAll() waits for the reader of a full pipe", () => {
  const stream = fakeStream([2, new Deno.errors.WouldBlock(), new Deno.errors.WouldBlock(), 1]);
  writeAll(stream, "abcd");
  assert.equal(stream.text(), "abcd");
});

Deno.test("writeAll() stops without a word when the reader is gone", () => {
  const stream = fakeStream([1, new Deno.errors.BrokenPipe(), 1]);
  writeAll(stream, "abcd");
  assert.equal(stream.text(), "a");
  assert.equal(stream.answers.length, 1, "it must not try again");
});

Deno.test("writeAll() throws what else goes wrong", () => {
  const full = new Error("No space left on device (os error 28)");
  assert.throws(() => writeAll(fakeStream([full]), "abcd"), full);
});

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
