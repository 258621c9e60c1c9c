/**
 * Revocations of one CA in an SQLite database, and the state of its CRLs: the table `<ca>revoked` and two named values.
 */
import type { Attribution } from "../../../core/ca/events.ts";
import { alreadyRevoked, sameCrlState } from "../../../core/ca/store_rules.ts";
import type { CrlContent, CrlPosition, CrlRenewal, Revocation, RevocationStore } from "../../../core/ca/stores.ts";
import { CrlEntryWriter } from "../../../core/x509/crl_entries.ts";
import { nextTurn } from "../../next_turn.ts";
import { NO_ROW, type RevocationTable } from "./revocation_table.ts";
import type { Transactions } from "./transactions.ts";

/** How often all revocations are read with pauses, in which the CRL may be renewed. */
const READS_WITH_PAUSES = 3;

export class SqliteRevocations implements RevocationStore {
  constructor(private readonly table: RevocationTable, private readonly transactions: Transactions) {}

  /** When the CRL is renewed meanwhile it reads once more, after a few times without a pause. */
  async crlContent(): Promise<CrlContent> {
    for (let attempt = 1;; attempt++) {
      const thisUpdate = this.transactions.values.crlLastUpdate();
      const content = await this.#read({ thisUpdate, after: NO_ROW }, attempt <= READS_WITH_PAUSES);
      if (content !== undefined) return content;
    }
  }

  crlContentSince(since: CrlPosition): Promise<CrlContent | undefined> {
    return this.#read(since, true);
  }

  /**
   * Lets others go on between pages. What they add is on the next page; what they renew makes all of it void. When the
   * state is the same before and after it finds no more, the revocations are those of that state.
   */
  async #read({ thisUpdate, after }: CrlPosition, pause: boolean): Promise<CrlContent | undefined> {
    const { transactions, table } = this;
    const writer = new CrlEntryWriter();
    for (let last = after;;) {
      const state = transactions.crlState();
      if (state.thisUpdate !== thisUpdate) return undefined;
      const page = table.readPage({ from: thisUpdate ?? 0, after: last }, writer);
      if (page !== undefined) {
        last = page;
        if (pause) await nextTurn();
      } else if (sameCrlState(state, transactions.crlState())) {
        const position = { thisUpdate, after: last };
        return await transactions.readState(() => ({ ...state, entries: writer.entries(), position }));
      }
    }
  }

  isRevoked(serial: bigint): Promise<boolean> {
    return Promise.try(() => this.table.has(serial));
  }

  revoke(revocation: Revocation, by: Attribution): Promise<bigint> {
    const { serial } = revocation;
    return this.transactions.writeState(() => {
      if (this.table.has(serial)) return alreadyRevoked(serial);
      this.table.add(revocation);
      this.transactions.revocations.add(revocation, by);
      const crlNumber = this.transactions.values.increase("crl_number");
      this.transactions.record({ kind: "revoked", serial, crlNumber }, by);
      return crlNumber;
    });
  }

  renewCrl({ seen, thisUpdate, dropBefore }: CrlRenewal, by: Attribution): Promise<boolean> {
    const { values } = this.transactions;
    return this.transactions.writeState(() => {
      if (values.crlLastUpdate() !== seen) return false;
      if (dropBefore !== undefined) this.table.removeExpired(dropBefore);
      const crlNumber = values.increase("crl_number");
      values.setCrlLastUpdate(thisUpdate);
      this.transactions.record({ kind: "crl-renewed", crlNumber, thisUpdate }, by);
      return true;
    });
  }
}
