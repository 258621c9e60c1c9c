/** Backups are not trusted input: anybody can make a file that is encrypted to a user. */
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { testKey } from "../../tests/support/keys.ts";
import { backupOf, makeRestorable, manageHost, type Restorable, RESTORED_AT } from "../../tests/support/restorable.ts";
import { MAX_HEADER_SIZE, PREFIX_SIZE, readBackupHeader } from "../../core/backup/container.ts";
import { CaucaseError } from "../../core/errors.ts";
import { manage } from "./manage.ts";
import { verifyBackup } from "./verify_backup.ts";

/** Neither a restore nor a check takes `bytes`, both say why in one line, and neither leaves anything behind. */
async function assertRefused(restorable: Restorable, bytes: Uint8Array, what: string): Promise<string> {
  const { files, order } = restorable;
  await Deno.writeFile(files.backup, bytes);
  const before = restorable.list();
  const host = manageHost();
  const check = () => verifyBackup({ backup: files.backup, key: files.key, now: RESTORED_AT }, host.passphrases);
  let said = "";
  for (const attempt of [check, () => manage(order, host)]) {
    await assert.rejects(attempt(), (error: unknown) => {
      assert.ok(error instanceof CaucaseError, `${what}: ${error}`);
      assert.match(error.message, /^cannot (use|read) [^\n]*b\.caucased: [^\n]+$/, what);
      said = error.message;
      return true;
    }, what);
  }
  assert.deepEqual(restorable.list(), before, what);
  return said;
}

async function withBackup(test: (restorable: Restorable, good: Uint8Array) => Promise<void>): Promise<void> {
  await using restorable = await makeRestorable();
  await test(restorable, await Deno.readFile(restorable.files.backup));
}

function flipped(bytes: Uint8Array, at: number, mask: number): Uint8Array {
  const changed = bytes.slice();
  changed[at] = (changed[at] ?? 0) ^ mask;
  return changed;
}

/** About `count` offsets from `start` to `end`, both ends among them. */
function spread(start: number, end: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => start + Math.floor(index * (end - 1 - start) / (count - 1)));
}

Deno.test("a backup with one byte changed, anywhere, is refused and leaves nothing", async () => {
  await withBackup(async (restorable, good) => {
    const { end } = readBackupHeader(good);
    // The highest bit makes no valid header of any; in the body every bit counts.
    for (const at of spread(0, end, 40)) await assertRefused(restorable, flipped(good, at, 0x80), `header byte ${at}`);
    // Nothing but the last code tells that one of its own bytes was changed: all SQL before is as it was.
    for (const at of [...spread(end, good.length, 40), ...spread(good.length - 48, good.length - 16, 12)]) {
      await assertRefused(restorable, flipped(good, at, 1), `body byte ${at}`);
    }
  });
});

Deno.test("a backup that was cut off, anywhere, or goes on after its end is refused and leaves nothing", async () => {
  await withBackup(async (restorable, good) => {
    for (const size of spread(0, good.length, 60)) {
      await assertRefused(restorable, good.subarray(0, size), `cut off after ${size} bytes`);
    }
    for (const more of [1, 16, 1000]) {
      const longer = new Uint8Array(good.length + more);
      longer.set(good);
      await assertRefused(restorable, longer, `${more} bytes more`);
    }
  });
});

Deno.test("a backup whose header lies about its size is refused and leaves nothing", async () => {
  await withBackup(async (restorable, good) => {
    const size = readBackupHeader(good).end - PREFIX_SIZE;
    for (const claimed of [0, 1, size - 1, size + 1, good.length, MAX_HEADER_SIZE, MAX_HEADER_SIZE + 1, 2 ** 32 - 1]) {
      const lying = good.slice();
      new DataView(lying.buffer).setUint32(8, claimed, true);
      await assertRefused(restorable, lying, `header of ${claimed} bytes`);
    }
  });
});

const BEGIN = "BEGIN TRANSACTION;";
const COMMIT = "COMMIT;";
const TABLE = "CREATE TABLE t (a, b UNIQUE);";

