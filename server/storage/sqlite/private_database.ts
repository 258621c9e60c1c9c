/**
 * A database that this process alone has open, and nobody sees yet: a restore or an import fills it, a drill looks at
 * it.
 */
import type { Attribution } from "../../../core/ca/events.ts";
import type { CaName, CaStores } from "../../../core/ca/stores.ts";
import type { Log } from "../../../core/log.ts";
import type { DumpStatement } from "../../../core/backup/sql_dump.ts";
import { sqliteStores } from "./ca_stores.ts";
import { bothForms, toText } from "./column_values.ts";
import type { Database } from "./database.ts";
import { requireIntegrity } from "./database_check.ts";
import { loadDump } from "./dump_loading.ts";
import { FilePlace } from "./file_place.ts";
import { markRestored } from "./restored_mark.ts";
import { createSchema } from "./schema.ts";
import type { SqliteStorage } from "./sqlite_storage.ts";
import type { ImportedCrls, Inheritance } from "./take_over.ts";
import { WriteQueue } from "./write_queue.ts";

/** What imports and exports need of a storage. */
export type ManagedStores = Pick<SqliteStorage, "ca" | "takeOver">;

/** How many rows of each kind a CA has. */
export interface RowCounts {
  readonly certificates: number;
  readonly pendingRequests: number;
  readonly revocations: number;
}

export class PrivateDatabase implements ManagedStores {
  readonly #stores: ReturnType<typeof sqliteStores>;

  /** Closes `database` when it is closed itself. */
  constructor(private readonly database: Database, log: Log) {
    this.#stores = sqliteStores({ database, writes: new WriteQueue(database), place: new FilePlace(undefined), log });
  }

  /**
   * Fills it, while it is empty, with what a backup holds: all of it or nothing.
   * @throws `unacceptable` for a statement that SQLite refuses; `storage`; what `statements` throws
   */
  load(statements: AsyncIterable<DumpStatement>): Promise<void> {
    return loadDump(this.database, statements);
  }

  /** Makes tables and indexes that are missing. @throws `storage` when one that is there is not as it must be */
  completeSchema(): void {
    this.database.transaction(() => createSchema(this.database));
  }

  /** @throws `storage` for damage that SQLite finds when it looks at everything */
  requireIntegrity(): void {
    requireIntegrity(this.database);
  }

  ca(name: CaName): CaStores {
    return this.#stores[name];
  }

  /** Takes over another CA with its CRLs, all or nothing. */
  takeOver(ca: CaName, inheritance: Inheritance): Promise<ImportedCrls | undefined> {
    return this.#stores[ca].takeOver(inheritance);
  }

  countRows(ca: CaName): RowCounts {
    const count = (table: string) => Number(this.database.get(`SELECT COUNT(*) AS n FROM ${ca}${table}`)?.["n"]);
    return {
      certificates: count("crt WHERE crt IS NOT NULL"),
      pendingRequests: count("crt WHERE crt IS NULL"),
      revocations: count("revoked"),
    };
  }

  /**
   * PEM, also of a certificate that has ended; empty while the request is pending. Undefined when the user's key is not
   * known.
   */
  userCertificate(keyId: string): string | undefined {
    const row = this.database.get("SELECT crt FROM caucrt WHERE key_id IN (?, ?)", ...bothForms(keyId));
    return row && (row["crt"] === null ? "" : toText(row["crt"]));
  }

  /** Lets the server that serves it first know that it comes from a backup. */
  markRestored(by: Attribution): void {
    markRestored(this.database, by);
  }

  close(): void {
    this.database.close();
  }
}
