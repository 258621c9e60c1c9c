/** Fills an empty database from the dump of a backup: all of it, in one transaction, or nothing. */
import type { DumpStatement } from "../../core/backup/sql_dump.ts";
import { CaucaseError, malformed } from "../../core/errors.ts";
import type { Database } from "../storage/database.ts";

/** Result codes of SQLite that say something about the statement and nothing about the disk: ERROR, TOOBIG, CONSTRAINT, MISMATCH. */
const STATEMENT_AT_FAULT: readonly number[] = [1, 18, 19, 20];

/**
 * @param statements of an opened backup: nothing of it is committed unless they end without an error
 * @throws what `statements` throws; `malformed` for one that SQLite refuses; `storage`
 */
export async function loadDump(database: Database, statements: AsyncIterable<DumpStatement>): Promise<void> {
  database.run("BEGIN IMMEDIATE");
  try {
    let number = 0;
    for await (const statement of statements) runStatement(database, statement, ++number);
    database.run("COMMIT");
  } catch (error) {
    if (database.isTransaction) database.run("ROLLBACK");
    throw error;
  }
}

function runStatement(database: Database, statement: DumpStatement, number: number): void {
  try {
    switch (statement.kind) {
      case "createTable":
      case "createIndex":
        database.run(statement.sql);
        break;
      case "insert":
        database.insert(insertInto(statement.table, statement.values.length), statement.values);
        break;
      // The transaction is ours: it must outlast the statement that claims to end it.
      case "begin":
      case "commit":
      case "aside":
    }
  } catch (error) {
    throw asFaultOf(number, error);
  }
}

function insertInto(table: string, columns: number): string {
  return `INSERT INTO "${table.replaceAll('"', '""')}" VALUES (${Array(columns).fill("?").join(", ")})`;
}

/** SQLite's messages name tables and columns, never values. */
function asFaultOf(number: number, error: unknown): unknown {
  const cause = error instanceof CaucaseError ? error.details.cause : undefined;
  if (!(cause instanceof Error && "errcode" in cause && typeof cause.errcode === "number")) return error;
  if (!STATEMENT_AT_FAULT.includes(cause.errcode & 0xff)) return error;
  return malformed(`backup: statement ${number} cannot be run: ${cause.message}`, { cause });
}
