/** Opens and closes the database's file, with its rights and SQLite's modes. */
import { CaucaseError } from "../../../core/errors.ts";
import { systemReason } from "../../../core/host/file_error.ts";
import type { Log } from "../../../core/log.ts";
import { Database } from "./database.ts";
import { requireUsable } from "./database_check.ts";

/** Up to how many bytes the write-ahead log keeps its file after a checkpoint. */
const WAL_KEPT = 16 * 1024 * 1024;

/** `path` without links, so that all processes with the same database lock the same file. */
export async function realDatabasePath(path: string): Promise<string> {
  try {
    return await Deno.realPath(path);
  } catch (error) {
    // SQLite would keep a database of the name `:memory:` in no file.
    if (error instanceof Deno.errors.NotFound) return path.startsWith(":") ? `./${path}` : path;
    throw cannotOpen(path, error);
  }
}

/**
 * Opens the database for reading and writing, makes its file if there is none, and switches it to a write-ahead log
 * with full synchronisation: readers never wait for writers, and what is committed survives a loss of power. After
 * `deferSynchronisation()` that holds for what was synchronised.
 * @throws `storage`
 */
export async function openForServing(path: string, log: Log): Promise<Database> {
  await prepareFile(path, log);
  const database = new Database(path);
  try {
    // Definitions in a file from elsewhere may call nothing but SQLite's harmless functions, also while it is looked
    // through.
    database.run("PRAGMA trusted_schema = OFF");
    requireUsable(database);
    const mode = database.get("PRAGMA journal_mode = WAL")?.["journal_mode"];
    if (mode !== "wal") log.warning("storage.no_write_ahead_log", { path });
    database.run("PRAGMA synchronous = FULL");
    database.get(`PRAGMA journal_size_limit = ${WAL_KEPT}`);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** The file of the write-ahead log. */
export interface LogFile extends Disposable {
  /** Brings all that was committed to the disk, off this thread. */
  synchronise(): Promise<void>;
}

/**
 * From now on commits of `database` go into the write-ahead log and are not on the disk before `synchronise()` was.
 * @returns undefined where there is no such log: then each commit still synchronises by itself
 * @throws `storage`
 */
export async function deferSynchronisation(database: Database): Promise<LogFile | undefined> {
  if (database.get("PRAGMA journal_mode")?.["journal_mode"] !== "wal") return undefined;
  try {
    // SQLite holds no locks on this file: to close it drops none.
    const file = await Deno.open(`${database.path}-wal`, { write: true });
    database.run("PRAGMA synchronous = NORMAL");
    return { synchronise: () => file.syncData(), [Symbol.dispose]: () => file.close() };
  } catch (error) {
    throw cannotOpen(database.path, error);
  }
}

/**
 * Opens an existing database to read it, beside a server that uses it or without one.
 * @throws `storage` when there is none
 */
export async function openForReading(path: string): Promise<Database> {
  try {
    await Deno.stat(path);
  } catch (error) {
    throw cannotOpen(path, error);
  }
  return new Database(path, { readOnly: true });
}

/**
 * Puts everything back into the one file, in the mode that any program and a plain copy can deal with, and closes it.
 */
export function closeServed(database: Database, log: Log): void {
  try {
    database.get("PRAGMA wal_checkpoint(TRUNCATE)");
    database.get("PRAGMA journal_mode = DELETE");
  } catch (error) {
    log.warning("storage.not_closed", { path: database.path, error });
  } finally {
    database.close();
  }
}

/** SQLite gives its other files the mode of this one. */
async function prepareFile(path: string, log: Log): Promise<void> {
  try {
    const mode = await ensurePrivateFile(path);
    if ((await Deno.stat(path)).isDirectory) throw new Error("it is a folder");
    if (((mode ?? 0) & 0o077) !== 0) log.warning("storage.readable", { path });
  } catch (error) {
    throw cannotOpen(path, error);
  }
}

/**
 * Makes an empty file with mode 0600 at `path`, or where the link at `path` points, unless there is one: its owner
 * alone can read it before a secret is in it.
 * @returns its mode where there was one
 */
export async function ensurePrivateFile(path: string): Promise<number | undefined> {
  try {
    return (await Deno.stat(path)).mode ?? undefined;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  using _file = await Deno.open(path, { write: true, create: true, mode: 0o600 });
  // The umask may have taken rights from the owner too.
  if (Deno.build.os !== "windows") await Deno.chmod(path, 0o600);
  return undefined;
}

function cannotOpen(path: string, error: unknown): CaucaseError {
  return new CaucaseError("storage", `cannot open the database ${path}: ${systemReason(error)}`, {
    cause: error,
    hint: "check the path given with --db, and owner and mode of the file and its folder",
  });
}
