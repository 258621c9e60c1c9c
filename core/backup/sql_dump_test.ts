import assert from "node:assert/strict";
import fc from "fast-check";
import { inChunks, untilError } from "../../tests/support/streams.ts";
import { concatBytes, fromUtf8, utf8 } from "../bytes.ts";
import { CaucaseError } from "../errors.ts";
import { type DumpStatement, encodeBegin, encodeCommit, encodeDefinition, encodeRow, parseDump } from "./sql_dump.ts";
import { encodeLiteral, type SqlValue } from "./sql_literal.ts";

const VECTORS = new URL("../../tests/vectors/dumps/", import.meta.url);
const CREATE = 'CREATE TABLE "t" (a, b)';

/** Statements as a dump, with BEGIN and COMMIT around them. */
function dumpOf(...statements: string[]): Uint8Array {
  return rawDump("BEGIN TRANSACTION;", ...statements, "COMMIT;");
}

function rawDump(...statements: string[]): Uint8Array {
  return utf8(statements.map((statement) => `${statement}\0`).join(""));
}

function parsed(dump: Uint8Array, chunk = 1000): Promise<DumpStatement[]> {
  return Array.fromAsync(parseDump(inChunks(dump, chunk)));
}

async function refusalOf(dump: Uint8Array): Promise<string> {
  const { error } = await untilError(parseDump(inChunks(dump)));
  assert.ok(
    error instanceof CaucaseError && error.code === "malformed",
    `${error} for ${new TextDecoder().decode(dump)}`,
  );
  return error.message;
}

/** A statement among rows of a table that was created before. */
function refusalWithin(statement: string): Promise<string> {
  return refusalOf(dumpOf(`${CREATE};`, statement));
}

const values: fc.Arbitrary<SqlValue> = fc.oneof(
  fc.constant(null),
  fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n),
  fc.double({ noNaN: true }).map((number) => number === 0 ? 0 : number),
  fc.string({ unit: "binary" }).map((text) => text.replaceAll("\0", "").toWellFormed()),
  fc.constantFrom("'", "''", ");", "X'00'", "\n", "--", "/*", "NULL", '"'),
  fc.uint8Array({ maxLength: 50 }).map((bytes) => concatBytes(bytes)),
);

Deno.test("parseDump() gives the rows that encodeRow() took, whatever the chunks", async () => {
  const rows = fc.array(fc.array(values, { minLength: 1, maxLength: 5 }), { maxLength: 5 });
  const name = fc.string({ minLength: 1 }).filter((text) => !text.includes("\0") && !/^sqlite_/i.test(text));
  await fc.assert(fc.asyncProperty(rows, name, fc.integer({ min: 1, max: 64 }), async (list, table, chunk) => {
    const sql = `CREATE TABLE "${table.replaceAll('"', '""')}" (a)`;
    const encodedRows = list.map((row) => encodeRow(table, row));
    const dump = concatBytes(encodeBegin(), encodeDefinition(sql), ...encodedRows, encodeCommit());
    assert.deepEqual(await parsed(dump, chunk), [
      { kind: "begin" },
      { kind: "createTable", name: table, sql: `${sql};` },
      ...list.map((row) => ({ kind: "insert", table, values: row })),
      { kind: "commit" },
    ]);
  }));
});

Deno.test("parseDump() reads what Python's iterdump wrote: tables, indexes, and every value as it was", async () => {
  const statements = await parsed(await Deno.readFile(new URL("iterdump.sql0", VECTORS)), 100);
  const rows: Record<string, unknown[]> = {};
  for (const statement of statements) {
    if (statement.kind === "createTable") rows[statement.name] = [];
    if (statement.kind === "insert") rows[statement.table]?.push(statement.values.map(tagged));
  }
  const expected = JSON.parse(await Deno.readTextFile(new URL("iterdump.json", VECTORS)));
  assert.deepEqual(sorted(rows), sorted(expected));
  const indexes = statements.flatMap((statement) => statement.kind === "createIndex" ? [statement.name] : []);
  assert.deepEqual(indexes, ["plain_by_value", "odd index", "partial"]);
  assert.ok(statements.some(({ kind }) => kind === "aside"), "statistics and highest ids are left aside");
});

