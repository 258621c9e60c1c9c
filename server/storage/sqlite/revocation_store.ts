/**
 * Revocations of one CA in an SQLite database, and the state of its CRLs: the table `<ca>revoked` and two named values.
 */
import { setImmediate } from "node:timers";
import type { Attribution } from "../../../core/ca/events.ts";
import { alreadyRevoked } from "../../../core/ca/store_rules.ts";
import type {
  CaName,
  CrlContent,
  CrlPosition,
  CrlRenewal,
  Revocation,
  RevocationStore,
} from "../../../core/ca/stores.ts";
import type { Log } from "../../../core/log.ts";
import { bothForms, fromSeconds, toBigInt, toSeconds, toText } from "./column_values.ts";
import type { Database, Row } from "./database.ts";
import type { Transactions } from "./transactions.ts";

/** RFC 5280 4.1.2.2: at most 20 bytes with the sign bit, so below 2^159. */
const SERIAL_LIMIT = 2n ** 159n;

const FIRST_ROWID = -(2n ** 63n);
const PAGE = 2000n;

/** In the order in which they were added. Synchronous: within a transaction of the caller's where it writes. */
export class RevocationTable {
  readonly #table: string;
  readonly #reported = new Set<string>();

  constructor(
    private readonly database: Database,
    ca: CaName,
    private readonly log: Log,
  ) {
    this.#table = `${ca}revoked`;
  }

  has(serial: bigint): boolean {
    const sql = `SELECT 1 FROM ${this.#table} WHERE serial IN (?, ?)`;
    return this.database.get(sql, ...bothForms(String(serial))) !== undefined;
  }

  add({ serial, revocationDate, listedUntil }: Revocation): void {
    const sql = `INSERT INTO ${this.#table} (serial, revocation_date, expiration_date) VALUES (?, ?, ?)`;
    this.database.run(sql, String(serial), fromSeconds(revocationDate), fromSeconds(listedUntil));
  }

  /**
   * Those that had not expired at `from` and were added behind the row `after`, in that order, without what no CRL can
   * hold: in pages, between which the caller may do something else. All rows at once take several times the memory of
   * the revocations, one by one twice the time.
   */
  *pages(from: number, after = FIRST_ROWID): Generator<readonly Revocation[]> {
    const sql = `SELECT rowid, serial, revocation_date, expiration_date FROM ${this.#table}` +
      " WHERE rowid >= ? AND expiration_date >= ? ORDER BY rowid LIMIT ?";
    for (let next = after === FIRST_ROWID ? after : after + 1n;;) {
      const rows = this.database.all(sql, next, fromSeconds(from), PAGE);
      yield rows.map((row) => this.#toRevocation(row)).filter((revocation) => revocation !== undefined);
      const last = rows.at(-1);
      if (last === undefined || rows.length < PAGE) return;
      next = toBigInt(last["rowid"]) + 1n;
    }
  }

  /** The row that was added last; pages may go on from there. */
  newestRow(): bigint {
    const newest = this.database.get(`SELECT MAX(rowid) AS newest FROM ${this.#table}`)?.["newest"];
    return typeof newest === "bigint" ? newest : FIRST_ROWID;
  }

  removeExpired(before: number): void {
    this.database.run(`DELETE FROM ${this.#table} WHERE expiration_date < ?`, fromSeconds(before));
  }

  #toRevocation({ serial, revocation_date, expiration_date }: Row): Revocation | undefined {
    const text = toText(serial);
    const number = /^\d{1,48}$/.test(text) ? BigInt(text) : SERIAL_LIMIT;
    if (number < SERIAL_LIMIT) {
      return { serial: number, revocationDate: toSeconds(revocation_date), listedUntil: toSeconds(expiration_date) };
    }
    if (!this.#reported.has(text)) {
      this.#reported.add(text);
      this.log.warning("storage.no_serial", { table: this.#table, serial: JSON.stringify(text.slice(0, 60)) });
    }
    return undefined;
  }
}

/** How often all revocations are read with pauses, in which they may change. */
const READS_WITH_PAUSES = 3;

export class SqliteRevocations implements RevocationStore {
  constructor(private readonly table: RevocationTable, private readonly transactions: Transactions) {}

  /**
   * Lets others go on between pages. When something changed meanwhile it reads once more, after a few times without a
   * pause.
   */
  async crlContent(): Promise<CrlContent> {
    for (let attempt = 1;; attempt++) {
      const before = this.#position();
      const revocations: Revocation[] = [];
      for (const page of this.table.pages(before.thisUpdate ?? 0)) {
        if (revocations.length > 0 && attempt <= READS_WITH_PAUSES) await nextTurn();
        for (const revocation of page) revocations.push(revocation);
      }
      const position = this.#position();
      if (position.thisUpdate === before.thisUpdate && position.after === before.after) {
        return await this.transactions.readState(() => ({ ...this.transactions.crlState(), revocations, position }));
      }
    }
  }

  crlContentSince(since: CrlPosition): Promise<CrlContent | undefined> {
    return this.transactions.readState(() => {
      const position = this.#position();
      if (since.thisUpdate !== position.thisUpdate) return undefined;
      const revocations = [...this.table.pages(since.thisUpdate ?? 0, since.after)].flat();
      return { ...this.transactions.crlState(), revocations, position };
    });
  }

  isRevoked(serial: bigint): Promise<boolean> {
    return Promise.try(() => this.table.has(serial));
  }

  revoke(revocation: Revocation, by: Attribution): Promise<bigint> {
    const { serial } = revocation;
    return this.transactions.writeState(() => {
      if (this.table.has(serial)) return alreadyRevoked(serial);
      this.table.add(revocation);
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

  #position(): CrlPosition {
    return { thisUpdate: this.transactions.values.crlLastUpdate(), after: this.table.newestRow() };
  }
}

/** After what this turn of the event loop still brings. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
