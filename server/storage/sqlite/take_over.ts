/** What another CA was and said becomes this database's: its CA certificates, and what its CRLs say. */
import type { Attribution } from "../../../core/ca/events.ts";
import type { Revocation, StoredIssuer } from "../../../core/ca/stores.ts";
import { CaucaseError } from "../../../core/errors.ts";
import type { IssuerTable } from "./issuer_store.ts";
import type { RevocationTable } from "./revocation_table.ts";
import type { Transactions } from "./transactions.ts";

export interface CrlToImport {
  readonly number: bigint;
  /** Its `thisUpdate`. */
  readonly thisUpdate: number;
  readonly revocations: Iterable<Revocation>;
}

/** What became of all CRLs together. */
export interface ImportedCrls {
  /** The largest one of their numbers and the database's own; one more is stored, so that no number is used twice. */
  readonly number: bigint;
  /** Their latest date. */
  readonly thisUpdate: number;
  readonly added: number;
  /** Revocations that were there already, also from a CRL before, and stay as they were. */
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

/** Where it goes. */
export interface InheritingTables {
  readonly issuers: IssuerTable;
  readonly revocations: RevocationTable;
  readonly transactions: Transactions;
}

/**
 * Within a transaction: a CA without its CRL would not know whom it revoked.
 * @returns what became of the CRLs; undefined where there are none
 * @throws `unacceptable` for a CRL whose number is larger than the database can count
 */
export function takeOver(
  { issuers: issuerTable, revocations, transactions }: InheritingTables,
  { issuers, crls, by }: Inheritance,
): ImportedCrls | undefined {
  for (const { keyIdentifier, ...issuer } of issuers) {
    issuerTable.add(issuer);
    const { notAfter } = issuer;
    transactions.record({ kind: "issuer-added", issuer: keyIdentifier, notAfter, imported: true }, by);
  }
  const imported = importCrls({ table: revocations, values: transactions.values }, crls);
  if (imported !== undefined) {
    const { number: crlNumber, added, known } = imported;
    transactions.record({ kind: "crl-imported", crlNumber, added, known }, by);
  }
  return imported;
}

/**
 * Within a transaction.
 * @returns undefined where there are no CRLs
 * @throws `unacceptable` when a number is larger than the database can count
 */
function importCrls(
  { table, values }: { readonly table: RevocationTable; readonly values: Transactions["values"] },
  crls: readonly CrlToImport[],
): ImportedCrls | undefined {
  if (crls.length === 0) return undefined;
  const number = crls.reduce((most, crl) => crl.number > most ? crl.number : most, values.counter("crl_number"));
  if (number > MAX_CRL_NUMBER) {
    throw new CaucaseError("unacceptable", `the CRL number ${number} is too large to go on from`);
  }
  const thisUpdate = crls.reduce((latest, crl) => Math.max(latest, crl.thisUpdate), -Infinity);
  const counts = { added: 0, known: 0 };
  for (const { revocations } of crls) {
    for (const revocation of revocations) {
      const isKnown = table.has(revocation.serial);
      if (!isKnown) table.add(revocation);
      counts[isKnown ? "known" : "added"]++;
    }
  }
  values.setCounter("crl_number", number + 1n);
  values.setCrlLastUpdate(thisUpdate);
  return { number, thisUpdate, ...counts };
}