Deno.test("a dump written anew from what was parsed is the same, byte for byte", async () => {
  const dump = await Deno.readFile(new URL("iterdump.sql0", VECTORS));
  // All but what is left aside, and the one REAL that SQLite writes with more digits than it needs.
  const originals = fromUtf8(dump).split("\0").filter((sql) => !/sqlite_|^$/.test(sql));
  const written = (await parsed(dump)).filter(({ kind }) => kind !== "aside").map((one) => fromUtf8(encoded(one)));
  assert.equal(written.length, originals.length);
  const differing = originals.filter((sql, index) => written[index] !== `${sql}\0`);
  assert.deepEqual(differing, [`INSERT INTO "plain" VALUES(12,'third',3.33333333333333314829e-01);`]);
});

Deno.test("parseDump() refuses every statement that is not of the format", async () => {
  const hostile = [
    "ATTACH DATABASE '/tmp/other.sqlite' AS other;",
    "PRAGMA writable_schema = ON;",
    "PRAGMA user_version=1;",
    "CREATE TRIGGER tr AFTER INSERT ON t BEGIN DELETE FROM t; END;",
    "CREATE VIEW v AS SELECT 1;",
    "CREATE VIRTUAL TABLE v USING fts5(a);",
    "CREATE TEMP TABLE x (a);",
    "CREATE TABLE x AS SELECT 1;",
    "SELECT load_extension('/tmp/evil.so');",
    "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM c) INSERT INTO t SELECT x, x FROM c;",
    "DELETE FROM t;",
    "UPDATE t SET a = 1;",
    "DROP TABLE t;",
    "ALTER TABLE t RENAME TO u;",
    "VACUUM INTO '/tmp/copy';",
    "REINDEX;",
    "ANALYZE;",
    "SAVEPOINT s;",
    "ROLLBACK;",
    "DETACH DATABASE main;",
    'DELETE FROM "sqlite_sequence" WHERE 1;',
    "-- a comment",
    "/* a comment */",
    " ",
    ";",
    "",
  ];
  for (const sql of hostile) assert.match(await refusalWithin(sql), /^backup: statement 3 is not one/, sql);
});

Deno.test("parseDump() refuses rows of anything but literals", async () => {
  const forms = [
    "1+1",
    "(1)",
    "random()",
    "load_extension('x')",
    "(SELECT key FROM cauca)",
    "a",
    "x'00'",
    "X'0'",
    "X'0G'",
    "X'00",
    "'open",
    '"name"',
    "+1",
    "- 1",
    "1.",
    ".5",
    "1e5",
    "1.5e5",
    "0x10",
    "1_000",
    "--1",
    "NULL NULL",
    "null",
    "TRUE",
    "CURRENT_TIME",
    "?",
    ":a",
    "9223372036854775808",
    "-9223372036854775809",
    "123456789012345678901234567890",
    "CAST(1 AS TEXT)",
    "'a'||'b'",
    "'a' COLLATE nocase",
    "Inf",
    "",
    " 1",
    "1 ",
    "1/**/",
  ];
  for (const form of forms) {
    assert.match(await refusalWithin(`INSERT INTO "t" VALUES(1,${form});`), /^backup: statement 3 is not one/, form);
  }
});

Deno.test("parseDump() refuses other forms of INSERT, and more than one statement at once", async () => {
  const forms = [
    "INSERT INTO t VALUES(1,2);",
    'INSERT INTO "t"VALUES(1,2);',
    'INSERT INTO "main"."t" VALUES(1,2);',
    'INSERT INTO "t" (a,b) VALUES(1,2);',
    'INSERT INTO "t" SELECT 1, 2;',
    'INSERT INTO "t" DEFAULT VALUES;',
    'INSERT OR REPLACE INTO "t" VALUES(1,2);',
    'INSERT INTO "t" VALUES(1,2),(3,4);',
    'INSERT INTO "t" VALUES(1,2) ON CONFLICT DO NOTHING;',
    'INSERT INTO "t" VALUES(1,2) RETURNING a;',
    'INSERT INTO "t" VALUES();',
    'INSERT INTO "t" VALUES(1,2)',
    'INSERT INTO "t" VALUES(1,2); ',
    'INSERT INTO "t" VALUES(1,2);;',
    'INSERT INTO "t" VALUES(1,2);DROP TABLE t;',
    "INSERT INTO \"t\" VALUES(1,'a');ATTACH 'x' AS y;--');",
    'insert into "t" values(1,2);',
    'REPLACE INTO "t" VALUES(1,2);',
    'INSERT INTO "sqlite_master" VALUES(1,2);',
    'INSERT INTO "SQLITE_SEQUENCE" VALUES(1,2);',
    'INSERT INTO "sqlite_sequence" VALUES(1,(SELECT 2));',
    'INSERT INTO "u" VALUES(1,2);',
  ];
  for (const sql of forms) assert.match(await refusalWithin(sql), /^backup: statement 3 is not one/, sql);
});

