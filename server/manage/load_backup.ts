/** Fills an empty database from a backup: all of it, in one transaction, or nothing. */
import type { BackupHeader } from "../../core/backup/container.ts";
import type { DumpStatement } from "../../core/backup/sql_dump.ts";
import { CaucaseError } from "../../core/errors.ts";
import type { OnProgress } from "../../core/progress.ts";
import type { PrivateKey } from "../../core/keys/private_key.ts";
import type { Database } from "../storage/sqlite/database.ts";
import { openBackupFile } from "./open_backup_file.ts";
import { unusable } from "./pem_files.ts";

/** Result codes of SQLite that say something about the statement and nothing about the disk: ERROR, TOOBIG, CONSTRAINT, MISMATCH. */
const STATEMENT_AT_FAULT: readonly number[] = [1, 18, 19, 20];

export interface LoadOptions {
  readonly key: PrivateKey;
  readonly signal?: AbortSignal;
  readonly onProgress?: OnProgress | undefined;
}

/**
 * Loads the backup at `path` that `key` opens. Nothing is committed unless it was read and authenticated to its end; `signal` gives
 * it up.
 * @throws `file` for a backup that is damaged, hostile or not for this key; `storage`
 */
export async function loadBackup(
  database: Database,
  path: string,
  { key, signal, onProgress }: LoadOptions,
): Promise<BackupHeader> {
  const { header, statements } = await openBackupFile(path, key, onProgress);
  database.run("BEGIN IMMEDIATE");
  try {
    let number = 0;
    for await (const statement of statements) {
      signal?.throwIfAborted();
      number++;
      const refusal = runStatement(database, statement);
      if (refusal !== undefined) throw unusable(path, `backup: statement ${number} cannot be run: ${refusal}`);
    }
    database.run("COMMIT");
    return header;
  } catch (error) {
    if (database.isTransaction) database.run("ROLLBACK");
    throw error;
  }
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

/** Names in it are the backup's: they must not look like lines of ours. */
function oneLine(message: string): string {
  return message.replace(/\s+/g, " ").slice(0, 200);
}
