/** The scripts of `caucase completion` in the shells that they are for, as far as these are installed. */
import assert from "node:assert/strict";
import {
  completeInBash,
  completeInFish,
  completeInZsh,
  type Completer,
  hasShell,
  type ShellScene,
} from "../tests/support/shells.ts";
import { runCommand } from "../tests/support/process.ts";
import { tempFolder } from "../tests/support/temp_folder.ts";
import { bashScript } from "./completion/bash.ts";
import { type CompletionShell, SHELLS } from "./completion/command.ts";
import { commandModels } from "./completion/command_model.ts";
import { fishScript } from "./completion/fish.ts";
import { zshScript } from "./completion/zsh.ts";
import { SUBCOMMANDS } from "./subcommands.ts";

const COMMANDS = await commandModels(SUBCOMMANDS);
const SCRIPT = { bash: bashScript, zsh: zshScript, fish: fishScript };
const COMPLETE: Readonly<Record<CompletionShell, Completer>> = {
  bash: completeInBash,
  zsh: completeInZsh,
  fish: completeInFish,
};

/** A folder with the files that are completed below, and the script for the shell. */
async function withScene(shell: CompletionShell, use: (scene: ShellScene) => Promise<void>): Promise<void> {
  await using folder = await tempFolder();
  const work = `${folder.path}/work`;
  await Deno.mkdir(`${work}/backups`, { recursive: true });
  await Deno.writeTextFile(`${work}/other.pem`, "");
  await Deno.writeTextFile(`${work}/out of place`, "");
  const script = `${folder.path}/script`;
  await Deno.writeTextFile(script, SCRIPT[shell](COMMANDS));
  await use({ folder: work, script });
}

/** Command lines that can go on in one way, and the word that then stands at their end; undefined: in none. */
const ONLY_WAY: readonly (readonly [line: string, word: string | undefined])[] = [
  ["caucase cl", "client"],
  ["caucase key", "key-id"],
  ["caucase --he", "--help"],
  ["caucase bogus --m", undefined],
  ["caucase client --list", "--list-csr"],
  ["caucase client --require", "--require-server-authentication"],
  ["caucase client --bogus", undefined],
  ["caucase client --mode us", "user"],
  ["caucase client --mode=us", "--mode=user"],
  ["caucase client --ca-url http://localhost --mode us", "user"],
  ["caucase client --crl oth", "other.pem"],
  ["caucase client --crl=oth", "--crl=other.pem"],
  ["caucase client --threshold oth", undefined],
  // A list goes on until the next option.
  ["caucase client --send-csr oth", "other.pem"],
  ["caucase client --send-csr first.pem second.pem oth", "other.pem"],
  ["caucase client --send-csr first.pem --mode us", "user"],
  ["caucase client --send-csr first.pem second.pem --list", "--list-csr"],
  ["caucase client --sign-csr 1 oth", undefined],
  // Values of different kinds.
  ["caucase client --get-crt oth", undefined],
  ["caucase client --get-crt 5 oth", "other.pem"],
  ["caucase client --get-crt 5 other.pem --get-crt 6 oth", "other.pem"],
  ["caucase client --get-crt 5 other.pem --list", "--list-csr"],
  ["caucase manage --restore-backup backup key csr oth", "other.pem"],
  ["caucase updater --dns a.example.com --dn", "--dns"],
  ["caucase updater --log-format js", "json"],
  ["caucase serve --backup-directory back", "backups/"],
  ["caucase serve --backup-directory oth", undefined],
  ["caucase client --on-renew whoam", "whoami"],
  // Values without an option.
  ["caucase completion zs", "zsh"],
  ["caucase manual upd", "updater"],
  ["caucase probe --js", "--json"],
];

/**
 * A candidate of any shell as `ONLY_WAY` has it: fish adds a description, bash leaves out what is before "=", zsh adds
 * "=".
 */
function asWord(candidate: string, line: string): string {
  const [word = ""] = candidate.split("\t");
  const [, before = ""] = /(\S+=)\S*$/.exec(line) ?? [];
  if (before !== "") return word.startsWith(before) ? word : before + word;
  return word.replace(/=$/, "");
}