Deno.test("parseDump() refuses statements in another order, and a dump without its end", async () => {
  const [begin, create, row, commit] = ["BEGIN TRANSACTION;", `${CREATE};`, 'INSERT INTO "t" VALUES(1,2);', "COMMIT;"];
  const index = "CREATE INDEX i ON t (a);";
  const cases: [dump: Uint8Array, message: RegExp][] = [
    [rawDump(), /ends after 0 statements/],
    [rawDump(begin), /ends after 1 statements, without its last one$/],
    [rawDump(begin, create, row), /ends after 3 statements/],
    [rawDump(create, commit), /statement 1 .* BEGIN is not first/],
    [rawDump(begin, begin, commit), /statement 2 .* BEGIN is not first, or not alone$/],
    [rawDump(begin, row, commit), /statement 2 .* another table/],
    [rawDump(begin, create, index, row, commit), /statement 4 .* another table/],
    [rawDump(begin, commit, create), /statement 3 .* after COMMIT$/],
    [rawDump(begin, commit, commit), /statement 3 .* after COMMIT$/],
    [rawDump(begin, "COMMIT"), /statement 2/],
    [utf8(`${begin}\0${commit}`), /ends within a statement$/],
    [utf8(`${begin}\0${commit}\0x`), /ends within a statement$/],
    [concatBytes(utf8(`${begin}\0`), Uint8Array.of(0xff, 0)), /statement 2 .* it is not UTF-8$/],
  ];
  for (const [dump, message] of cases) assert.match(await refusalOf(dump), message);
});

Deno.test("parseDump() refuses a statement without end before it fills the memory", async () => {
  let given = 0;
  async function* endless() {
    for (;; given++) yield new Uint8Array(1 << 20).fill(0x61);
  }
  const { error } = await untilError(parseDump(endless()));
  assert.match(String(error), /a statement has more than 67108864 bytes$/);
  assert.ok(given <= 64);
});

Deno.test("parseDump() repeats nothing of a refused statement in its message", async () => {
  for (const sql of ["SECRET;", "CREATE TABLE x (SECRET CHECK (1));", 'INSERT INTO "t" VALUES(1,SECRET);']) {
    assert.doesNotMatch(await refusalWithin(sql), /SECRET/, sql);
  }
});

Deno.test("encodeLiteral() writes what has no literal of its own as SQLite does", () => {
  const cases: [SqlValue, string][] = [
    [NaN, "NULL"],
    [Infinity, "9.0e+999"],
    [-Infinity, "-9.0e+999"],
    [0, "0.0"],
    [1, "1.0"],
    [1e21, "1.0e+21"],
    [1.5e-7, "1.5e-7"],
    [-(2n ** 63n), "-9223372036854775808"],
    ["it's", "'it''s'"],
    [Uint8Array.of(0xab), "X'AB'"],
  ];
  for (const [value, literal] of cases) assert.equal(encodeLiteral(value), literal);
});

function encoded(statement: DumpStatement): Uint8Array {
  switch (statement.kind) {
    case "begin":
      return encodeBegin();
    case "commit":
      return encodeCommit();
    case "insert":
      return encodeRow(statement.table, statement.values);
    case "aside":
      return new Uint8Array();
    default:
      return encodeDefinition(statement.sql.slice(0, -1));
  }
}

/** As generate.py writes values. */
function tagged(value: SqlValue) {
  if (value === null) return null;
  if (typeof value === "bigint") return { integer: `${value}` };
  if (typeof value === "string") return { text: value };
  return typeof value === "number" ? { real: value } : { blob: value.toHex() };
}

/** In any order of rows, and with numbers as numbers. */
function sorted(tables: Record<string, unknown[]>) {
  const text = (row: unknown) => JSON.stringify(row, (key, value) => key === "real" ? Number(value) : value);
  return Object.fromEntries(Object.entries(tables).map(([name, rows]) => [name, rows.map(text).sort()]));
}