/** Statements between the first and the last, and the reason that must be given. */
const HOSTILE: readonly [name: string, statements: readonly string[], reason: RegExp][] = [
  ["ATTACH", ["ATTACH DATABASE 'FOLDER/attached' AS x;"], /none of BEGIN/],
  ["PRAGMA", ["PRAGMA writable_schema = ON;"], /none of BEGIN/],
  ["DELETE", [TABLE, "DELETE FROM t;"], /none of BEGIN/],
  ["a trigger", [TABLE, "CREATE TRIGGER x AFTER INSERT ON t BEGIN SELECT 1; END;"], /statement 3/],
  ["a view", ["CREATE VIEW v AS SELECT 1;"], /statement 2/],
  ["a virtual table", ["CREATE VIRTUAL TABLE f USING fts5(a);"], /statement 2/],
  ["a table from a query", ["CREATE TABLE t AS SELECT load_extension('x');"], /statement 2/],
  ["a generated column", ["CREATE TABLE t (a, b AS (randomblob(1000000000)));"], /statement 2/],
  ["a default that computes", ["CREATE TABLE t (a DEFAULT (hex(randomblob(9))));"], /statement 2/],
  ["a check that computes", ["CREATE TABLE t (a CHECK (load_extension('x')));"], /statement 2/],
  ["an index that computes", [TABLE, "CREATE INDEX i ON t (load_extension(a));"], /statement 3/],
  ["an expression", [TABLE, `INSERT INTO "t" VALUES(load_extension('x'),1);`], /statement 3/],
  [
    "a recursive query",
    [TABLE, `INSERT INTO "t" VALUES((WITH RECURSIVE r(n) AS (SELECT 1) SELECT n FROM r),1);`],
    /st/,
  ],
  ["two statements in one", [TABLE, `INSERT INTO "t" VALUES(1,1);DROP TABLE t;`], /more than one statement/],
  ["a comment", [TABLE, `INSERT INTO "t" VALUES(1,1); -- x`], /statement 3/],
  ["SQLite's own table", [`CREATE TABLE sqlite_schema (a);`], /statement 2/],
  ["a row of another table", [TABLE, `INSERT INTO "sqlite_schema" VALUES(1,2);`], /another table/],
  ["a row too wide", [TABLE, `INSERT INTO "t" VALUES(1,2,3);`], /statement 3 cannot be run: table t has 2 columns/],
  ["a row twice", [TABLE, `INSERT INTO "t" VALUES(1,2);`, `INSERT INTO "t" VALUES(2,2);`], /statement 4 cannot be run/],
  ["a table twice", [TABLE, "CREATE TABLE T (a);"], /statement 3 cannot be run: table T already exists/],
  ["an index on nothing", ["CREATE INDEX i ON nothing (a);"], /statement 2 cannot be run/],
  ["COMMIT before the end", [TABLE, COMMIT], /after COMMIT/],
];

for (const [name, statements, reason] of HOSTILE) {
  Deno.test(`a backup that holds ${name} is refused and leaves nothing`, async () => {
    await using restorable = await makeRestorable();
    const folder = restorable.original.folder.path;
    const between = statements.map((sql) => sql.replace("FOLDER", folder));
    const said = await assertRefused(restorable, await backupOf([BEGIN, ...between, COMMIT]), name);
    assert.match(said, reason);
    await assert.rejects(Deno.stat(`${folder}/attached`), Deno.errors.NotFound);
  });
}

Deno.test("a backup of anything else than a database of caucase is refused and leaves nothing", async () => {
  await using restorable = await makeRestorable();
  for (
    const statements of [[], [BEGIN], [BEGIN, COMMIT], [BEGIN, TABLE, COMMIT], [
      BEGIN,
      "CREATE TABLE cauca (a);",
      COMMIT,
    ]]
  ) {
    await Deno.writeFile(restorable.files.backup, await backupOf(statements));
    const before = restorable.list();
    const host = manageHost();
    await assert.rejects(manage(restorable.order, host), CaucaseError);
    const { backup, key } = restorable.files;
    await assert.rejects(verifyBackup({ backup, key, now: RESTORED_AT }, host.passphrases), CaucaseError);
    assert.deepEqual(restorable.list(), before);
  }
});

Deno.test("verifyBackup() counts what is in a good backup, and writes nothing", async () => {
  await using restorable = await makeRestorable((original) => original.addRow("casrevoked", ["7", 1n, 2n]));
  const { backup, key } = restorable.files;
  const before = restorable.list();
  const { recipients, cas } = await verifyBackup(
    { backup, key, now: RESTORED_AT },
    manageHost().passphrases,
  );
  assert.deepEqual(recipients, [(await testKey("RSA")).publicKey.keyId]);
  const none = { caCertificates: 1, validCaCertificates: 1, pendingRequests: 0, crlNumber: 0n };
  assert.deepEqual(cas, [
    { ...none, ca: "cau", certificates: 1, revocations: 0 },
    { ...none, ca: "cas", certificates: 0, revocations: 1 },
    { ...none, ca: "http_cas", certificates: 0, revocations: 0 },
  ]);
  assert.deepEqual(restorable.list(), before);
});

Deno.test("verifyBackup() says what a restore would carry over: a CA key that is another's", async () => {
  await using restorable = await makeRestorable((original) => {
    original.writer.exec("UPDATE casca SET key = (SELECT key FROM cauca)");
  });
  const { backup, key } = restorable.files;
  await assert.rejects(verifyBackup({ backup, key, now: RESTORED_AT }, manageHost().passphrases), {
    code: "storage",
    message: /is not good for restoring: CA certificate 1 of cas in the database: the private key does not belong/,
  });
  await manage(restorable.order, manageHost());
  const restored = new DatabaseSync(restorable.order.db, { readOnly: true });
  assert.equal(restored.prepare("SELECT COUNT(*) AS n FROM casca").get()?.["n"], 1);
  restored.close();
});
