import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import { isDefinition, MAX_DEFINITION, parseDefinition } from "./sql_schema.ts";

const TABLES = [
  "CREATE TABLE t (a);",
  "CREATE TABLE t(a INTEGER PRIMARY KEY, b TEXT UNIQUE, c);",
  "create table t (a integer primary key desc, b text not null unique collate nocase);",
  "CREATE TABLE t (\n  id INTEGER PRIMARY KEY AUTOINCREMENT,\n\tkey_id TEXT ,\r\n  crt TEXT\n);",
  "CREATE TABLE t (a VARCHAR(10), b DECIMAL(10, -2), c UNSIGNED BIG INT DEFAULT -1, d DEFAULT +2.5e3);",
  "CREATE TABLE t (a DEFAULT 'it''s', b DEFAULT NULL, c DEFAULT TRUE);",
  "CREATE TABLE t (a, b, PRIMARY KEY (a, b COLLATE RTRIM DESC), UNIQUE (b)) WITHOUT ROWID;",
  "CREATE TABLE t (a INT PRIMARY KEY) STRICT, WITHOUT ROWID;",
  'CREATE TABLE "t" ("primary", [check ], `de``fault` TEXT, "x""y");',
  "CREATE TABLE 't' (a);",
];

const INDEXES = [
  "CREATE INDEX i ON t (a);",
  'CREATE UNIQUE INDEX "i" ON "t" (a COLLATE NOCASE DESC, b ASC);',
  "CREATE INDEX i ON t (a) WHERE b IS NULL;",
  "CREATE INDEX i ON t (a) WHERE b IS NOT NULL;",
];

const REFUSED = [
  "CREATE TABLE t AS SELECT 1;",
  "CREATE TABLE t (a) AS SELECT 1;",
  "CREATE TABLE t (a CHECK (a > 0));",
  "CREATE TABLE t (a, CHECK (a > 0));",
  "CREATE TABLE t (a, CONSTRAINT c CHECK (a > 0));",
  "CREATE TABLE t (a DEFAULT (random()));",
  "CREATE TABLE t (a DEFAULT CURRENT_TIMESTAMP);",
  "CREATE TABLE t (a DEFAULT x);",
  "CREATE TABLE t (a, b AS (load_extension('x')));",
  "CREATE TABLE t (a, b INT GENERATED ALWAYS AS (a + 1) STORED);",
  "CREATE TABLE t (a REFERENCES u (b) ON DELETE CASCADE);",
  "CREATE TABLE t (a, FOREIGN KEY (a) REFERENCES u (b));",
  "CREATE TABLE t (a UNIQUE ON CONFLICT REPLACE);",
  "CREATE TABLE t (a COLLATE evil);",
  "CREATE TABLE t (a INT(random()));",
  "CREATE TABLE t (a) ; DROP TABLE t;",
  "CREATE TABLE t (a);;",
  "CREATE TABLE t (a)",
  "CREATE TABLE t ();",
  "CREATE TABLE t;",
  "CREATE TABLE main.t (a);",
  "CREATE TABLE IF NOT EXISTS t (a);",
  "CREATE TEMPORARY TABLE t (a);",
  "CREATE VIRTUAL TABLE t USING fts5 (a);",
  "CREATE TABLE sqlite_stat1 (tbl, idx, stat);",
  'CREATE TABLE "SQLite_x" (a);',
  "CREATE TABLE t (a) -- comment\n;",
  "CREATE TABLE t (a /* comment */);",
  "CREATE TABLE t (a INT DEFAULT 1--2\n);",
  "CREATE TABLE t (a DEFAULT X'00');",
  "CREATE TABLE t (a DEFAULT 0x10);",
  "CREATE TABLE t (a\u00a0INT\ufeff);",
  'CREATE TABLE t ("a);',
  "CREATE TABLE t (a) WITHOUT ROWID,;",
  "CREATE INDEX i ON t (a + 1);",
  "CREATE INDEX i ON t (lower(a));",
  "CREATE INDEX i ON t (a) WHERE a > 0;",
  "CREATE INDEX i ON t (a) WHERE random() IS NULL;",
  "CREATE INDEX i ON t (a) WHERE b IS NULL OR load_extension('x');",
  "CREATE INDEX temp.i ON t (a);",
  "CREATE INDEX i ON t ();",
  "CREATE INDEX sqlite_autoindex_t_1 ON t (a);",
  "CREATE UNIQUE TABLE t (a);",
  "CREATE TRIGGER i AFTER INSERT ON t BEGIN SELECT 1; END;",
  "CREATE VIEW t (a) AS SELECT 1;",
  "",
];

