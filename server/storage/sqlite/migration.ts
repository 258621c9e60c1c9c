/**
 * Databases of version 0.9.8 and older keep signed CRLs in a table `<ca>crl`. Now only the time of the last one is
 * kept, in `config`, and CRLs are made from that, the number and the revocations.
 */
import { crlFromPem } from "../../../core/x509/crl.ts";
import { toText } from "./column_values.ts";
import type { Database } from "./database.ts";
import { NamedValues } from "./named_values.ts";
import { CA_NAMES } from "../../../core/ca/stores.ts";
import type { Log } from "../../../core/log.ts";

/** Within a transaction, and after the tables of today exist. Does nothing to a database that has no such table. */
export function migrateCrlTables(database: Database, log: Log): void {
  for (const ca of CA_NAMES) {
    if (!hasTable(database, `${ca}crl`)) continue;
    const values = new NamedValues(database, ca);
    const thisUpdate = values.crlLastUpdate() ?? newestThisUpdate(database, { table: `${ca}crl`, log });
    if (thisUpdate !== undefined) values.setCrlLastUpdate(thisUpdate);
    database.run(`DROP TABLE ${ca}crl`);
  }
}

function hasTable(database: Database, name: string): boolean {
  return database.get("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?", name) !== undefined;
}

function newestThisUpdate(
  database: Database,
  { table, log }: { readonly table: string; readonly log: Log },
): number | undefined {
  const row = database.get(`SELECT crl FROM ${table} ORDER BY expiration_date DESC, rowid DESC LIMIT 1`);
  if (row === undefined) return undefined;
  try {
    return crlFromPem(toText(row["crl"])).thisUpdate;
  } catch (error) {
    log.warning("storage.crl_unreadable", { table, error });
    return undefined;
  }
}
