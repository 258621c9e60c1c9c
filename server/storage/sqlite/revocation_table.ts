/** The table `<ca>revoked`. Its rows are in the order in which they were added; serials are decimal text. */
import type { CaName, Revocation } from "../../../core/ca/stores.ts";
import type { Log } from "../../../core/log.ts";
import { bothForms, fromSeconds, toBigInt, toSeconds, toText } from "./column_values.ts";
import type { Database, Row } from "./database.ts";

/** RFC 5280 4.1.2.2: at most 20 bytes with the sign bit, so below 2^159. */
const SERIAL_LIMIT = 2n ** 159n;

const FIRST_ROWID = -(2n ** 63n);
const PAGE = 2000n;

/** Synchronous: within a transaction of the caller's where it writes. */
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

  add({ serial, revocationDate, expirationDate }: Revocation): void {
    const sql = `INSERT INTO ${this.#table} (serial, revocation_date, expiration_date) VALUES (?, ?, ?)`;
    this.database.run(sql, String(serial), fromSeconds(revocationDate), fromSeconds(expirationDate));
  }

  /**
   * Those that had not expired at `from` and were added behind the row `after`, in that order, without what no CRL can hold: in pages, between which the
   * caller may do something else. All rows at once take several times the memory of the revocations, one by one twice the time.
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
      return { serial: number, revocationDate: toSeconds(revocation_date), expirationDate: toSeconds(expiration_date) };
    }
    if (!this.#reported.has(text)) {
      this.#reported.add(text);
      this.log.warning("storage.no_serial", { table: this.#table, serial: JSON.stringify(text.slice(0, 60)) });
    }
    return undefined;
  }
}
