/**
 * Our own tables in a database of the reference: its server works beside them, its backups hold them, its restores
 * bring them back, and ours goes on with what is in them.
 */
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { makeBackup } from "../../server/backup/make_backup.ts";
import { runCommand } from "../support/process.ts";
import { referenceFolder } from "../support/requirements.ts";
import { OUR_PROGRAM, startServer } from "../support/server_process.ts";
import { tempFolder } from "../support/temp_folder.ts";
import { ClientDesk } from "./client_desk.ts";
import { type Implementation, OURS, REFERENCE } from "./implementation.ts";
import { makeRequest } from "./openssl.ts";
import { backupOfServer } from "./server_backup.ts";
import { firstUser, signedService } from "./session_start.ts";

/** Rows of our tables, as text. */
interface OwnRows {
  readonly certificates: readonly string[];
  readonly events: readonly string[];
  readonly revocations: readonly string[];
  readonly pending: readonly string[];
}

function ownRows(path: string): OwnRows {
  using database = new DatabaseSync(path, { readOnly: true });
  const rows = (sql: string) => {
    const statement = database.prepare(sql);
    statement.setReadBigInts(true);
    return statement.all().map((row) => Object.values(row).map((value) => valueText(value)).join("|"));
  };
  return {
    certificates: rows("SELECT * FROM caucase_certificate ORDER BY ca, serial"),
    events: rows("SELECT * FROM caucase_event ORDER BY id"),
    revocations: rows("SELECT * FROM caucase_revocation ORDER BY id"),
    pending: rows("SELECT * FROM caucase_pending ORDER BY ca, id"),
  };
}

function valueText(value: unknown): string {
  return value instanceof Uint8Array ? value.toHex() : String(value);
}

/** Everything of `before` is in `after`, byte for byte. */
function assertKept(before: OwnRows, after: OwnRows): void {
  assert.ok(before.certificates.length > 0 && before.events.length > 0, "there is something to keep");
  assert.deepEqual(before.certificates.filter((row) => !after.certificates.includes(row)), []);
  assert.ok(before.revocations.length > 0);
  assert.deepEqual(before.revocations.filter((row) => !after.revocations.includes(row)), []);
  assert.deepEqual(after.events.slice(0, before.events.length), before.events);
}

interface Place {
  readonly folder: string;
  readonly database: string;
}

/**
 * While a server of `implementation` runs on the database: a service is signed, and revoked again; the first time, a
 * user comes before.
 */
async function work(implementation: Implementation, { folder }: Place, name: string): Promise<void> {
  await using server = await startServer({ folder, command: implementation.server });
  const desk = new ClientDesk(folder, OURS, server.url);
  if (!await desk.exists("user.pem")) await firstUser(desk, "user");
  await signedService(desk, name, "user");
  await desk.expect({}, "--revoke-crt", `${name}.crt.pem`, `${name}.key.pem`);
  await server.stop();
}

const setting = { ignore: REFERENCE === undefined };

Deno.test({
  name:
    "the reference's server works on a database with our tables and leaves them as they are; ours goes on with them",
  ...setting,
  fn: () =>
    inPlace(async (place, reference) => {
      await work(OURS, place, "one");
      const before = ownRows(place.database);
      await work(reference, place, "two");
      assert.deepEqual(ownRows(place.database), before);
      await work(OURS, place, "three");
      const after = ownRows(place.database);
      assertKept(before, after);
      const services = after.certificates.filter((row) => row.startsWith("cas|"));
      assert.equal(services.length, 3);
      assert.equal(services.filter((row) => row.includes('{"kind":"found"}')).length, 1, "the reference signed one");
      assert.equal(after.revocations.length, 3, "each of them was revoked, one by the reference");
    }),
});

Deno.test({
  name: "a backup of ours with our tables is restored by the reference, rows and all, and served by both",
  ...setting,
  fn: () =>
    inPlace(async (place, reference) => {
      await work(OURS, place, "one");
      const before = ownRows(place.database);
      const backup = `${place.folder}/ours.sql.caucased`;
      await makeBackup({ database: place.database, target: backup, now: Math.floor(Date.now() / 1000) });
      await restore([`${referenceFolder()}/caucased-manage`], place, backup);
      assert.deepEqual(ownRows(place.database), before);
      await work(reference, place, "two");
      await work(OURS, place, "three");
      assertKept(before, ownRows(place.database));
    }),
});

Deno.test({
  name: "a backup that the reference made of a database with our tables is restored here, rows and all",
  ...setting,
  fn: () =>
    inPlace(async (place, reference) => {
      await work(OURS, place, "one");
      const before = ownRows(place.database);
      await restore([...OUR_PROGRAM, "manage"], place, await backupOfServer(reference, place.folder));
      assertKept(before, ownRows(place.database));
      await work(OURS, place, "two");
      assertKept(before, ownRows(place.database));
    }),
});

async function inPlace(use: (place: Place, reference: Implementation) => Promise<void>): Promise<void> {
  await using folder = await tempFolder();
  assert.ok(REFERENCE);
  await use({ folder: folder.path, database: `${folder.path}/caucase.sqlite` }, REFERENCE);
}

/** Puts what a backup holds in the place of the database; the user gets a new certificate for a new key. */
async function restore(manage: readonly string[], { folder, database }: Place, backup: string): Promise<void> {
  for (const suffix of ["", "-wal", "-shm"]) await Deno.remove(database + suffix).catch(ignoreMissing);
  await makeRequest(folder, { name: "again" });
  const files = [backup, "user.pem", "again.csr.pem", "again.crt.pem"];
  const { status, out, err } = await runCommand([...manage, "--db", database, "--restore-backup", ...files], {
    cwd: folder,
  });
  assert.equal(status, 0, out + err);
  await Deno.writeTextFile(
    `${folder}/user.pem`,
    await Deno.readTextFile(`${folder}/again.key.pem`) + await Deno.readTextFile(`${folder}/again.crt.pem`),
  );
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
