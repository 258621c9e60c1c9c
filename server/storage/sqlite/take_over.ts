/** What another CA was and said becomes this database's. */
import type { Attribution } from "../../../core/ca/events.ts";
import type { CaName, StoredIssuer } from "../../../core/ca/stores.ts";
import { CaTables, type SqliteParts } from "./ca_tables.ts";
import { type CrlToImport, importCrls, type ImportedCrls } from "./crl_import.ts";

export interface Inheritance {
  /** CA certificates with their keys, none of which the database has. */
  readonly issuers: readonly (StoredIssuer & { readonly keyIdentifier: string })[];
  readonly lists: readonly CrlToImport[];
  readonly by: Attribution;
}

/**
 * Within a transaction: a CA without its list would not know whom it revoked.
 * @returns what became of the lists; undefined where there are none
 * @throws `unacceptable` for a list whose number is larger than the database can count
 */
export function takeOver(
  { ca, ...parts }: SqliteParts & { readonly ca: CaName },
  { issuers, lists, by }: Inheritance,
): ImportedCrls | undefined {
  const tables = new CaTables(ca, parts);
  for (const { keyIdentifier, ...issuer } of issuers) {
    tables.issuers.add(issuer);
    const { expirationDate: notAfter } = issuer;
    tables.record({ kind: "issuer-added", issuer: keyIdentifier, notAfter, imported: true }, by);
  }
  const imported = importCrls(tables, lists);
  if (imported !== undefined) {
    const { number: crlNumber, added, known } = imported;
    tables.record({ kind: "crl-imported", crlNumber, added, known }, by);
  }
  return imported;
}
