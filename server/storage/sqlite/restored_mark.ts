/**
 * After a restore nobody knows which CRL numbers were used since the backup was made, so they jump ahead. The restored
 * file is marked by a number that no SQL dump contains, so that the jump happens once, when it is first served.
 */
import type { Attribution } from "../../../core/ca/events.ts";
import type { Database } from "./database.ts";
import { EventTable } from "./own_tables.ts";
import { NamedValues } from "./named_values.ts";
import { forgetReceivers } from "./notification_store.ts";
import { forgetSegments } from "./register_segments.ts";
import { CA_NAMES } from "../../../core/ca/stores.ts";

/** The value of `PRAGMA user_version` in a database that was restored and not served since. */
export const RESTORED_MARK = 0x52455354;

/** By how much CRL numbers are raised where nobody knows which were used. */
export const CRL_NUMBER_JUMP = 1_000_000n;

/** Marks a database that was just made from a backup, and tells of it. */
export function markRestored(database: Database, by: Attribution): void {
  database.transaction(() => {
    new EventTable(database).add("cau", { kind: "restored" }, by);
    database.run(`PRAGMA user_version = ${RESTORED_MARK}`);
  });
}

/** Whether it was restored and not served since. */
export function isMarkedRestored(database: Database): boolean {
  return database.get("PRAGMA user_version")?.["user_version"] === BigInt(RESTORED_MARK);
}

/**
 * Within a transaction. What waited to be sent when the backup was made was sent long ago: receivers begin with what
 * happens next. The register's index is made from its rows: a backup is of anybody. Whether the mark was there.
 */
export function jumpIfRestored(database: Database): boolean {
  if (!isMarkedRestored(database)) return false;
  for (const ca of CA_NAMES) new NamedValues(database, ca).increase("crl_number", CRL_NUMBER_JUMP);
  forgetReceivers(database);
  forgetSegments(database);
  database.run("PRAGMA user_version = 0");
  return true;
}
