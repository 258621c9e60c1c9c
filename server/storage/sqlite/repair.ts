/** What an operator sets right in a database whose server is stopped. Within a transaction, with the events of it. */
import type { Attribution } from "../../../core/ca/events.ts";
import type { CaName } from "../../../core/ca/stores.ts";
import { CaucaseError } from "../../../core/errors.ts";
import type { Database } from "./database.ts";
import { NamedValues } from "./named_values.ts";
import { EventTable } from "./own_tables.ts";
import { CRL_NUMBER_JUMP, isMarkedRestored } from "./restored_mark.ts";
import { PUBLISHING } from "./revocation_list.ts";
import { MAX_CRL_NUMBER } from "./take_over.ts";

export interface RaisedCrlNumber {
  readonly ca: CaName;
  readonly from: bigint;
  readonly to: bigint;
  /** When that was done last before, Unix seconds: undefined when it never was. */
  readonly raisedBefore: number | undefined;
}

/**
 * Raises the CRL numbers of a database that is older than the last CRLs that hosts have: nobody knows which numbers
 * were used since. To do it twice does no harm, and may be right: a database can come back a second time, and looks as
 * it did then.
 * @throws `unacceptable` for a database that was restored and not served since, or a number that is too large
 */
export function raiseCrlNumbers(database: Database, by: Attribution): readonly RaisedCrlNumber[] {
  if (isMarkedRestored(database)) {
    throw new CaucaseError("unacceptable", "the database was restored from a backup", {
      hint: "its CRL numbers jump by themselves when the server starts",
    });
  }
  const events = new EventTable(database);
  return PUBLISHING.map((ca) => {
    const values = new NamedValues(database, ca);
    const raisedBefore = lastRaise(database, ca);
    const from = values.counter("crl_number");
    const to = from + CRL_NUMBER_JUMP;
    if (to > MAX_CRL_NUMBER) throw new CaucaseError("unacceptable", `the CRL number ${from} is too large to be raised`);
    values.setCounter("crl_number", to);
    events.add(ca, { kind: "crl-number-raised", crlNumber: to }, by);
    return { ca, from, to, raisedBefore };
  });
}

function lastRaise(database: Database, ca: CaName): number | undefined {
  const sql =
    'SELECT MAX(time) AS time FROM caucase_event WHERE ca = ? AND event LIKE \'{"kind":"crl-number-raised"%\'';
  const time = database.get(sql, ca)?.["time"];
  return typeof time === "bigint" ? Number(time) : undefined;
}

export interface Admission {
  /** How many of the first requests are signed without asking from now on: those received so far, and one. */
  readonly amount: number;
  /** It was so already: nothing was changed. */
  readonly wasOpen: boolean;
}

/**
 * Freezes the number of users' requests that are signed without asking at one more than were received: the count only
 * grows, so the next request uses it up, and there is never another.
 */
export function openAdmission(database: Database, by: Attribution): Admission {
  const values = new NamedValues(database, "cau");
  const amount = Number(values.counter("received_csr")) + 1;
  const wasOpen = values.autoSignAmount() === amount;
  if (!wasOpen) {
    values.setAutoSignAmount(amount);
    new EventTable(database).add("cau", { kind: "admission-opened", amount }, by);
  }
  return { amount, wasOpen };
}
