/**
 * The table `<ca>revoked`, in an SQLite database. Synchronous: within a transaction of the caller's where it writes.
 */
import type { CaName, Revocation } from "../../../core/ca/stores.ts";
import { DecimalInteger } from "../../../core/der/decimal_integer.ts";
import type { Log } from "../../../core/log.ts";
import type { CrlEntryWriter } from "../../../core/x509/crl_entries.ts";
import { bothForms, fromSeconds, toBigInt, toBytes, toSeconds, toText } from "./column_values.ts";
import type { Database, Row } from "./database.ts";
import { encodePage } from "./revocation_page.ts";

/** RFC 5280 4.1.2.2: at most 20 bytes with the sign bit, so below 2^159. */
const SERIAL_LIMIT = 2n ** 159n;
const DECIMAL = new RegExp(`^\\d{1,${DecimalInteger.MAX_DIGITS}}$`);

const FIRST_ROWID = -(2n ** 63n);
/** Before every row. */
export const NO_ROW = FIRST_ROWID - 1n;
const LAST_ROWID = 2n ** 63n - 1n;
/** Rows that are read at once, while everything else waits: one or two milliseconds. */
const PAGE = 2000n;

/** Which rows a page is of. */
export interface PagePlace {
  /** Those that had not expired then. */
  readonly from: number;
  /** Those behind this row; all behind `NO_ROW`. */
  readonly after: bigint;
}

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
   * Writes the next rows in the order in which they were added, without what no CRL can hold.
   * @returns the last row that this looked at, to go on behind; undefined when there are no more
   */
  readPage({ from, after }: PagePlace, writer: CrlEntryWriter): bigint | undefined {
    if (after === LAST_ROWID) return undefined;
    const first = this.#rowFrom(after + 1n);
    if (first === undefined) return undefined;
    const last = first > LAST_ROWID - PAGE ? LAST_ROWID : first + PAGE - 1n;
    const newest = this.#newestRow();
    const range = { first, last: newest < last ? newest : last, from: fromSeconds(from) };
    const before = writer.extent;
    if (!this.#encodeText(range, writer)) {
      writer.cut(before);
      this.#encodeRows(range, writer);
    }
    return range.last;
  }

  removeExpired(before: number): void {
    this.database.run(`DELETE FROM ${this.#table} WHERE expiration_date < ?`, fromSeconds(before));
  }

  #rowFrom(rowid: bigint): bigint | undefined {
    const row = this.database.get(`SELECT MIN(rowid) AS first FROM ${this.#table} WHERE rowid >= ?`, rowid)?.["first"];
    return typeof row === "bigint" ? row : undefined;
  }

  /** Rows are numbered in the order in which they are added. Only where there is one. */
  #newestRow(): bigint {
    return toBigInt(this.database.get(`SELECT MAX(rowid) AS newest FROM ${this.#table}`)?.["newest"]);
  }

  /**
   * All rows of a page as one text, whose digits need neither an object nor a BigInt each: a fifth of the time. JSON,
   * as SQLite writes that faster than anything with separators of ours, and nothing in it looks like something else.
   * False when one of them is not as it nearly always is.
   */
  #encodeText({ first, last, from }: PageRange, writer: CrlEntryWriter): boolean {
    // The plus keeps SQLite from looking for the rows by their date, in another order.
    const sql = "SELECT COUNT(*) AS count, CAST(json_group_object(serial, revocation_date) AS BLOB) AS dates" +
      ` FROM ${this.#table} WHERE rowid BETWEEN ? AND ? AND +expiration_date >= ?`;
    const { count, dates } = this.database.get(sql, first, last, from) ?? {};
    return encodePage(toBytes(dates), Number(toBigInt(count)), writer);
  }

  #encodeRows({ first, last, from }: PageRange, writer: CrlEntryWriter): void {
    const sql = `SELECT serial, revocation_date FROM ${this.#table}` +
      " WHERE rowid BETWEEN ? AND ? AND +expiration_date >= ? ORDER BY rowid";
    for (const row of this.database.all(sql, first, last, from)) {
      const serial = this.#toSerial(row);
      if (serial !== undefined) writer.add(serial, toSeconds(row["revocation_date"]));
    }
  }

  #toSerial({ serial }: Row): bigint | undefined {
    const text = toText(serial);
    const number = DECIMAL.test(text) ? BigInt(text) : SERIAL_LIMIT;
    if (number < SERIAL_LIMIT) return number;
    if (!this.#reported.has(text)) {
      this.#reported.add(text);
      this.log.warning("storage.no_serial", { table: this.#table, serial: JSON.stringify(text.slice(0, 60)) });
    }
    return undefined;
  }
}

interface PageRange {
  readonly first: bigint;
  readonly last: bigint;
  readonly from: bigint;
}
