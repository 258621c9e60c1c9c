/** Files that exist for a moment: a process that the system ends in the middle of writing one leaves it to be looked at. */
import assert from "node:assert/strict";
import { encodePem, PEM_LABEL } from "../../core/pem.ts";
import { EMPTY_NAME } from "../../core/x509/name.ts";
import { buildCsr } from "../../core/x509/csr.ts";
import { privateKeyToPem } from "../../core/x509/private_key.ts";
import { signerFor } from "../../core/x509/signer.ts";
import { newCa } from "../support/issuing.ts";
import { newKey } from "../support/keys.ts";
import { type Outcome, runCommand } from "../support/process.ts";
import { OUR_PROGRAM } from "../support/server_process.ts";
import { tempFolder } from "../support/temp_folder.ts";

/** Blocks of 512 bytes, or of 1024: less than a key of 2048 bits has. */
const LARGEST_FILE = 1;
const MAIN = OUR_PROGRAM.at(-1) ?? "";

/** Runs our program under umask 000, until it writes more into one file than it may. */
async function runUntilTooLarge(folder: string, args: readonly string[]): Promise<Outcome> {
  // The runtime's caches are files, too: one is filled before, the other left out.
  const runtime = [Deno.execPath(), "run", "--no-code-cache", "-A", MAIN];
  await runCommand([...runtime, args[0] ?? "", "--help"], { cwd: folder });
  const program = [...runtime, ...args];
  const script = `umask 000; ulimit -c 0; ulimit -f ${LARGEST_FILE}; exec "$@"`;
  return await runCommand(["sh", "-c", script, "sh", ...program], { cwd: folder });
}

function leftovers(folder: string): { name: string; mode: string }[] {
  return [...Deno.readDirSync(folder)].filter(({ name }) => /^\.caucase-[0-9a-f]+\.tmp$/.test(name)).map((
    { name },
  ) => ({
    name,
    mode: ((Deno.statSync(`${folder}/${name}`).mode ?? 0) & 0o777).toString(8),
  }));
}

Deno.test("a private key that is being written is its owner's alone from the first byte, under umask 000", async () => {
  await using folder = await tempFolder();
  const template = await buildCsr({ subject: EMPTY_NAME, extensions: [] }, await signerFor(await newKey("P-256")));
  await Deno.writeTextFile(`${folder.path}/template.csr`, template);
  const args = ["rerequest", "--template", "template.csr", "--csr", "new.csr", "--key", "new.key"];
  const { status, err } = await runUntilTooLarge(folder.path, args);
  assert.notEqual(status, 0, err);
  assert.deepEqual([...new Set(leftovers(folder.path).map(({ mode }) => mode))], ["600"], err);
});

Deno.test("a database that is being made is its owner's alone from the first byte, under umask 000", async () => {
  await using folder = await tempFolder();
  const ca = await newCa();
  const pem = privateKeyToPem(ca.key) + encodePem(PEM_LABEL.CERTIFICATE, ca.der);
  await Deno.writeTextFile(`${folder.path}/ca.pem`, pem);
  const args = ["manage", "--db", "new.sqlite", "--import-ca", "ca.pem", "--import-bad-ca"];
  const { status, err } = await runUntilTooLarge(folder.path, args);
  assert.notEqual(status, 0, err);
  assert.deepEqual([...new Set(leftovers(folder.path).map(({ mode }) => mode))], ["600"], err);
});
