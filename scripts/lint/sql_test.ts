import assert from "node:assert/strict";
import { complaints, hints } from "./samples.ts";

const SQL: readonly (readonly [source: string, what: string])[] = [
  ['database.get("SELECT crt FROM caucrt");', "SELECT"],
  ["const sql = `INSERT INTO ${table} VALUES (?)`;", "INSERT"],
  ["run('UPDATE cauca SET key = NULL');", "UPDATE"],
  ["run(`\n  DELETE FROM cauca`);", "DELETE"],
  ['run("PRAGMA user_version = 1");', "PRAGMA"],
  ['run("CREATE TABLE t (a)");', "CREATE"],
  ['run("CREATE UNIQUE INDEX i ON t (a)");', "CREATE"],
  ['run("BEGIN IMMEDIATE");', "BEGIN"],
  ['run("COMMIT");', "COMMIT"],
];

const IMPORTS: readonly string[] = [
  'import { DatabaseSync } from "node:sqlite";',
  'const sqlite = await import("node:sqlite");',
  'import type { Database } from "../storage/sqlite/database.ts";',
  'import { toText } from "../storage/sqlite/column_values.ts";',
  'import { RequestTable } from "../storage/sqlite/request_store.ts";',
];

Deno.test("sql names a statement outside the storage", () => {
  for (const [source, what] of SQL) {
    for (const file of ["server/manage/restore.ts", "core/ca/issuance.ts", "cli/manage.ts", "core/backup/backup.ts"]) {
      assert.deepEqual(complaints("sql", file, source), [`sql: no ${what} in ${file}`], `${file}: ${source}`);
    }
  }
});

Deno.test("sql names an import of a database's inner parts outside the storage", () => {
  for (const source of IMPORTS) {
    const [complaint = ""] = complaints("sql", "server/manage/restore.ts", source);
    assert.match(complaint, /^sql: no \S+ in server\/manage\/restore.ts$/, source);
    assert.match(hints("sql", "server/manage/restore.ts", source)[0] ?? "", /server\/storage\//);
  }
});

Deno.test("sql leaves the storage, the format of backups, scripts and tests alone", () => {
  const source = `${IMPORTS.join("\n")}\n${SQL.map(([text]) => text).join("\n")}`;
  for (
    const file of [
      "server/storage/sqlite/schema.ts",
      "server/storage/open.ts",
      "core/backup/sql_dump.ts",
      "server/manage/restore_test.ts",
      "scripts/soak/stored.ts",
      "tests/support/user_database.ts",
    ]
  ) assert.deepEqual(complaints("sql", file, source), [], file);
});

Deno.test("sql takes words that only look like statements, and what the storage offers", () => {
  for (
    const source of [
      'const text = "SELECTED";',
      'const text = "-----BEGIN CERTIFICATE-----";',
      'const text = "it is none of BEGIN, CREATE, INSERT and COMMIT";',
      'const text = "Delete the file";',
      'const method = "DELETE";',
      'const kind = "BEGIN"; const line = `BEGIN ${label}`;',
      'import { Snapshot } from "../storage/sqlite/snapshot.ts";',
      'import { openStorage } from "../storage/open.ts";',
    ]
  ) assert.deepEqual(complaints("sql", "server/manage/restore.ts", source), [], source);
});
