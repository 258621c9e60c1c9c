/** What is loaded before it is known what is asked for: every run of the program waits for it. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { runCommand } from "./support/process.ts";

const ROOT = new URL("..", import.meta.url);

interface Module {
  readonly specifier: string;
  readonly dependencies?: readonly { readonly code?: { readonly specifier?: string }; readonly isDynamic?: boolean }[];
}

Deno.test("the program begins with the command line alone", async () => {
  const loaded = loadedWith("main.ts", await modulesOf("main.ts"));
  assert.deepEqual(loaded.filter((name) => !isCommandLine(name)), []);
  assert.ok(loaded.includes("cli/subcommand.ts"), "the list is of something else");
});

Deno.test("help of a subcommand loads its options, and nothing that it works with", async () => {
  const modules = await modulesOf("main.ts");
  const tables = modules.map(({ specifier }) => nameOf(specifier)).filter((name) =>
    /^cli\/.*\/command\.ts$/.test(name)
  );
  assert.ok(tables.length >= 7, "tables of options are elsewhere");
  for (const table of tables) {
    assert.deepEqual(loadedWith(table, modules).filter((name) => !isCommandLine(name)), [], table);
  }
});

/** Where values of options come from: lists and numbers, which load nothing else. */
const WORDS = [
  "core/acme/acme_settings.ts",
  "core/ca/lifecycle.ts",
  "core/notify/notification_kinds.ts",
  "core/protocol/certificate_status.ts",
];

/** No cryptography, no server, no package but the one that reads options. */
function isCommandLine(name: string): boolean {
  if (WORDS.includes(name)) return true;
  return /^(main\.ts|deno\.json|core\/(host\/)?[a-z_]+\.ts|cli\/.*\.ts|node:process|npm:@commander-js\/.*)$/.test(name);
}

/** What `entry` imports, and what that imports, but for what is imported only when it is reached. */
function loadedWith(entry: string, modules: readonly Module[]): readonly string[] {
  const found = new Set<string>([new URL(entry, ROOT).href]);
  for (const specifier of found) {
    const module = modules.find((one) => one.specifier === specifier);
    for (const { code, isDynamic } of module?.dependencies ?? []) {
      if (code?.specifier !== undefined && isDynamic !== true) found.add(code.specifier);
    }
  }
  return [...found].map(nameOf);
}

async function modulesOf(entry: string): Promise<readonly Module[]> {
  const command = [Deno.execPath(), "info", "--json", "--no-npm", entry];
  const { out } = await runCommand(command, { cwd: fileURLToPath(ROOT) });
  return JSON.parse(out).modules;
}

function nameOf(specifier: string): string {
  return specifier.replace(ROOT.href, "");
}
