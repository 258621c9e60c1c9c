/** Taking over what another CA's CRL says. */
import type { Revocation } from "../../../core/ca/stores.ts";
import { CaucaseError } from "../../../core/errors.ts";
import type { CaTables } from "./ca_tables.ts";

export interface CrlToImport {
  readonly number: bigint;
  /** Its `thisUpdate`. */
  readonly lastUpdate: number;
  readonly revocations: Iterable<Revocation>;
}

export interface ImportedCrl {
  /** The larger one of the list's number and the database's own; one more is stored, so that no number is used twice. */
  readonly number: bigint;
  /** The list's. */
  readonly lastUpdate: number;
  readonly added: number;
  /** Revocations that were there already, and stay as they were. */
  readonly known: number;
}

/** SQLite's integers; room is left for the numbers to come. */
export const MAX_CRL_NUMBER = 2n ** 62n;

/**
 * Within a transaction.
 * @throws `unacceptable` when its number is larger than the database can count
 */
export function importCrl(
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
