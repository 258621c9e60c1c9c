/** What another CA was and said becomes this database's: its CA certificates, and what its CRLs say. */
import type { Attribution } from "../../../core/ca/events.ts";
import type { CaName, Revocation, StoredIssuer } from "../../../core/ca/stores.ts";
import { CaucaseError } from "../../../core/errors.ts";
import { CaTables, type SqliteParts } from "./ca_tables.ts";

export interface CrlToImport {
  readonly number: bigint;
  /** Its `thisUpdate`. */
  readonly lastUpdate: number;
  readonly revocations: Iterable<Revocation>;
}

export interface ImportedCrl {
  /** The larger one of the CRL's number and the database's own; one more is stored, so that no number is used twice. */
  readonly number: bigint;
  /** The CRL's. */
  readonly lastUpdate: number;
  readonly added: number;
  /** Revocations that were there already, and stay as they were. */
  readonly known: number;
}

/** SQLite's integers; room is left for the numbers to come. */
export const MAX_CRL_NUMBER = 2n ** 62n;

export interface Inheritance {
  /** CA certificates with their keys, none of which the database has. */
  readonly issuers: readonly (StoredIssuer & { readonly keyIdentifier: string })[];
  readonly crls: readonly CrlToImport[];
  readonly by: Attribution;
}

/**
 * Within a transaction: a CA without its CRL would not know whom it revoked.
 * @throws `unacceptable` for a CRL whose number is larger than the database can count
 */
export function takeOver(
  { ca, ...parts }: SqliteParts & { readonly ca: CaName },
  { issuers, crls, by }: Inheritance,
): ImportedCrl[] {
  const tables = new CaTables(ca, parts);
  for (const { keyIdentifier, ...issuer } of issuers) {
    tables.issuers.add(issuer);
    const { expirationDate: notAfter } = issuer;
    tables.record({ kind: "issuer-added", issuer: keyIdentifier, notAfter, imported: true }, by);
  }
  return crls.map((crl) => {
    const imported = importCrl(tables, crl);
    const { number: crlNumber, added, known } = imported;
    tables.record({ kind: "crl-imported", crlNumber, added, known }, by);
    return imported;
  });
}

/**
 * Within a transaction.
 * @throws `unacceptable` when its number is larger than the database can count
 */
function importCrl(
  { values, revocations: table }: Pick<CaTables, "values" | "revocations">,
  { number: imported, lastUpdate, revocations }: CrlToImport,
): ImportedCrl {
  const own = values.counter("crl_number");
  if (imported > MAX_CRL_NUMBER) {
    throw new CaucaseError("unacceptable", `the CRL number ${imported} is too large to go on from`);
  }
  const number = imported > own ? imported : own;
  let added = 0;
  let known = 0;
  for (const revocation of revocations) {
    if (table.has(revocation.serial)) known++;
    else {
      table.add(revocation);
      added++;
    }
  }
  values.setCounter("crl_number", number + 1n);
  values.setCrlLastUpdate(lastUpdate);
  return { number, lastUpdate, added, known };
}
