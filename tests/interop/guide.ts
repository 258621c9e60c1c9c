/** docs/migration.md, carried out: what it tells people to type is what runs. */
import assert from "node:assert/strict";
import { runCommand } from "../support/process.ts";
import { OUR_PROGRAM } from "../support/server_process.ts";

const GUIDE = new URL("../../docs/migration.md", import.meta.url);

/** The commands that a section of the guide tells to type, a line each. */
export async function commandsOf(section: string): Promise<string[]> {
  const [, text] = (await Deno.readTextFile(GUIDE)).split(`## ${section}\n`);
  assert.ok(text !== undefined, `docs/migration.md has no section "${section}"`);
  const [until = ""] = text.split("\n## ");
  const blocks = [...until.matchAll(/^```sh\n([^]*?)^```$/gm)].map(([, block = ""]) => block);
  assert.ok(blocks.length > 0, `the section "${section}" has no commands`);
  return blocks.join("").trimEnd().split("\n");
}

/** Types a section's commands in `folder`; `options` are added to those of `caucase manage`. What they printed. */
export async function follow(section: string, folder: string, options = ""): Promise<{ out: string; err: string }> {
  await Deno.mkdir(`${folder}/.bin`, { recursive: true });
  const shim = `#!/bin/sh\nexec ${OUR_PROGRAM.map((word) => `'${word}'`).join(" ")} "$@"\n`;
  await Deno.writeTextFile(`${folder}/.bin/caucase`, shim, { mode: 0o755 });
  const env = { PATH: `${folder}/.bin:${Deno.env.get("PATH")}` };
  const printed = { out: "", err: "" };
  for (const command of await commandsOf(section)) {
    const line = command.startsWith("caucase manage") ? `${command} ${options}` : command;
    const { status, out, err } = await runCommand(["sh", "-c", line], { cwd: folder, env });
    assert.equal(status, 0, `${command}\n${out}${err}`);
    printed.out += out;
    if (!command.startsWith("openssl")) printed.err += err;
  }
  return printed;
}
