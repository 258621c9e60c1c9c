/** The ways of docs/migration.md, gone: from the reference by a backup and back, from an OpenSSL CA, and away again. */
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { runCommand } from "../support/process.ts";
import { hasOpenssl, opensslPath, referenceFolder } from "../support/requirements.ts";
import { type ServerProcess, startServer } from "../support/server_process.ts";
import { tempFolder } from "../support/temp_folder.ts";
import { ClientDesk } from "./client_desk.ts";
import { follow } from "./guide.ts";
import { type Implementation, OURS, REFERENCE } from "./implementation.ts";
import { makeRequests, showCertificate, showCrl, verify } from "./openssl.ts";
import { anotherUser, firstUser, signedService } from "./session_start.ts";

const reference = referenceFolder();
const MAKERS = [OURS, ...REFERENCE ? [REFERENCE] : []];

/** Restores `backup.sql.caucased` with `old.pem` in `folder`, as the guide says; the new pair is in `new.key.pem`. */
type Restore = (folder: string) => Promise<void>;

const RESTORERS: Readonly<Record<string, Restore | undefined>> = {
  ours: async (folder) => {
    const { out, err } = await follow("By way of a backup", folder);
    assert.match(out, /^backup\.sql\.caucased is good for restoring; 2 keys open it\n {2}cau: CA certificates 1 /);
    assert.match(err, /^Restored caucase\.sqlite from backup\.sql\.caucased/);
  },
  reference: reference === undefined ? undefined : async (folder) => {
    await makeRequests(folder, "new");
    const files = ["backup.sql.caucased", "old.pem", "new.csr.pem", "new.key.pem"];
    const restored = await runCommand([`${reference}/caucased-manage`, "--restore-backup", ...files], { cwd: folder });
    assert.equal(restored.status, 0, restored.err);
  },
};

for (const maker of MAKERS) {
  for (const [restorer, restore] of Object.entries(RESTORERS)) {
    if (maker === REFERENCE && restorer === "reference") continue;
    Deno.test({
      name: `a backup of ${maker.name} restored with ${restorer}: users, revocations and CRLs go on`,
      ignore: restore === undefined || !hasOpenssl(),
      fn: () => restore && moveByBackup(maker, restore),
    });
  }
}

async function moveByBackup(maker: Implementation, restore: Restore): Promise<void> {
  await using folder = await tempFolder();
  const [before, after, home] = ["before", "after", "home"].map((name) => `${folder.path}/${name}`);
  assert.ok(before && after && home);
  for (const path of [before, after, home]) await Deno.mkdir(path);
  const port = await fillAndBackUp(maker, { folder: before, home });
  await Deno.copyFile(await onlyBackup(`${before}/backups`), `${after}/backup.sql.caucased`);
  await Deno.copyFile(`${home}/ann.pem`, `${after}/old.pem`);
  await restore(after);
  const command = restore === RESTORERS["ours"] ? OURS.server : REFERENCE?.server ?? [];
  await using server = await startServer({ folder: after, port, command });
  await goesOn(new ClientDesk(home, OURS, server.url), after, restore === RESTORERS["ours"]);
}

/** Two users, a revoked service and a good one; then a start at which a backup is due. The port of the server. */
async function fillAndBackUp(
  maker: Implementation,
  { folder, home }: { folder: string; home: string },
): Promise<number> {
  const server = await startServer({ folder, command: maker.server });
  const desk = new ClientDesk(home, OURS, server.url);
  try {
    await firstUser(desk, "ann");
    await anotherUser(desk, "bob", "ann");
    await signedService(desk, "kept", "ann");
    await signedService(desk, "gone", "bob");
    await desk.expect({}, "--update-user", "--revoke-crt", "gone.crt.pem", "gone.key.pem");
  } finally {
    await server.stop();
  }
  await Deno.mkdir(`${folder}/backups`);
  const options = ["--backup-directory", "backups"];
  await using again = await startServer({ ...server.settings, options });
  await untilBackup(`${folder}/backups`, again);
  return server.port;
}

async function untilBackup(folder: string, server: ServerProcess): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt++) {
    if ((await Array.fromAsync(Deno.readDir(folder))).some(({ name }) => name.endsWith(".sql.caucased"))) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`no backup was made\n${server.process.written.err}`);
}

