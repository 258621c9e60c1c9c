/** What another CA was and said becomes this database's. */
import type { CaName, StoredAuthority } from "../../core/ca/store.ts";
import { AuthorityTable } from "./authority_table.ts";
import { type CrlToImport, importCrl, type ImportedCrl } from "./crl_import.ts";
import type { Database } from "./database.ts";
import { RevocationTable } from "./revocation_table.ts";

export interface Inheritance {
  /** CA certificates with their keys, none of which the database has. */
  readonly authorities: readonly StoredAuthority[];
  readonly lists: readonly CrlToImport[];
}

/**
 * Within a transaction: a CA without its list would not know whom it revoked.
 * @throws `unacceptable` for a list whose number is larger than the database can count
 */
export function takeOver(
  { database, ca, log }: { database: Database; ca: CaName; log: (message: string) => void },
  { authorities, lists }: Inheritance,
): ImportedCrl[] {
  const authorityTable = new AuthorityTable(database, ca);
  const table = new RevocationTable(database, ca, log);
  for (const authority of authorities) authorityTable.add(authority);
  return lists.map((list) => importCrl({ database, ca, table }, list));
}