for (const shell of SHELLS) {
  const isMissing = !await hasShell(shell);

  Deno.test({
    name: `completion ${shell} prints what ${shell} can read`,
    ignore: isMissing,
    fn: () =>
      withScene(shell, async ({ folder, script }) => {
        assert.deepEqual(await runCommand([shell, "-n", script], { cwd: folder }), { status: 0, out: "", err: "" });
      }),
  });

  Deno.test({
    name: `completion ${shell} completes subcommands, options, files and choices`,
    ignore: isMissing,
    fn: () =>
      withScene(shell, async (scene) => {
        const found = await COMPLETE[shell](ONLY_WAY.map(([line]) => line), scene);
        const words = ONLY_WAY.map(([line], index) => [line, ...(found[index] ?? []).map((one) => asWord(one, line))]);
        const unique = words.map((one) => [...new Set(one)].map((word) => word.replace(/(?<=backups)\/?$/, "/")));
        assert.deepEqual(unique, ONLY_WAY.map((one) => one.filter((word) => word !== undefined)));
      }),
  });
}

for (const shell of ["bash", "fish"] as const) {
  Deno.test({
    name: `completion ${shell} offers every subcommand and every option`,
    ignore: !await hasShell(shell),
    fn: () =>
      withScene(shell, async (scene) => {
        const lines = ["caucase ", ...COMMANDS.map(({ name }) => `caucase ${name} --`)];
        const [subcommands = [], ...options] = await COMPLETE[shell](lines, scene);
        for (const { name, summary } of COMMANDS.filter(({ name }) => !name.includes(" "))) {
          assert.ok(subcommands.includes(shell === "fish" ? `${name}\t${summary}` : name), name);
        }
        for (const [index, command] of COMMANDS.entries()) {
          const described = command.options.map(({ long, description }) =>
            shell === "fish" ? `${long}\t${description}` : long
          );
          assert.deepEqual(options[index]?.toSorted(), described.toSorted(), command.name);
        }
      }),
  });
}

Deno.test({
  name: "completion bash offers all choices, and names with spaces whole",
  ignore: !await hasShell("bash"),
  fn: () =>
    withScene("bash", async (scene) => {
      const lines = [
        "caucase client --mode ",
        "caucase client --mode=",
        "caucase client --crl ou",
        "caucase completion ",
      ];
      assert.deepEqual(await completeInBash(lines, scene), [
        ["service", "user"],
        ["service", "user"],
        ["out of place"],
        ["bash", "zsh", "fish"],
      ]);
    }),
});

Deno.test({
  name: "completion bash does not depend on the person's IFS",
  ignore: !await hasShell("bash"),
  fn: () =>
    withScene("bash", async (scene) => {
      const script = `${scene.script}-ifs`;
      await Deno.writeTextFile(script, `IFS=:\n${SCRIPT.bash(COMMANDS)}`);
      const lines = ["caucase cl", "caucase client --mode ", "caucase client --list", "caucase client --crl ou"];
      const expected = [["client"], ["service", "user"], ["--list-csr"], ["out of place"]];
      assert.deepEqual(await completeInBash(lines, { ...scene, script }), expected);
    }),
});

/** A program in the place of ours that knows one request. */
const ASKED_PROGRAM = `#!/bin/sh
[ "$*" = "completion ask requests" ] || exit 1
printf '4711\\tCN=www.example.org\\n'
`;

for (const shell of SHELLS) {
  Deno.test({
    name: `completion ${shell} asks for ids, and completes behind the two words of a command`,
    ignore: !await hasShell(shell),
    fn: () =>
      withScene(shell, async (scene) => {
        const bin = `${scene.folder}/../bin`;
        await Deno.mkdir(bin);
        await Deno.writeTextFile(`${bin}/caucase`, ASKED_PROGRAM, { mode: 0o755 });
        const script = `${scene.script}-asking`;
        const path = shell === "fish" ? `set -gx PATH ${bin} $PATH` : `PATH=${bin}:$PATH`;
        await Deno.writeTextFile(script, `${path}\n${SCRIPT[shell](COMMANDS)}`);
        const lines = [
          "caucase csr sho",
          "caucase csr sign 47",
          "caucase csr sign 12 47",
          "caucase csr list --mode us",
          "caucase csr list --wa",
          "caucase csr submit oth",
        ];
        const found = await COMPLETE[shell](lines, { ...scene, script });
        const words = lines.map((line, index) => [...new Set((found[index] ?? []).map((one) => asWord(one, line)))]);
        assert.deepEqual(words, [["show"], ["4711"], ["4711"], ["user"], ["--watch"], ["other.pem"]]);
      }),
  });
}
