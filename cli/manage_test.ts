import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { namesIn } from "../tests/support/files.ts";
import { keyPem, makeRestorable } from "../tests/support/restorable.ts";
import { newKey } from "../tests/support/keys.ts";
import { type Outcome, runCommand } from "../tests/support/process.ts";
import { OUR_PROGRAM } from "../tests/support/server_process.ts";
import { tempFolder } from "../tests/support/temp_folder.ts";

const VECTORS = fileURLToPath(new URL("../tests/vectors/backups/", import.meta.url));

function manage(cwd: string, ...args: string[]): Promise<Outcome> {
  return runCommand([...OUR_PROGRAM, "manage", ...args], { cwd });
}

Deno.test("manage --verify-backup shows what is in a backup of the reference's, and writes nothing", async () => {
  await using folder = await tempFolder();
  const backup = `${VECTORS}reference-0.9.17.sql.caucased`;
  const { status, out, err } = await manage(
    folder.path,
    "--verify-backup",
    backup,
    `${VECTORS}reference-0.9.17.second.pem`,
  );
  assert.deepEqual({ status, err }, { status: 0, err: "" });
  // How many are valid depends on the day.
  assert.deepEqual(out.replaceAll(/valid now: [01]/g, "valid now: ?").split("\n"), [
    `${backup} is good for restoring; 2 keys open it`,
    "  cau: CA certificates 1 (valid now: ?), certificates 2, pending requests 0, revocations 0, CRL number 1",
    "  cas: CA certificates 1 (valid now: ?), certificates 0, pending requests 0, revocations 0, CRL number 1",
    "  http_cas: CA certificates 1 (valid now: ?), certificates 1, pending requests 0, revocations 0, CRL number 0",
    "",
  ]);
  assert.deepEqual(namesIn(folder.path), []);
});

Deno.test("manage --restore-backup prints nothing on standard output, and says on the other what is lost", async () => {
  await using restorable = await makeRestorable();
  const { files, order: { db } } = restorable;
  const args = ["--db", db, "--restore-backup", files.backup, files.key, files.csr, files.crt];
  const { status, out, err } = await manage("/", ...args);
  assert.deepEqual({ status, out }, { status: 0, out: "" }, err);
  assert.match(err, /Restored .*new\.sqlite from .*b\.caucased; the new certificate is in .*new\.crt/);
  assert.match(err, /what was revoked since is no longer revoked/);
  const again = await manage("/", ...args);
  assert.equal(again.status, 1);
  assert.match(again.err, /^error: cannot make the database .*new\.sqlite: .*new\.sqlite exists \([^\n]+\)\n$/);
});

/** Command lines and what must be said; all end with the status. `KEY` is a private key that opens nothing. */
const REFUSALS: readonly [args: string, status: number, err: RegExp][] = [
  [
    "--restore-backup KEY KEY KEY",
    2,
    /^error: option '--restore-backup' takes 4 values, not 3\n\(caucase manage --help lists all options\)\n$/,
  ],
  [
    "--verify-backup KEY",
    2,
    /^error: option '--verify-backup' takes 2 values, not 1\n\(caucase manage --help lists all options\)\n$/,
  ],
  [
    "--verify-backup KEY KEY --verify-backup KEY KEY",
    2,
    /^error: option '--verify-backup' can be given once\n\(caucase manage --help lists all options\)\n$/,
  ],
  ["--user-crt-validity 0", 2, /^error: option '--user-crt-validity/],
  ["--verify-backup KEY KEY", 1, /^error: cannot use KEY: not a backup of caucase\n$/],
  ["--verify-backup none KEY", 1, /^error: cannot read none: no such file or directory\n$/],
  ["--verify-backup KEY none", 1, /^error: cannot read none: it does not exist\n$/],
  [
    "--restore-backup KEY KEY KEY new.crt",
    1,
    /^error: cannot use KEY: certificate request: this is a private key in PEM \([^\n]+\)\n$/,
  ],
  [
    "--import-ca KEY",
    1,
    /^error: cannot use KEY: the certificate of a key in it is in none of the files to import \([^\n]+\)\n$/,
  ],
  ["--import-crl KEY", 1, /^error: cannot use KEY: it holds no CRL\n$/],
  ["--export-ca KEY", 1, /^error: cannot write KEY: it exists \([^\n]+\)\n$/],
  ["--export-ca out", 1, /^error: cannot open the database caucase\.sqlite: [^\n]+\n$/],
  [
    "--db postgres://me:secret@host/db --import-ca KEY",
    2,
    /^error: --db takes the path of an SQLite database, not a "postgres:" URL \([^\n]+\)\n\(caucase manage --help [^\n]+\)\n$/,
  ],
  ["--list-revocations", 1, /^error: cannot open the database caucase\.sqlite: [^\n]+\n$/],
  [
    "--list-revocations --db KEY",
    1,
    /^\(cas: what [^\n]+\)\n\(cau: what [^\n]+\)\nerror: only 0 revocations can be read: /,
  ],
  ["--raise-crl-numbers", 1, /^error: cannot open the database caucase\.sqlite: it does not exist \([^\n]+\)\n$/],
  ["--admit-user", 1, /^error: cannot open the database caucase\.sqlite: it does not exist \([^\n]+\)\n$/],
  [
    "--admit-user --import-crl KEY",
    2,
    /^error: --raise-crl-numbers and --admit-user take no restore or import in the same call\n[^\n]+\n$/,
  ],
  ["--import-ca KEY --passphrase-file none", 1, /^error: cannot read none: it does not exist\n$/],
];

Deno.test("manage refuses in a line, ends with its status, and leaves nothing", async () => {
  await using folder = await tempFolder();
  await Deno.writeTextFile(`${folder.path}/KEY`, keyPem(await newKey("P-256")));
  for (const [args, status, message] of REFUSALS) {
    const outcome = await manage(folder.path, ...args.split(" "));
    assert.deepEqual({ status: outcome.status, out: outcome.out }, { status, out: "" }, args);
    assert.match(outcome.err, message, args);
    assert.deepEqual(namesIn(folder.path), ["KEY"], args);
  }
});

Deno.test("manage cannot ask for a passphrase without a terminal, and says what to do", async () => {
  await using folder = await tempFolder();
  const key = new URL("../tests/vectors/encrypted_keys/read-older-aes256.pem", import.meta.url);
  const { status, err } = await manage(folder.path, "--import-ca", fileURLToPath(key));
  assert.equal(status, 1);
  assert.match(
    err,
    /^error: cannot ask for a passphrase: standard input is not a terminal \(--passphrase-file [^\n]+\)\n$/,
  );
});

Deno.test("manage with nothing to do does nothing", async () => {
  await using folder = await tempFolder();
  assert.deepEqual(await manage(folder.path), { status: 0, out: "", err: "" });
  assert.deepEqual(namesIn(folder.path), []);
});
