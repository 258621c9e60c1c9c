/** The stores of a database that this process alone has open, and nobody sees yet. */
import type { CaName, CaStores } from "../../core/ca/stores.ts";
import type { Log } from "../../core/log.ts";
import type { Database } from "../storage/sqlite/database.ts";
import { SqliteCaStores } from "../storage/sqlite/ca_stores.ts";
import type { SqliteStorage } from "../storage/sqlite/sqlite_storage.ts";
import { FilePlace } from "../storage/sqlite/file_place.ts";
import { takeOver } from "../storage/sqlite/take_over.ts";
import { WriteQueue } from "../storage/sqlite/write_queue.ts";

/** What imports and exports need of a storage. */
export type ManagedStores = Pick<SqliteStorage, "ca" | "takeOver">;

export function privateStores(database: Database, log: Log): ManagedStores {
  const writes = new WriteQueue(database);
  const parts = { database, writes, place: new FilePlace(undefined), log };
  const ca = (name: CaName): CaStores => new SqliteCaStores(name, parts);
  return {
    ca,
    takeOver: (name, inheritance) => writes.run(() => takeOver({ ca: name, ...parts }, inheritance)),
  };
}
