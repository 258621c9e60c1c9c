import assert from "node:assert/strict";
import { everyCommand } from "../command_group.ts";
import { valueNames } from "../command_line.ts";
import { SUBCOMMANDS } from "../subcommands.ts";
import { commandModels, valueKind } from "./command_model.ts";

Deno.test("commandModels() knows what every value of every subcommand is", async () => {
  const models = await commandModels(SUBCOMMANDS);
  // Beginnings of commands with three words are no commands, but complete.
  const runnable = models.filter(({ name, verbs }) => !name.includes(" ") || verbs.length === 0);
  assert.deepEqual(runnable.map(({ name }) => name), (await everyCommand(SUBCOMMANDS)).map(({ name }) => name));
  assert.throws(() => valueKind("something new"), /does not say what a <something new> is/);
});

Deno.test("commandModels() tells lists, values in order, choices and switches apart", async () => {
  const client = (await commandModels(SUBCOMMANDS)).find(({ name }) => name === "client");
  const option = (long: string) => {
    const { values = [], isList, isRepeatable } = client?.options.find((one) => one.long === long) ?? {};
    return [values.map(({ name, kind, choices }) => [name, kind, ...choices].join(" ")), isList, isRepeatable];
  };
  assert.deepEqual(option("--send-csr"), [["path file"], true, true]);
  assert.deepEqual(option("--get-crt"), [["id text", "path file"], false, true]);
  assert.deepEqual(option("--mode"), [["mode text service user"], false, false]);
  assert.deepEqual(option("--ca-crt"), [["path file"], false, false]);
  assert.deepEqual(option("--list-csr"), [[], false, false]);
  assert.deepEqual(option("--help"), [[], false, false]);
});

Deno.test("valueNames() reads the values out of a declaration", () => {
  const CASES: readonly (readonly [flags: string, variadic: boolean, names: string[]])[] = [
    ["-h, --help", false, []],
    ["--mode <mode>", false, ["mode"]],
    ["--netloc <host[:port]>", false, ["host[:port]"]],
    ["--ca-fingerprint <sha256:hex>", false, ["sha256:hex"]],
    ["--send-csr <path...>", true, ["path"]],
    ["--restore-backup <backup-key-csr-crt...>", true, ["backup", "key", "csr", "crt"]],
    ["[subcommand]", false, ["subcommand"]],
  ];
  for (const [flags, variadic, names] of CASES) assert.deepEqual(valueNames({ flags, variadic }), names, flags);
});
