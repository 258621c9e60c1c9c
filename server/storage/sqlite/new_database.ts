/**
 * A database that is seen whole or not at all: it is made under another name beside its place, brought to the disk, and
 * only then renamed. What a killed process leaves behind has the name of a temporary file, mode 0600, and is removed by
 * a later durable write into that folder (see core/host/prepared_file.ts).
 */
import { dirname } from "node:path";
import { CaucaseError } from "../../../core/errors.ts";
import { hostFileSystem } from "../../../core/host/durable_file.ts";
import { fileError } from "../../../core/host/file_error.ts";
import { followLinks } from "../../../core/host/file_system.ts";
import type { Log } from "../../../core/log.ts";
import { randomBytes } from "../../../core/host/random.ts";
import { Database } from "./database.ts";
import { lockDatabase } from "./database_lock.ts";
import { PrivateDatabase } from "./private_database.ts";

/** What SQLite keeps beside a database and reads when that is opened. */
const COMPANIONS = ["-wal", "-shm", "-journal"];

/** Whether there is a file at `path`, links followed. @throws `file` */
export async function databaseExists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw fileError("look for", path, error);
  }
}

/**
 * @throws `storage` when there is a database at `path`, or what a killed server kept beside one: SQLite would put that
 *   into the new database
 */
export async function requireNoDatabase(path: string): Promise<void> {
  for (const suffix of ["", ...COMPANIONS]) {
    const status = await hostFileSystem.status(`${path}${suffix}`).catch((error) => {
      throw fileError("look for", `${path}${suffix}`, error);
    });
    // A link to nothing is what the new database will be behind.
    if (status === undefined || (suffix === "" && status.kind === "link" && !await databaseExists(path))) continue;
    throw new CaucaseError("storage", `cannot make the database ${path}: ${path}${suffix} exists`, {
      hint: suffix === ""
        ? "move it away first, or choose another with --db"
        : "it belongs to a database: move both away",
    });
  }
}

export class NewDatabase implements AsyncDisposable {
  #state: "open" | "closed" | "published" = "open";

  private constructor(
    /** Where it will be. */
    readonly path: string,
    private readonly temporary: string,
    /** What is in it. */
    readonly content: PrivateDatabase,
  ) {}

  /**
   * An empty database that will be at `path`: fill it, then publish it; disposing of it gives it up otherwise.
   * @throws `storage`, `file`
   */
  static async create(path: string, log: Log): Promise<NewDatabase> {
    await requireNoDatabase(path);
    const target = await followLinks(path, hostFileSystem);
    const temporary = `${dirname(target)}/.caucase-${randomBytes(16).toHex()}.tmp`;
    await createPrivately(temporary, path);
    try {
      return new NewDatabase(target, temporary, new PrivateDatabase(openUnsafely(path, temporary), log));
    } catch (error) {
      await hostFileSystem.remove(temporary);
      throw error;
    }
  }

  /**
   * Puts it in its place. From then on it survives a loss of power.
   * @throws `storage` when a database was made there meanwhile, `in-use`, `file`
   */
  async publish(): Promise<void> {
    this.#close();
    try {
      await synchronize(this.temporary);
      using _lock = await lockDatabase(this.path);
      await requireNoDatabase(this.path);
      await hostFileSystem.rename(this.temporary, this.path);
      this.#state = "published";
      await synchronize(dirname(this.path));
    } catch (error) {
      throw error instanceof CaucaseError ? error : fileError("write", this.path, error);
    }
  }

  /** Takes it away again, where what belongs to it could not be written. */
  async withdraw(): Promise<void> {
    if (this.#state === "published") await hostFileSystem.remove(this.path);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#state === "published") return;
    this.#close();
    await hostFileSystem.remove(this.temporary);
  }

  #close(): void {
    if (this.#state === "open") this.content.close();
    this.#state = "closed";
  }
}

/**
 * Nothing is written to the disk in time, and the rollback journal is in memory: nobody sees this file before it is
 * complete, and nobody wants it when it is not. So SQLite makes no files beside it.
 */
function openUnsafely(path: string, file: string): Database {
  const database = new Database(path, { file });
  try {
    database.get("PRAGMA journal_mode = MEMORY");
    database.run("PRAGMA synchronous = OFF");
    database.run("PRAGMA trusted_schema = OFF");
    database.run("PRAGMA foreign_keys = OFF");
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

async function createPrivately(temporary: string, path: string): Promise<void> {
  try {
    const file = await hostFileSystem.create(temporary, 0o600);
    await file.close();
  } catch (error) {
    throw fileError("write", path, error);
  }
}

/** Brings a file, or the entries of a folder, to the disk. */
async function synchronize(path: string): Promise<void> {
  const opened = await hostFileSystem.openFolder(path);
  try {
    await opened.sync();
  } finally {
    await opened.close();
  }
}
