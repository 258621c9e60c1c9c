/** That a document which is wrong is found to be. */
import assert from "node:assert/strict";
import { Bindings } from "./bindings.ts";
import { playDocument } from "./play.ts";
import { openBench, Stage } from "./stage.ts";

const FENCE = "```";

function block(info: string, ...lines: string[]): string {
  return [FENCE + info, ...lines, FENCE, ""].join("\n");
}

const WRONG: readonly { name: string; document: string; error: RegExp }[] = [
  { name: "a status", document: block("sh", "false"), error: /line 2: false\nexit status 1, not 0/ },
  { name: "a status that is said", document: block("sh", "true # exit status 2"), error: /exit status 0, not 2/ },
  { name: "an output", document: block("console", "$ echo a", "b"), error: /wrote\na\nand not\nb/ },
  { name: "an output too many", document: block("console", "$ caucase --version"), error: /wrote\ncaucase/ },
  { name: "a program that is not there", document: block("sh", "caucased"), error: /exit status 127/ },
  {
    name: "an option that is not there",
    document: block("sh", "caucase serve --no-such"),
    error: /ended with status 2/,
  },
  { name: "a language", document: block("rust", "fn main()"), error: /no rule for a block of "rust/ },
  { name: "no language", document: block("", "ls"), error: /no rule/ },
  { name: "a word after the language", document: block("sh hidden", "ls"), error: /no rule/ },
  { name: "a file without a name", document: block("ini", "[Unit]"), error: /does not name its file/ },
  { name: "a package", document: block("sh", "sudo apt-get install no-such"), error: /no package no-such/ },
  { name: "a unit", document: block("sh", "sudo systemctl start no-such"), error: /no-such/ },
  {
    name: "a task",
    document: block("sh", `npx --yes deno@${Deno.version.deno} task no-such`),
    error: /no task no-such/,
  },
];

Deno.test("playDocument() finds what is wrong", async () => {
  await using bench = await openBench();
  await using stage = await Stage.open(bench);
  for (const { name, document, error } of WRONG) {
    await assert.rejects(playDocument(document, { stage, bindings: new Bindings() }), error, name);
  }
});

Deno.test("playDocument() goes on with what was before, and says what it leaves out", async () => {
  await using bench = await openBench();
  await using stage = await Stage.open(bench);
  const document = [
    block("ini", "# /etc/one", "a=1", "# /etc/two", "crl /etc/one"),
    block("text", "# add to /etc/one", "c=3"),
    block("sh", "cd /etc", "name=two", "alias show=cat"),
    block(
      "console",
      "$ show one $name",
      "# …/etc/one",
      "a=1",
      "# add to …/etc/one",
      "c=3",
      "# …/etc/two",
      "crl …/etc/one",
    ),
    block("sh not-run: it takes a week", "sleep 604800"),
    "# Another section\n",
    block("console", "$ ls"),
  ].join("");
  const leftOut = await playDocument(document, { stage, bindings: new Bindings() });
  assert.deepEqual(leftOut.map(({ reason }) => reason), ["it takes a week"]);
});
