/**
 * The one door to what `--db` names: here is understood what that is, and nothing else opens a server's database by its
 * name.
 */
import { CaucaseError } from "../../core/errors.ts";
import { createLog, type Log } from "../../core/log.ts";
import type { Watcher } from "../watcher.ts";
import type { Database } from "./sqlite/database.ts";
import { openForReading, realDatabasePath } from "./sqlite/database_file.ts";
import type { NewDatabase } from "./sqlite/new_database.ts";
import type { PrivateDatabase } from "./sqlite/private_database.ts";
import { openSqliteStorage, type SqliteStorage } from "./sqlite/sqlite_storage.ts";

/** Loaded when one is asked for: a server never makes a database this way, and starts sooner without. */
const newDatabases = () => import("./sqlite/new_database.ts");

/** A URL of any scheme, `file:` also without slashes: SQLite reads that as a URL. */
const URL_FORM = /^(?:[a-z][a-z0-9+.-]*:\/\/|file:)/i;

/**
 * Refuses what is not the path of a file.
 * @throws `usage` for a URL. The message names no more of it than its scheme: there may be a password in it
 */
export function requireStorageName(db: string): void {
  if (!URL_FORM.test(db)) return;
  const scheme = db.slice(0, db.indexOf(":") + 1);
  throw new CaucaseError("usage", `--db takes the path of an SQLite database, not a "${scheme}" URL`, {
    hint: "a file with such a name is given as ./name",
  });
}

/** Where tables are, by the name that `--db` gives. */
function sqlitePath(db: string): string {
  requireStorageName(db);
  return db;
}

/**
 * Opens it for this process alone, makes it if there is none, and brings an older one up to date.
 * @throws `in-use` when another process serves or changes it; `usage`, `storage`, `file`
 */
export async function openStorage(db: string, log: Log, watcher?: Watcher): Promise<SqliteStorage> {
  return await openSqliteStorage({ path: sqlitePath(db), lock: true, log, watcher });
}

/** Opens what exists to look at it, also beside a server that uses it. @throws `storage`, `usage` */
export async function openStorageForReading(db: string, log: Log): Promise<SqliteStorage> {
  return await openSqliteStorage({ path: sqlitePath(db), lock: false, readOnly: true, log });
}

/**
 * Opens what exists to read as much as can be read, also beside a server that uses it: nothing is checked before.
 * @throws `storage` when there is none; `usage`
 */
export async function openDamaged(db: string): Promise<Database> {
  const database = await openForReading(await realDatabasePath(sqlitePath(db)));
  // Functions that definitions in it may call: damage is no reason to trust them.
  database.run("PRAGMA trusted_schema = OFF");
  return database;
}

/** @throws `file`, `usage` */
export async function storageExists(db: string): Promise<boolean> {
  return await (await newDatabases()).databaseExists(sqlitePath(db));
}

/** @throws `storage` when there is one, or what a killed server left of one; `usage`, `file` */
export async function requireNoStorage(db: string): Promise<void> {
  await (await newDatabases()).requireNoDatabase(sqlitePath(db));
}

/**
 * A new one, which appears under its name when it is published, whole. @throws `storage` when there is one; `usage`,
 * `file`
 */
export async function createStorage(db: string, log: Log): Promise<NewDatabase> {
  return await (await newDatabases()).NewDatabase.create(sqlitePath(db), log);
}

/** One that has no name, and of which nothing stays. @throws `storage` */
export async function openScratchStorage(): Promise<PrivateDatabase> {
  const { PrivateDatabase } = await import("./sqlite/private_database.ts");
  const { openScratchDatabase } = await import("./sqlite/scratch_database.ts");
  return new PrivateDatabase(await openScratchDatabase(), createLog(() => {}));
}
