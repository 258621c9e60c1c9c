/**
 * Files that exist for a moment: a process that the system ends in the middle of writing one leaves it to be looked at.
 */
import assert from "node:assert/strict";
import { EMPTY_NAME } from "../../core/x509/name.ts";
import { buildCsr } from "../../core/x509/csr.ts";
import { privateKeyToPem } from "../../core/keys/private_key.ts";
import { signerFor } from "../../core/keys/signer.ts";
import { newCa } from "../support/issuing.ts";
import { newKey } from "../support/keys.ts";
import { runCommand } from "../support/process.ts";
import { OUR_PROGRAM } from "../support/server_process.ts";
import { tempFolder } from "../support/temp_folder.ts";

/** Blocks of 512 bytes, or of 1024: less than a key of 2048 bits has. */
const LARGEST_FILE = 1;
const MAIN = OUR_PROGRAM.at(-1) ?? "";

/**
 * Runs our program under umask 000 in a folder with `files`, until it writes more into one file than it may; what it
 * leaves behind. Before that it runs to its end elsewhere: the runtime's caches are files, too, and full then, but for
 * that of compiled code.
 */
async function leftBehind(files: Readonly<Record<string, string>>, args: readonly string[]): Promise<Leftover[]> {
  const program = [Deno.execPath(), "run", "--no-code-cache", "-A", MAIN, ...args];
  const limited = `umask 000; ulimit -c 0; ulimit -f ${LARGEST_FILE}; exec "$@"`;
  const complete = await runIn(files, program);
  assert.equal(complete.outcome.status, 0, complete.outcome.err);
  const { outcome, left } = await runIn(files, ["sh", "-c", limited, "sh", ...program]);
  assert.notEqual(outcome.status, 0, outcome.out);
  return left;
}

async function runIn(files: Readonly<Record<string, string>>, command: readonly string[]) {
  await using folder = await tempFolder();
  for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(`${folder.path}/${name}`, text);
  const outcome = await runCommand(command, { cwd: folder.path });
  return { outcome, left: leftovers(folder.path) };
}

interface Leftover {
  readonly name: string;
  readonly mode: string;
}

function leftovers(folder: string): Leftover[] {
  return [...Deno.readDirSync(folder)].filter(({ name }) => /^\.caucase-[0-9a-f]+\.tmp$/.test(name)).map((
    { name },
  ) => ({
    name,
    mode: ((Deno.statSync(`${folder}/${name}`).mode ?? 0) & 0o777).toString(8),
  }));
}

Deno.test("a private key that is being written is its owner's alone from the first byte, under umask 000", async () => {
  const template = await buildCsr({ subject: EMPTY_NAME, extensions: [] }, await signerFor(await newKey("P-256")));
  const args = ["rerequest", "--template", "template.csr", "--csr", "new.csr", "--key", "new.key"];
  const left = await leftBehind({ "template.csr": template }, args);
  assert.deepEqual([...new Set(left.map(({ mode }) => mode))], ["600"]);
});

Deno.test("a database that is being made is its owner's alone from the first byte, under umask 000", async () => {
  const ca = await newCa();
  const pem = privateKeyToPem(ca.key) + ca.certificatePem;
  const left = await leftBehind({ "ca.pem": pem }, [
    "manage",
    "--db",
    "new.sqlite",
    "--import-ca",
    "ca.pem",
    "--import-bad-ca",
  ]);
  assert.deepEqual([...new Set(left.map(({ mode }) => mode))], ["600"]);
});
