/** All three CAs in one SQLite file, which the reference implementation can take over at any time. */
import type { AuditStore } from "../../../core/audit/store.ts";
import type { Attribution } from "../../../core/ca/events.ts";
import { CA_NAMES, type CaName } from "../../../core/ca/stores.ts";
import type { CaucaseError } from "../../../core/errors.ts";
import type { Log } from "../../../core/log.ts";
import type { NotifyingStorage } from "../../../core/notify/store.ts";
import { SqliteAudit } from "./audit_tables.ts";
import type { Database } from "./database.ts";
import {
  closeServed,
  deferSynchronisation,
  type LogFile,
  openForReading,
  openForServing,
  realDatabasePath,
} from "./database_file.ts";
import { lockDatabase } from "./database_lock.ts";
import { migrateCrlTables } from "./migration.ts";
import { jumpIfRestored } from "./restored_mark.ts";
import type { Watcher } from "../../watcher.ts";
import { createSchema } from "./schema.ts";
import { sqliteStores } from "./ca_stores.ts";
import { SqliteNotifications } from "./notification_store.ts";
import { EventTable } from "./own_tables.ts";
import { FilePlace } from "./file_place.ts";
import { type Admission, openAdmission, raiseCrlNumbers, type RaisedCrlNumber } from "./repair.ts";
import type { ImportedCrls, Inheritance } from "./take_over.ts";
import { WriteQueue } from "./write_queue.ts";

export interface SqliteStorageOptions {
  readonly path: string;
  /** Refuse when another process of caucase has it, and keep others out. */
  readonly lock: boolean;
  /** Only look at a database that exists, also beside a server that uses it. */
  readonly readOnly?: boolean;
  readonly log: Log;
  /** Watches each commit. */
  readonly watcher?: Watcher | undefined;
}

export interface SqliteStorage extends NotifyingStorage {
  /**
   * Resolves with the reason when the file is not where its path leads any more: within a second, and nothing is
   * acknowledged after.
   */
  lost(): Promise<CaucaseError>;
  /** The database's file, without links. */
  readonly path: string;
  readonly audit: AuditStore;
  /**
   * Lets CRL numbers jump ahead if the database was restored from a backup and not served since. For `serve`, before it
   * makes its first CRL. Whether they did.
   */
  jumpIfRestored(): Promise<boolean>;
  /**
   * Makes a commit that changes nothing, and brings it to the disk.
   * @throws `storage` when that is not possible
   */
  proveWritable(): Promise<void>;
  /**
   * Fills the register with what another program issued and revoked, leaving out what ended before `endedBefore`, in
   * pieces. How many certificates were found.
   */
  fillRegister(endedBefore: number): Promise<number>;
  /** Reads what is new in the register for who asks it next, in pieces. */
  indexRegister(): Promise<void>;
  /** Takes over another CA with its CRLs, all or nothing. */
  takeOver(ca: CaName, inheritance: Inheritance): Promise<ImportedCrls | undefined>;
  /**
   * Raises the numbers of the CRLs that are published, all or none: for a database that is older than they say.
   * @throws `unacceptable` where they will jump by themselves, or are too large
   */
  raiseCrlNumbers(by: Attribution): Promise<readonly RaisedCrlNumber[]>;
  /** Lets the next request of a user be signed without asking, once, whatever the server is told. */
  openAdmission(by: Attribution): Promise<Admission>;
}

/**
 * Opens the database, makes it if there is none, and brings an older one up to date.
 * @throws `in-use` when `lock` is set and another process holds the lock
 * @throws `storage` when it cannot be used, `file` when its lock file cannot be made
 */
export async function openSqliteStorage(options: SqliteStorageOptions): Promise<SqliteStorage> {
  const { log, watcher, readOnly = false } = options;
  const path = await realDatabasePath(options.path);
  const lock = options.lock ? await lockDatabase(path) : undefined;
  try {
    const database = readOnly ? await openForReading(path) : await openUpToDate(path, log);
    if (readOnly) return present(database, { log, close: () => database.close() });
    const close = () => closeServed(database, log);
    return present(database, { log, close, lock, logFile: await deferOrClose(database, close), watcher });
  } catch (error) {
    lock?.[Symbol.dispose]();
    throw error;
  }
}

async function openUpToDate(path: string, log: Log): Promise<Database> {
  const database = await openForServing(path, log);
  try {
    database.transaction(() => {
      createSchema(database);
      migrateCrlTables(database, log);
    });
    return database;
  } catch (error) {
    // Perhaps another program's file: it gets its journal mode back.
    closeServed(database, log);
    throw error;
  }
}

async function deferOrClose(database: Database, close: () => void): Promise<LogFile | undefined> {
  try {
    return await deferSynchronisation(database);
  } catch (error) {
    close();
    throw error;
  }
}

interface Belongings {
  readonly log: Log;
  readonly close: () => void;
  readonly lock?: Disposable | undefined;
  readonly logFile?: LogFile | undefined;
  readonly watcher?: Watcher | undefined;
}

function present(database: Database, { log, close, lock, logFile, watcher }: Belongings): SqliteStorage {
  const place = new FilePlace(database.path);
  const writes = new WriteQueue(database, { place, synchronise: logFile?.synchronise, watcher });
  const events = new EventTable(database);
  const stores = sqliteStores({ database, writes, place, log });
  let closing: Promise<void> | undefined;
  return {
    path: database.path,
    audit: new SqliteAudit(database, writes),
    ca: (name) => stores[name],
    acme: stores.cas.acme(),
    jumpIfRestored: () =>
      writes.run(() => {
        for (const ca of CA_NAMES) stores[ca].changed();
        return jumpIfRestored(database);
      }),
    lost: () => place.watch(),
    recordRefused: (ca, event, by) => writes.run(() => events.add(ca, event, by)),
    acceptClock: (by) => writes.run(() => events.add("cau", { kind: "clock-accepted" }, by)),
    events: async (after, limit) => {
      const found = events.list(after, limit);
      await writes.settled();
      return found;
    },
    newestEvent: async () => {
      const newest = events.newest();
      await writes.settled();
      return newest;
    },
    proveWritable: () => writes.run(() => writeHeaderAgain(database)),
    notifications: new SqliteNotifications(database, writes),
    async fillRegister(endedBefore) {
      let found = 0;
      for (const ca of CA_NAMES) found += await stores[ca].fillRegister(endedBefore);
      return found;
    },
    indexRegister: () => stores.cas.indexRegister(),
    takeOver: (ca, inheritance) => stores[ca].takeOver(inheritance),
    raiseCrlNumbers: (by) =>
      writes.run(() => {
        for (const ca of CA_NAMES) stores[ca].changed();
        return raiseCrlNumbers(database, by);
      }),
    openAdmission: (by) => writes.run(() => openAdmission(database, by)),
    close: () =>
      closing ??= writes.close().then(() => {
        place.close();
        logFile?.[Symbol.dispose]();
        // SQLite would remove, by its name, what may be another database's by now.
        if (!place.isLost) close();
      }).finally(() => lock?.[Symbol.dispose]()),
  };
}

/** Within a transaction. The page of the header goes to the disk as it is: SQLite does not look whether it changes. */
function writeHeaderAgain(database: Database): void {
  const version = database.get("PRAGMA user_version")?.["user_version"];
  database.run(`PRAGMA user_version = ${version}`);
}
