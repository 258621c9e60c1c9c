import assert from "node:assert/strict";
import { type DumpStatement, parseDump } from "../../../core/backup/sql_dump.ts";
import { utf8 } from "../../../core/bytes.ts";
import { damageTable } from "../../../tests/support/damaged_database.ts";
import { testKey } from "../../../tests/support/keys.ts";
import { userDatabase } from "../../../tests/support/user_database.ts";
import { Snapshot } from "./snapshot.ts";

async function statementsOf(snapshot: Snapshot): Promise<DumpStatement[]> {
  return await Array.fromAsync(parseDump(async function* () {
    yield* snapshot.statements();
  }()));
}

/** Rows by table, in the order of the dump. */
async function rowsOf(snapshot: Snapshot): Promise<Record<string, unknown[][]>> {
  const rows: Record<string, unknown[][]> = {};
  for (const statement of await statementsOf(snapshot)) {
    if (statement.kind === "createTable") rows[statement.name] = [];
    if (statement.kind === "insert") rows[statement.table]?.push([...statement.values]);
  }
  return rows;
}

Deno.test("statements() gives every table of a server's database, by name, with its rows as they are stored", async () => {
  await using database = await userDatabase();
  await database.addUser((await testKey("RSA")).publicKey);
  database.writer.exec("CREATE TABLE notes (id INTEGER PRIMARY KEY, note, amount REAL)");
  const values = [null, 2n ** 62n, -1.5, "it's \u20ac", utf8("bytes\0")];
  values.forEach((value, index) => database.addRow("notes", [BigInt(index), value, 3]));
  using snapshot = await Snapshot.open(database.path);
  const rows = await rowsOf(snapshot);
  assert.equal(Object.keys(rows).length, 38, "six tables for each CA, nineteen of ours, and one of somebody else's");
  assert.deepEqual(Object.keys(rows), Object.keys(rows).sort());
  assert.deepEqual(Object.keys(rows).filter((table) => (rows[table]?.length ?? 0) > 0), [
    "casca",
    "cauca",
    "caucase_event",
    "caucrt",
    "http_casca",
    "notes",
  ]);
  assert.deepEqual(rows["notes"], values.map((value, index) => [BigInt(index), value, 3]));
  for (const table of Object.keys(rows)) assert.deepEqual(plain(rows[table]), plain(database.rows(table)), table);
  assert.deepEqual(snapshot.leftOut(), []);
});

Deno.test("statements() gives the indexes after all tables", async () => {
  await using database = await userDatabase();
  using snapshot = await Snapshot.open(database.path);
  const kinds = (await statementsOf(snapshot)).map(({ kind }) => kind);
  assert.ok(kinds.includes("createIndex"));
  assert.ok(kinds.indexOf("createIndex") > kinds.lastIndexOf("createTable"));
  assert.ok(kinds.indexOf("createIndex") > kinds.lastIndexOf("insert"));
});

Deno.test("statements() gives the database of one instant while others write", async () => {
  await using database = await userDatabase();
  database.writer.exec("CREATE TABLE numbers (n); INSERT INTO numbers VALUES (1), (2)");
  using snapshot = await Snapshot.open(database.path);
  const statements = snapshot.statements();
  statements.next();
  database.writer.exec("INSERT INTO numbers VALUES (3); DELETE FROM numbers WHERE n = 1; CREATE TABLE later (a)");
  assert.deepEqual((await rowsOf(snapshot))["numbers"], [[1n], [2n]]);
  database.writer.exec("DROP TABLE numbers");
  const later = await rowsOf(snapshot);
  assert.deepEqual(later["numbers"], [[1n], [2n]]);
  assert.equal(later["later"], undefined);
});

Deno.test("leftOut() names what could not be restored safely, and all else is in the dump", async () => {
  await using database = await userDatabase();
  database.writer.exec(`
    CREATE TABLE checked (a CHECK (a > 0));
    CREATE INDEX checked_index ON CHECKED (a);
    CREATE TABLE computed (a, b AS (a + 1));
    CREATE TABLE "odd""name" (a INTEGER PRIMARY KEY AUTOINCREMENT);
    CREATE INDEX lower_index ON "odd""name" (abs(a));
    CREATE VIEW a_view AS SELECT 1;
    CREATE TRIGGER a_trigger AFTER INSERT ON cauca BEGIN SELECT 1; END;
    INSERT INTO checked VALUES (1);
    INSERT INTO "odd""name" VALUES (7);
    ANALYZE;
  `);
  using snapshot = await Snapshot.open(database.path);
  assert.deepEqual(snapshot.leftOut().sort(), [
    'index "lower_index"',
    'table "checked"',
    'table "computed"',
    'trigger "a_trigger"',
    'view "a_view"',
  ]);
  const rows = await rowsOf(snapshot);
  assert.deepEqual(rows['odd"name'], [[7n]]);
  assert.equal(rows["checked"], undefined);
});

Deno.test("statements() gives text with a zero byte as the bytes it is", async () => {
  await using database = await userDatabase();
  database.writer.exec("CREATE TABLE odd (a); INSERT INTO odd VALUES ('a' || char(0) || 'b'), ('')");
  using snapshot = await Snapshot.open(database.path);
  assert.deepEqual((await rowsOf(snapshot))["odd"], [[utf8("a\0b")], [""]]);
});

Deno.test("statements() ends with an error where the database is damaged, not with the rows before", async () => {
  await using database = await userDatabase();
  database.writer.exec("CREATE TABLE numbers (n); BEGIN");
  for (let n = 0; n < 2000; n++) database.addRow("numbers", [BigInt(n)]);
  database.writer.exec("COMMIT");
  database.writer.close();
  damageTable(database.path, "numbers");
  using snapshot = await Snapshot.open(database.path);
  await assert.rejects(rowsOf(snapshot), { code: "storage", message: /: not all of it can be read$/ });
});

Deno.test("Snapshot.open() refuses a database that is not there or is none", async () => {
  await using database = await userDatabase();
  const none = `${database.folder.path}/none`;
  await assert.rejects(Snapshot.open(none), { code: "storage" });
  await Deno.writeTextFile(none, "no database ".repeat(100));
  await assert.rejects(Snapshot.open(none), { code: "storage" });
});

/** Bytes of whatever class as text, for comparison. */
function plain(rows: unknown[][] | undefined) {
  return rows?.map((row) => row.map((value) => value instanceof Uint8Array ? `X${value.toHex()}` : value));
}
