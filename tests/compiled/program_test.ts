/** What an executable is by itself: nothing but it is needed, and nothing of it stays. */
import assert from "node:assert/strict";
import { basename } from "node:path";
import { SUBCOMMANDS } from "../../cli/subcommands.ts";
import { VERSION } from "../../cli/version.ts";
import { ENTRY_POINTS } from "../../scripts/compile/module_graph.ts";
import { compiledTest, runBare } from "./program.ts";

/** Program, Deno and SQLite by number, and a commit. */
const VERSIONS =
  /^caucase (\S+) \(Deno \d+\.\d+\.\d+, SQLite 3\.\d+\.\d+, commit ([0-9a-f]{12}(\+dirty)?|unknown)\)\n$/;

compiledTest("the executable tells its version, commit, runtime and SQLite, everywhere the same", async (program) => {
  const { status, out, err, left } = await runBare(program, "--version");
  assert.deepEqual({ status, err, left }, { status: 0, err: "", left: [] });
  assert.equal(VERSIONS.exec(out)?.[1], VERSION, out);
  for (const { name } of SUBCOMMANDS) {
    assert.deepEqual(await runBare(program, name, "--version"), { status, out, err, left }, name);
  }
});

compiledTest("the executable shows the help of all subcommands", async (program) => {
  const overview = await runBare(program, "--help");
  assert.equal(overview.status, 0, overview.err);
  for (const { name } of SUBCOMMANDS) {
    const { status, out, err, left } = await runBare(program, name, "--help");
    assert.deepEqual({ status, err, left }, { status: 0, err: "", left: [] }, name);
    assert.ok(out.startsWith(`Usage: caucase ${name} `), out);
    assert.ok(overview.out.includes(`\n  ${name} `), name);
  }
});

compiledTest(
  "the executable holds what threads begin with, and nothing of the tests or of where it was made",
  async (program) => {
    const content = await endOf(program);
    // As the table of the files in an executable has it: the runtime itself knows the names of many packages.
    const holds = (name: string) => content.includes(`"n":"${name}"`);
    for (const name of ["valibot", "jose", "LICENSE.txt"]) assert.ok(holds(name), name);
    for (const thread of ENTRY_POINTS.threads) assert.ok(holds(basename(thread)), thread);
    for (const name of ["playwright-core", "fast-check", "tests", "scripts"]) assert.ok(!holds(name), name);
    for (const text of ["_test.ts", "caucase-compile-", "for tests alone"]) assert.ok(!content.includes(text), text);
  },
);

compiledTest("the executable says what is wrong with a command line, and ends with 2", async (program) => {
  for (const args of [["serv"], ["--nonsense"], ["key-id", "--nonsense"], ["serve"]]) {
    const { status, out, err, left } = await runBare(program, ...args);
    assert.deepEqual({ status, out, left }, { status: 2, out: "", left: [] }, args.join(" "));
    assert.match(err, /^error: /, args.join(" "));
  }
});

/** The last 16 MiB, a character for each byte: the program comes behind the runtime, and is smaller. */
async function endOf(program: string): Promise<string> {
  using file = await Deno.open(program);
  await file.seek(-16 * 1024 * 1024, Deno.SeekMode.End);
  const chunks = await Array.fromAsync(file.readable.pipeThrough(new TextDecoderStream("latin1")));
  return chunks.join("");
}