async function onlyBackup(folder: string): Promise<string> {
  const names = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name);
  const [name, another] = names.filter((candidate) => /^\d{14}\.sql\.caucased$/.test(candidate));
  assert.ok(name !== undefined && another === undefined, names.join(", "));
  return `${folder}/${name}`;
}

/** Everybody but the one who restored goes on; that one with the new key. */
async function goesOn(desk: ClientDesk, restored: string, jumps: boolean): Promise<void> {
  const before = await showCrl(desk.folder, "cas.crl.pem");
  const userCrl = (await showCrl(desk.folder, "cau.crl.pem")).number;
  await Deno.copyFile(`${restored}/new.key.pem`, `${desk.folder}/new.pem`);
  await desk.expect({}, "--update-user");
  await desk.expect({ status: 1, out: /.*/ }, "--user-key", "ann.pem", "--list-csr");
  for (const user of ["bob.pem", "new.pem"]) assert.deepEqual(await desk.pending(user), []);
  assert.equal((await showCertificate(desk.folder, "new.pem")).subject, "CN=ann");
  const annsVerdict = { certificate: "ann.pem", ca: "cau.crt.pem", crl: "cau.crl.pem" };
  assert.equal(await verify(desk.folder, annsVerdict), "certificate revoked");
  assert.equal(await verify(desk.folder, { ...annsVerdict, certificate: "new.pem" }), "OK");
  assert.equal(await desk.verdict("kept.crt.pem"), "OK");
  assert.equal(await desk.verdict("gone.crt.pem"), "certificate revoked");
  await signedService(desk, "later", "new");
  assert.equal(await desk.verdict("later.crt.pem"), "OK");
  const after = await showCrl(desk.folder, "cas.crl.pem");
  assert.deepEqual(after.serials, before.serials);
  const least = jumps ? 1_000_000 : 0;
  assert.ok(after.number >= before.number + least, `${before.number}, then ${after.number}`);
  assert.ok((await showCrl(desk.folder, "cau.crl.pem")).number > userCrl + least);
}

const CA_CONFIG = `
[req]
distinguished_name = name
prompt = no
x509_extensions = extensions
[name]
CN = Our old CA
[extensions]
basicConstraints = CA:TRUE
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid:always,issuer:always
keyUsage = cRLSign, keyCertSign
[ca]
default_ca = own
[own]
database = index.txt
crlnumber = crlnumber
serial = serial
new_certs_dir = .
certificate = ca.crt
private_key = ca.key
default_md = sha256
default_days = 90
default_crl_days = 30
crl_extensions = crl
policy = policy
[policy]
commonName = supplied
[crl]
authorityKeyIdentifier = keyid:always
`;

/** A CA as easy-rsa makes one: `kept.crt` is good, `gone.crt` revoked, the CRL number is 32. */
async function oldCa(folder: string): Promise<void> {
  const openssl = async (...args: string[]) => {
    const { status, err } = await runCommand([opensslPath() ?? "openssl", ...args], { cwd: folder });
    assert.equal(status, 0, err);
  };
  await Deno.writeTextFile(`${folder}/ca.cnf`, CA_CONFIG);
  for (const [name, content] of [["index.txt", ""], ["crlnumber", "20\n"], ["serial", "1000\n"]] as const) {
    await Deno.writeTextFile(`${folder}/${name}`, content);
  }
  const ownCertificate = [
    "-x509",
    "-days",
    "3650",
    "-newkey",
    "rsa:2048",
    "-nodes",
    "-keyout",
    "ca.key",
    "-out",
    "ca.crt",
  ];
  await openssl("req", "-config", "ca.cnf", ...ownCertificate);
  await makeRequests(folder, "kept", "gone");
  for (const name of ["kept", "gone"]) {
    await openssl("ca", "-batch", "-config", "ca.cnf", "-in", `${name}.csr.pem`, "-out", `${name}.long.pem`);
    await openssl("x509", "-in", `${name}.long.pem`, "-out", `${name}.crt.pem`);
  }
  await openssl("ca", "-config", "ca.cnf", "-revoke", "gone.crt.pem");
  await openssl("ca", "-config", "ca.cnf", "-gencrl", "-out", "crl.pem");
  await openssl("rsa", "-in", "ca.key", "-aes256", "-traditional", "-passout", "pass:old", "-out", "ca.enc");
  await Deno.rename(`${folder}/ca.enc`, `${folder}/ca.key`);
}