Deno.test("parseDefinition() takes tables and indexes that compute nothing, and SQLite takes them too", () => {
  for (const sql of TABLES) {
    assert.deepEqual(parseDefinition(sql), { kind: "createTable", name: "t" }, sql);
    run(sql);
  }
  for (const sql of INDEXES) {
    assert.deepEqual(parseDefinition(sql), { kind: "createIndex", name: "i", table: "t" }, sql);
    run("CREATE TABLE t (a, b);", sql);
  }
});

Deno.test("parseDefinition() refuses everything else", () => {
  for (const sql of REFUSED) {
    assert.throws(() => parseDefinition(sql), { code: "malformed" }, sql);
    assert.equal(isDefinition(sql), false, sql);
  }
});

Deno.test("parseDefinition() refuses definitions of unreasonable length before it looks at them", () => {
  const sql = `CREATE TABLE t (${"a,".repeat(MAX_DEFINITION)}b);`;
  assert.throws(() => parseDefinition(sql), { code: "malformed", message: /more than 65536 characters$/ });
});

Deno.test("whatever parseDefinition() takes, SQLite makes nothing of it but one table or index of plain columns", () => {
  const pieces = [
    ...["CREATE", "TABLE", "INDEX", "UNIQUE", "(", ")", ",", ";", "a", "t", "INT", "PRIMARY KEY", "NOT NULL", "AS"],
    ...["DEFAULT", "1", "'x'", '"q"', "CHECK", "(1)", "ALWAYS", "GENERATED", "WHERE", "IS NULL", "ON", "SELECT", "--"],
    ...["WITHOUT ROWID", "REFERENCES", "COLLATE", "NOCASE", "TRIGGER", "VIEW", "BEGIN", "END", "random()", ".", "-"],
  ];
  const change = fc.record({
    at: fc.nat(30),
    remove: fc.nat(2),
    insert: fc.array(fc.constantFrom(...pieces), { maxLength: 3 }),
  });
  const sources = fc.constantFrom(...TABLES, ...INDEXES);
  fc.assert(
    fc.property(sources, fc.array(change, { minLength: 1, maxLength: 3 }), (source, changes) => {
      const words = source.split(/(?<=[ (),;])|(?=[(),;])/);
      for (const { at, remove, insert } of changes) words.splice(at % words.length, remove, ...insert, " ");
      const sql = words.join(" ");
      if (isDefinition(sql)) assertHarmless(sql);
    }),
    { numRuns: 2000 },
  );
});

/** Runs statements in a database of their own. */
function run(...statements: string[]): void {
  using database = new DatabaseSync(":memory:");
  for (const sql of statements) database.exec(sql);
}

function assertHarmless(sql: string): void {
  using database = new DatabaseSync(":memory:");
  database.exec("CREATE TABLE base (a, b)");
  try {
    database.exec(sql);
  } catch {
    return; // SQLite refuses more: names that are not there, keywords as names.
  }
  const made = database.prepare(
    "SELECT type FROM sqlite_schema WHERE name NOT IN ('base', 'sqlite_sequence') AND sql IS NOT NULL",
  ).all();
  assert.ok(made.length === 1 && ["table", "index"].includes(String(made[0]?.["type"])), sql);
  const computed = "SELECT 1 FROM sqlite_schema s, pragma_table_xinfo(s.name) c WHERE c.hidden <> 0";
  assert.deepEqual(database.prepare(computed).all(), [], sql);
}
