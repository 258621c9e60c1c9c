import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { encodeBackupHeader, RSA_RECIPIENT_CIPHER } from "../core/backup/container.ts";
import { concatBytes } from "../core/bytes.ts";
import { encodePem, PEM_LABEL } from "../core/pem.ts";
import { testKey } from "../tests/support/keys.ts";
import { type Outcome, runCommand } from "../tests/support/process.ts";
import { OUR_PROGRAM } from "../tests/support/server_process.ts";
import { tempFolder } from "../tests/support/temp_folder.ts";

const VECTORS = fileURLToPath(new URL("../tests/vectors/backups/", import.meta.url));
const BACKUP = "reference-0.9.17.sql.caucased";

function keyId(cwd: string, ...args: string[]): Promise<Outcome> {
  return runCommand([...OUR_PROGRAM, "key-id", ...args], { cwd });
}

Deno.test("key-id finds the keys that open a backup of the reference's", async () => {
  const files = ["reference-0.9.17.first.pem", "reference-0.9.17.second.pem"];
  const { status, out, err } = await keyId(VECTORS, "--private-key", ...files, "--backup", BACKUP);
  assert.deepEqual({ status, err }, { status: 0, err: "" });
  const listed = (await Deno.readTextFile(`${VECTORS}reference-0.9.17.key_ids`)).trim().split("\n");
  const lines = out.trimEnd().split("\n");
  assert.deepEqual(lines.slice(2), [BACKUP, ...listed.map((id) => `  ${id}`)]);
  const own = lines.slice(0, 2).map((line) => line.split(" "));
  assert.deepEqual(own.map(([path]) => path), files);
  assert.deepEqual(own.map(([, id]) => id).toSorted(), listed.toSorted());
});

Deno.test("key-id shows what it can, and says of each other file that it cannot use why", async () => {
  await using folder = await tempFolder();
  const key = await testKey("Ed25519");
  await Deno.writeTextFile(`${folder.path}/ed.pem`, encodePem(PEM_LABEL.PKCS8, key.pkcs8));
  await Deno.writeTextFile(`${folder.path}/none.pem`, "nothing\n");
  const args = ["--private-key", "none.pem", "ed.pem", "--private-key", "gone.pem", "--backup", "none.pem", "gone.pem"];
  assert.deepEqual(await keyId(folder.path, ...args), {
    status: 1,
    out: `ed.pem ${key.publicKey.keyId}\n`,
    err: [
      "error: cannot use none.pem: it holds no private key",
      "error: cannot read gone.pem: it does not exist",
      "error: cannot read none.pem: not a backup of caucase",
      "error: cannot read gone.pem: no such file or directory",
      "",
    ].join("\n"),
  });
});

Deno.test("key-id reads no further than a backup's header", async () => {
  await using folder = await tempFolder();
  const recipient = {
    keyId: "ab".repeat(20),
    cipher: RSA_RECIPIENT_CIPHER,
    encryptedKey: new Uint8Array(256),
  } as const;
  const header = encodeBackupHeader({ iv: new Uint8Array(16), recipients: [recipient] });
  const [large, short] = [`${folder.path}/large`, `${folder.path}/short`];
  await Deno.writeFile(large, concatBytes(header, new Uint8Array(5)));
  // A hole: more than any file that is read whole may have.
  await Deno.truncate(large, 2 ** 40);
  await Deno.writeFile(short, header.subarray(0, -1));
  const { out, err } = await keyId(folder.path, "--backup", "large", "short");
  assert.equal(out, `large\n  ${recipient.keyId}\n`);
  assert.match(err, /^error: cannot read short: backup ends after \d+ bytes, within its header of \d+ bytes\n$/);
});