Deno.test({
  name:
    "a CA of OpenSSL goes on with ours: what it signed is renewed, what it revoked stays so, and it can leave again",
  ignore: !hasOpenssl(),
  fn: async () => {
    await using folder = await tempFolder();
    const { path } = folder;
    await oldCa(path);
    await Deno.writeTextFile(`${path}/passphrase`, "old\n");
    const { out, err } = await follow("From OpenSSL or easy-rsa", path, "--passphrase-file passphrase");
    assert.equal(err, "");
    assert.match(
      out,
      /^Imported 1 CA certificates\nSet CRL number to 32 and last update to [-\d]{10} [:\d]{8}\+00:00\nRevoked 1 certificates \(0 were already revoked\)\n$/,
    );
    await using server = await startServer({ folder: path });
    const desk = new ClientDesk(path, OURS, server.url);
    await desk.expect({}, "--threshold", "365", "--renew-crt", "kept.crt.pem", "kept.key.pem");
    assert.equal((await showCertificate(path, "kept.crt.pem")).issuer, "CN=Our old CA");
    for (const ca of ["ca.crt", "cas.crt.pem"]) {
      assert.equal(await laxVerdict(path, ca, "kept.crt.pem"), "kept.crt.pem: OK");
      assert.match(await laxVerdict(path, ca, "gone.crt.pem"), /certificate revoked/);
    }
    assert.ok((await showCrl(path, "cas.crl.pem")).number > 32);
    await follow("Away from caucase", path, "--passphrase-file passphrase");
    const exported = await runCommand(
      [opensslPath() ?? "openssl", "pkey", "-in", "exported.pem", "-passin", "pass:old", "-pubout"],
      { cwd: path },
    );
    assert.equal(exported.out, (await showCertificate(path, "ca.crt")).publicKey, exported.err);
  },
});

Deno.test({
  name:
    "what ours imported, the reference imported alike: the same rows, but for the CRL number that is not used twice",
  ignore: reference === undefined || !hasOpenssl(),
  fn: async () => {
    await using folder = await tempFolder();
    const { path } = folder;
    await oldCa(path);
    const decrypt = ["pkey", "-in", "ca.key", "-passin", "pass:old", "-traditional", "-out", "plain.key"];
    await runCommand([opensslPath() ?? "openssl", ...decrypt], { cwd: path });
    const options = ["--import-bad-ca", "--import-ca", "ca.crt", "--import-ca", "plain.key", "--import-crl", "crl.pem"];
    const ours = [...OURS.server.slice(0, -1), "manage", "--db", "ours.sqlite", ...options];
    const theirs = [`${reference}/caucased-manage`, "--db", "theirs.sqlite", ...options];
    const [first, second] = [await runCommand(ours, { cwd: path }), await runCommand(theirs, { cwd: path })];
    assert.deepEqual(first, second, "the same lines");
    const tables = ["casca", "casrevoked", "casconfig", "cascrt"];
    assert.deepEqual(rowsOf(`${path}/ours.sqlite`, tables), rowsOf(`${path}/theirs.sqlite`, tables));
  },
});

/** Without OpenSSL's `-x509_strict`: easy-rsa's CAs have a basicConstraints that is not critical (RFC 5280 4.2.1.9). */
async function laxVerdict(folder: string, ca: string, certificate: string): Promise<string> {
  const trust = ["-CAfile", ca, "-CRLfile", "cas.crl.pem", "-crl_check"];
  const { out, err } = await runCommand([opensslPath() ?? "openssl", "verify", ...trust, certificate], { cwd: folder });
  return (out + err).trimEnd();
}

/** Without the dates of revocation: ours keeps the list's, the reference takes today. */
function rowsOf(path: string, tables: readonly string[]): unknown[] {
  using database = new DatabaseSync(path, { readOnly: true });
  return tables.map((table) =>
    database.prepare(`SELECT * FROM ${table}`).all().map((row) => ({ ...row, revocation_date: 0 }))
  );
}
