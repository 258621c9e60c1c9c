/** A server that is killed while it makes a backup, and one whose disk is full: no damage, and the next try works. */
import assert from "node:assert/strict";
import { openBackup } from "../../core/backup/backup.ts";
import { readChunks } from "../../core/host/backup_file.ts";
import { isTemporaryName } from "../../core/host/prepared_file.ts";
import type { PrivateKey } from "../../core/keys/private_key.ts";
import { testKey } from "../support/keys.ts";
import { OUR_PROGRAM, type ServerProcess, type ServerSettings, startServer } from "../support/server_process.ts";
import { type UserDatabase, userDatabase } from "../support/user_database.ts";
import { until } from "./until.ts";

const ROWS = 20_000;
/** Bytes in a row: 40 MB in all, 80 in the backup. */
const ROW = 2_000;

interface Scene extends AsyncDisposable {
  readonly key: PrivateKey;
  readonly backups: string;
  readonly settings: ServerSettings;
}

/** A large database with one user, and what starts a server on it. */
async function setScene(): Promise<Scene> {
  const database = await userDatabase();
  const key = await testKey("RSA");
  await database.addUser(key.publicKey, Math.floor(Date.now() / 1000));
  fill(database);
  const backups = `${database.folder.path}/backups`;
  await Deno.mkdir(backups);
  const settings = { folder: database.folder.path, options: ["--backup-directory", backups] };
  return { key, backups, settings, [Symbol.asyncDispose]: () => database[Symbol.asyncDispose]() };
}

function fill({ writer }: UserDatabase): void {
  writer.exec("CREATE TABLE filling (bytes BLOB); BEGIN");
  const insert = writer.prepare("INSERT INTO filling VALUES (randomblob(?))");
  for (let row = 0; row < ROWS; row++) insert.run(ROW);
  writer.exec("COMMIT");
  writer.close();
}

Deno.test("a server that is killed during a backup leaves none that is not whole, and makes it after the next start", async () => {
  await using scene = await setScene();
  const { backups, settings } = scene;
  for (let round = 0; round < 3; round++) {
    await using server = await startServer(settings);
    await until(async () => (await namesIn(backups)).filter(isTemporaryName).length > round);
    assert.equal(await statusOf(server), 200, "answers while the backup is being made");
    assert.deepEqual(await finished(backups), []);
    await server.kill();
    assert.deepEqual(await finished(backups), []);
  }
  const leftovers = (await namesIn(backups)).map((name) => `${backups}/${name}`);
  assert.equal(leftovers.length, 3);
  for (const path of leftovers) {
    assert.equal(((await Deno.stat(path)).mode ?? 0) & 0o777, 0o600);
    // As if the servers had been killed an hour ago: younger files may be another server's.
    await Deno.utime(path, 0, Date.now() / 1000 - 3600);
  }
  await using _server = await startServer(settings);
  await until(async () => (await finished(backups)).length === 1);
  await assertWhole(scene);
  assert.deepEqual(await namesIn(backups), await finished(backups), "leftovers are gone");
});

Deno.test("a server that is stopped during a backup gives it up, and leaves nothing", async () => {
  await using scene = await setScene();
  await using server = await startServer(scene.settings);
  await until(async () => (await namesIn(scene.backups)).length > 0);
  const { status, err } = await server.stop();
  assert.equal(status, 0, err);
  assert.doesNotMatch(err, /failed|error/);
  assert.deepEqual(await namesIn(scene.backups), []);
});

Deno.test("a server whose disk is full says so, goes on, leaves nothing, and makes the backup when there is room", async () => {
  await using scene = await setScene();
  const { backups, settings } = scene;
  {
    // 50 MB for each file, in blocks of 512 bytes: enough for the database, not for the backup.
    const limited = ["sh", "-c", "trap '' XFSZ; ulimit -f 97656; exec \"$@\"", "sh", ...OUR_PROGRAM, "serve"];
    await using server = await startServer({ ...settings, command: limited });
    await until(() => server.process.written.err.includes("backup failed"));
    assert.match(server.process.written.err, /backup failed, next try in 60 s: cannot write .*: file too large/i);
    assert.deepEqual(await namesIn(backups), []);
    assert.equal(await statusOf(server), 200);
    assert.equal((await server.stop()).status, 0);
  }
  await using _server = await startServer(settings);
  await until(async () => (await finished(backups)).length === 1);
  await assertWhole(scene);
});

async function namesIn(folder: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name);
}

async function finished(folder: string): Promise<string[]> {
  return (await namesIn(folder)).filter((name) => name.endsWith(".sql.caucased"));
}

async function assertWhole({ backups, key }: Scene): Promise<void> {
  const [name] = await finished(backups);
  const { statements } = await openBackup(readChunks(`${backups}/${name}`), key);
  let rows = 0;
  for await (const statement of statements) {
    if (statement.kind === "insert" && statement.table === "filling") rows++;
  }
  assert.equal(rows, ROWS);
}

async function statusOf(server: ServerProcess): Promise<number> {
  const response = await fetch(`${server.url}/cas/crt/ca.crt.pem`);
  await response.body?.cancel();
  return response.status;
}
