import assert from "node:assert/strict";
import { findCommand } from "../../cli/command_group.ts";
import { parseArguments } from "../../cli/subcommand.ts";
import { SUBCOMMANDS } from "../../cli/subcommands.ts";
import { parseConfiguration } from "../../cli/updater/configuration.ts";
import { runCommand } from "../support/process.ts";
import { commandOf, listPackaged, parseEnvironment, readPackaged, readUnit } from "./packaged.ts";
import { parsePlist } from "./plist.ts";
import { callOf } from "./supervised.ts";

/** A command line of ours in a packaged file: words from `caucase` on, without their expansions left. */
interface CommandLine {
  readonly file: string;
  readonly words: readonly string[];
}

async function unitLines(): Promise<CommandLine[]> {
  const environment = parseEnvironment(await readPackaged("config/serve.conf"));
  const names = (await listPackaged("systemd")).map((path) => path.replace("systemd/", ""));
  const services = names.filter((name) => name.endsWith(".service"));
  return await Promise.all(
    services.map(async (file) => ({ file, words: commandOf(await readUnit(file), environment) })),
  );
}

async function scriptLines(): Promise<CommandLine[]> {
  const conf = await readPackaged("config/serve.conf");
  return await Promise.all(["caucase/run", "caucase-updater/run"].map(async (file) => {
    const { words } = await callOf(file, { conf, name: "caucase-updater-web" });
    return { file, words: words.slice(words.indexOf("caucase")) };
  }));
}

async function plistLines(): Promise<CommandLine[]> {
  return await Promise.all((await listPackaged("launchd")).map(async (file) => {
    const { ProgramArguments } = parsePlist(await readPackaged(file));
    assert.ok(Array.isArray(ProgramArguments), file);
    return { file, words: ProgramArguments.map(String) };
  }));
}

/** Those in comments and documents: `caucase serve …` and `"serve …"`, with lines that go on. */
async function textLines(): Promise<CommandLine[]> {
  const container = (await readPackaged("Containerfile")).replaceAll("\\\n#", "");
  const windows = await readPackaged("windows/README.md");
  const readme = (await readPackaged("README.md")).replaceAll("\\\n", "");
  const found = [
    ["Containerfile", / caucase +((?:serve|updater) --.*)/g, container],
    ["windows/README.md", /["`]((?:serve|updater) --[^"`]*)/g, windows],
    ["README.md", /caucase +((?:serve|updater|client|manage|probe) .*)/g, readme],
  ] as const;
  return found.flatMap(([file, pattern, text]) =>
    [...text.matchAll(pattern)].map(([, line = ""]) => ({ file, words: ["caucase", ...line.trim().split(/\s+/)] }))
  );
}

Deno.test("packaged command lines are ones that the program takes", async () => {
  const lines = (await Promise.all([unitLines(), scriptLines(), plistLines(), textLines()])).flat();
  for (const { file, words: [program = "", ...words] } of lines) {
    assert.match(program, /^(\/usr\/local\/bin\/)?caucase$/, file);
    const found = await findCommand(SUBCOMMANDS, words);
    assert.ok(found, `${file} names the subcommand ${words[0]}`);
    const table = await found.command.table();
    assert.doesNotThrow(() => parseArguments(table, found.args), `${file}: ${words.join(" ")}`);
  }
  const files = new Set(lines.map(({ file }) => file));
  assert.equal(files.size, 10, `only ${[...files].join(", ")}`);
});

Deno.test("systemd and the run script start the server alike", async () => {
  const [unit] = (await unitLines()).filter(({ file }) => file === "caucase.service");
  const [script] = (await scriptLines()).filter(({ file }) => file === "caucase/run");
  assert.deepEqual(unit?.words, script?.words);
});

Deno.test("sh and systemd read the same from the server's settings", async () => {
  const text = await readPackaged("config/serve.conf");
  const print = `. /dev/stdin; printf '%s\\n' "$CAUCASE_NETLOC" "$CAUCASE_OPTIONS"`;
  const { out } = await runCommand(["/bin/sh", "-euc", print], { cwd: "/", input: text });
  assert.deepEqual(out.trimEnd().split("\n"), Object.values(parseEnvironment(text)));
});

Deno.test("the updater takes the example of a configuration", async () => {
  const name = "config/updater/web.json";
  const [entry, ...others] = parseConfiguration(new TextEncoder().encode(await readPackaged(name)), name);
  assert.equal(entry?.name, "/var/lib/caucase-updater/web/web.pem");
  assert.deepEqual(others, []);
});
