/** What all help has in common: its width, its groups, its words, its examples. */
import assert from "node:assert/strict";
import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { COMMON_OPTIONS, optionGroups } from "./help.ts";
import { programCommand, programManual } from "./overview.ts";
import { everyCommand, findCommand } from "./command_group.ts";
import { newCommand, parseArguments } from "./subcommand.ts";
import { SUBCOMMANDS } from "./subcommands.ts";

const COMMANDS = await everyCommand(SUBCOMMANDS);

function helpOf(command: CommandUnknownOpts, width = 80): string {
  let help = "";
  command.configureOutput({
    writeOut: (text) => help += text,
    getOutHelpWidth: () => width,
    getOutHasColors: () => false,
  }).outputHelp();
  return help;
}

Deno.test("help has no line of more than 80 columns, and ends with an example", () => {
  const commands = [programCommand(SUBCOMMANDS), ...COMMANDS.map(({ table }) => table)];
  for (const command of commands) {
    const help = helpOf(command);
    assert.deepEqual(help.split("\n").filter((line) => line.length > 80), [], command.name());
    assert.match(help, /\n\nExamples?:\n {2}.+:\n {4}(caucase|openssl|eval) /, command.name());
  }
});

Deno.test("help uses the columns that a terminal has, down to 60", () => {
  for (const { name, table } of COMMANDS) {
    const ofTables = helpOf(table, 60).replace(/\n\nExamples?:[^]*/, "").replace(/^Usage:.*/, "");
    assert.deepEqual(ofTables.split("\n").filter((line) => line.length > 60), [], name);
  }
});

Deno.test("help shows every option in one group, and those of every command last", () => {
  for (const { name, table: command } of COMMANDS) {
    const groups = optionGroups(command);
    const shown = [...groups.values()].flat().map(({ long }) => long);
    assert.deepEqual(shown.toSorted(), [...command.options.map(({ long }) => long), "--help"].toSorted(), name);
    assert.equal([...groups.keys()].at(-1), COMMON_OPTIONS, name);
    assert.deepEqual(groups.get(COMMON_OPTIONS)?.map(({ long }) => long), ["--version", "--help"], name);
    const help = helpOf(command);
    for (const title of groups.keys()) assert.ok(help.includes(`\n${title}\n`), `${name}: ${title}`);
  }
});

Deno.test("help names each value, what is required, the choices and the default value", () => {
  const command = newCommand("x", "X.", { examples: [["To try:", "caucase x"]] })
    .requiredOption("--one <path>", "this")
    .option("--pair <id-path...>", "that")
    .option("--list <path...>", "those")
    .option("--a-name-that-leaves-no-room <days>", "a number", Number, 3);
  const help = helpOf(command);
  for (
    const line of [
      "Usage: caucase x --one <path> [options]",
      "  --one <path>                 this (required)",
      "  --pair <id> <path>           that",
      "  --list <path>...             those",
      "  --a-name-that-leaves-no-room <days>",
      "                               a number (default: 3)",
    ]
  ) assert.ok(help.split("\n").includes(line), `${line}\n${help}`);
});

/** Files, names, fingerprints and states that differ in what they are for. */
const OWN_WORDS: readonly string[] = [
  ...[
    "--all",
    "--by",
    "--crl",
    "--csr",
    "--dns",
    "--fingerprint",
    "--ip",
    "--key",
    "--name",
    "--no-wait",
    "--out",
    "--request",
    "--status",
    "--subject",
  ],
];

Deno.test("an option of several subcommands has the same words in all of them", () => {
  const words = new Map<string, Set<string>>();
  for (const { table } of COMMANDS) {
    for (const { flags, long = "", description } of table.options) {
      // What follows in brackets may be a default value of its own.
      const said = `${flags} ${description.replace(/ \(default: .*\)$/, "")}`;
      words.set(long, (words.get(long) ?? new Set()).add(said));
    }
  }
  const different = [...words].filter(([, said]) => said.size > 1).map(([long]) => long);
  assert.deepEqual(different.toSorted(), OWN_WORDS);
});

/** The arguments of each command line of ours in `text`, as a shell would give them. */
function commandLines(text: string): string[][] {
  const lines = text.replaceAll("\\\n", " ").matchAll(/\bcaucase ((?:'[^']*'|"[^"]*"|[^\n|>)'"])*)/g);
  return [...lines].map(([, line = ""]) =>
    [...line.matchAll(/'([^']*)'|"([^"]*)"|\S+/g)].map(([word, single, double]) => single ?? double ?? word)
  );
}

Deno.test("every example is a command line that the option tables take", async () => {
  const examples = [...programManual.examples ?? [], ...COMMANDS.flatMap((command) => command.examples)];
  const lines = examples.flatMap(([, text]) => commandLines(text));
  assert.ok(lines.length > SUBCOMMANDS.length);
  for (const line of lines) {
    const found = await findCommand(SUBCOMMANDS, line);
    assert.ok(found !== undefined, line.join(" "));
    parseArguments(await found.command.table(), found.args);
  }
});
