/** Fills an empty database with the statements of a dump: all of them, in one transaction, or nothing. */
import type { DumpStatement } from "../../../core/backup/sql_dump.ts";
import { CaucaseError } from "../../../core/errors.ts";
import type { Database } from "./database.ts";

/**
 * Result codes of SQLite that say something about the statement and nothing about the disk: ERROR, TOOBIG, CONSTRAINT,
 * MISMATCH.
 */
const STATEMENT_AT_FAULT: readonly number[] = [1, 18, 19, 20];

/**
 * Runs the statements as they come, and commits when they ended well.
 * @throws `unacceptable` for a statement that SQLite refuses, with its number from 1 on; `storage`; what `statements`
 *   throws
 */
export async function loadDump(database: Database, statements: AsyncIterable<DumpStatement>): Promise<void> {
  database.run("BEGIN IMMEDIATE");
  try {
    let number = 0;
    for await (const statement of statements) {
      number++;
      const refusal = runStatement(database, statement);
      if (refusal !== undefined) throw refused(number, refusal);
    }
    database.run("COMMIT");
  } catch (error) {
    if (database.isTransaction) database.run("ROLLBACK");
    throw error;
  }
}

function refused(number: number, refusal: string): CaucaseError {
  return new CaucaseError("unacceptable", `statement ${number} cannot be run: ${refusal}`);
}

/** What SQLite has against the statement; undefined when it ran. */
function runStatement(database: Database, statement: DumpStatement): string | undefined {
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
    return undefined;
  } catch (error) {
    const refusal = faultOfStatement(error);
    if (refusal === undefined) throw error;
    return refusal;
  }
}

function insertInto(table: string, columns: number): string {
  return `INSERT INTO "${table.replaceAll('"', '""')}" VALUES (${Array(columns).fill("?").join(", ")})`;
}

/** SQLite's message, which names tables and columns, never values; undefined where something else is at fault. */
function faultOfStatement(error: unknown): string | undefined {
  const cause = error instanceof CaucaseError ? error.details.cause : undefined;
  if (!(cause instanceof Error && "errcode" in cause && typeof cause.errcode === "number")) return undefined;
  return STATEMENT_AT_FAULT.includes(cause.errcode & 0xff) ? oneLine(cause.message) : undefined;
}

/** Names in it are the backup's: they must not look like lines of the log. */
function oneLine(message: string): string {
  return message.replace(/\s+/g, " ").slice(0, 200);
}
