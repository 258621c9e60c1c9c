/**
 * Backups at sizes around the border of a block (10 MiB): what ours makes, the reference restores; what the reference
 * makes, ours reads.
 */
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { openBackup } from "../../core/backup/backup.ts";
import { BLOCK_SIZE, openStream } from "../../core/backup/authenticated_stream.ts";
import { ChunkReader } from "../../core/backup/chunks.ts";
import { PREFIX_SIZE, readHeaderSize } from "../../core/backup/container.ts";
import { openAddressed } from "../../core/backup/recipients.ts";
import { readBackupFileHeader, readChunks } from "../../core/host/backup_file.ts";
import { readKeyFile } from "../../core/host/key_file.ts";
import type { PrivateKey } from "../../core/keys/private_key.ts";
import { makeBackup } from "../../server/backup/make_backup.ts";
import { Snapshot } from "../../server/storage/sqlite/snapshot.ts";
import { runCommand } from "../support/process.ts";
import { referenceFolder } from "../support/requirements.ts";
import { startServer } from "../support/server_process.ts";
import { tempFolder } from "../support/temp_folder.ts";
import { ClientDesk } from "./client_desk.ts";
import { type Implementation, OURS, REFERENCE } from "./implementation.ts";
import { makeRequest } from "./openssl.ts";
import { backupOfServer } from "./server_backup.ts";
import { firstUser } from "./session_start.ts";

const SIZES = [BLOCK_SIZE - 1, BLOCK_SIZE, BLOCK_SIZE + 1, 3 * BLOCK_SIZE];
const reference = referenceFolder();

for (const maker of [OURS, REFERENCE]) {
  Deno.test({
    name: `backups of ${maker?.name ?? "the reference"} are opened by the other, around the borders of blocks`,
    ignore: maker === undefined || reference === undefined,
    fn: () => maker && tryAll(maker),
  });
}

async function tryAll(maker: Implementation): Promise<void> {
  await using folder = await tempFolder();
  const database = await databaseOf(maker, folder.path);
  await makeRequest(folder.path, { name: "next" });
  const { key } = await readKeyFile(`${folder.path}/user.pem`);
  assert.ok(key);
  for (const size of SIZES) {
    const padding = await padTo(database, size);
    const backup = maker === OURS ? await oursOf(database) : await backupOfServer(maker, folder.path);
    assert.equal(await plainSize(backup, key), size);
    const { statements } = await openBackup(readChunks(backup), key);
    let found: unknown;
    for await (const statement of statements) {
      if (statement.kind === "insert" && statement.table === "padding") found = statement.values[0];
    }
    assert.ok(found === padding, `all of the padding, at ${size} bytes`);
    if (maker === OURS) await restoreWithReference(folder.path, { backup, padding });
    await Deno.remove(backup);
  }
}

/** A database that a server of `maker` made, with one user, whose key is in `user.pem`. */
async function databaseOf(maker: Implementation, folder: string): Promise<string> {
  await using server = await startServer({ folder, command: maker.server });
  await firstUser(new ClientDesk(folder, OURS, server.url), "user");
  await server.stop();
  return `${folder}/caucase.sqlite`;
}

/** Makes the dump exactly `size` bytes long, and gives the text that does so. */
async function padTo(path: string, size: number): Promise<string> {
  const fill = (text: string) => {
    using database = new DatabaseSync(path);
    database.exec("DROP TABLE IF EXISTS padding; CREATE TABLE padding (text TEXT)");
    database.prepare("INSERT INTO padding VALUES (?)").run(text);
  };
  fill("");
  const padding = "x".repeat(size - await dumpSize(path));
  fill(padding);
  assert.equal(await dumpSize(path), size);
  return padding;
}

async function dumpSize(path: string): Promise<number> {
  using snapshot = await Snapshot.open(path);
  return snapshot.statements().reduce((sum, { length }) => sum + length, 0);
}

async function oursOf(database: string): Promise<string> {
  const target = `${database}.sql.caucased`;
  await makeBackup({ database, target, now: Math.floor(Date.now() / 1000) });
  return target;
}

async function plainSize(path: string, key: PrivateKey): Promise<number> {
  const { header } = await readBackupFileHeader(path);
  const reader = new ChunkReader(readChunks(path));
  await reader.take(readHeaderSize(await reader.take(PREFIX_SIZE)));
  let size = 0;
  for await (const block of openStream(reader.rest(), await openAddressed(header, key))) size += block.length;
  return size;
}

async function restoreWithReference(folder: string, { backup, padding }: { backup: string; padding: string }) {
  const restored = `${folder}/restored.sqlite`;
  const files = [backup, "user.pem", "next.csr.pem", "next.crt.pem"];
  const command = [`${reference}/caucased-manage`, "--db", restored, "--restore-backup", ...files];
  const { status, out, err } = await runCommand(command, { cwd: folder });
  assert.equal(status, 0, out + err);
  using database = new DatabaseSync(restored);
  assert.ok(database.prepare("SELECT text FROM padding").get()?.["text"] === padding);
  assert.equal(database.prepare("SELECT COUNT(*) AS n FROM caurevoked").get()?.["n"], 1);
  const { certificate } = await readKeyFile(`${folder}/next.crt.pem`);
  assert.ok(certificate);
  for (const file of [restored, `${folder}/next.crt.pem`]) await Deno.remove(file);
}
