/** What another CA was and said becomes this database's. */
import type { CaName, StoredIssuer } from "../../../core/ca/stores.ts";
import { IssuerTable } from "./authority_table.ts";
import { type CrlToImport, importCrls, type ImportedCrls } from "./crl_import.ts";
import type { Database } from "./database.ts";
import { RevocationTable } from "./revocation_table.ts";

export interface Inheritance {
  /** CA certificates with their keys, none of which the database has. */
  readonly issuers: readonly StoredIssuer[];
  readonly lists: readonly CrlToImport[];
}

/**
 * Within a transaction: a CA without its list would not know whom it revoked.
 * @returns what became of the lists; undefined where there are none
 * @throws `unacceptable` for a list whose number is larger than the database can count
 */
export function takeOver(
  { database, ca, log }: { database: Database; ca: CaName; log: (message: string) => void },
  { issuers, lists }: Inheritance,
): ImportedCrls | undefined {
  const issuerTable = new IssuerTable(database, ca);
  const table = new RevocationTable(database, ca, log);
  for (const issuer of issuers) issuerTable.add(issuer);
  return importCrls({ database, ca, table }, lists);
}
