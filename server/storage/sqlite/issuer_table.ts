/** The table `<ca>ca`: CA certificates and their private keys, in the order in which they were added. */
import { utf8 } from "../../../core/bytes.ts";
import type { CaName, IssuerList, StoredIssuer } from "../../../core/ca/stores.ts";
import { fromSeconds, toSeconds, toText } from "./column_values.ts";
import type { Database } from "./database.ts";

/** Synchronous: within a transaction of the caller's where it writes. It holds a few rows at most. */
export class IssuerTable {
  readonly #table: string;

  constructor(private readonly database: Database, ca: CaName) {
    this.#table = `${ca}ca`;
  }

  list(): IssuerList {
    const rows = this.database.all(`SELECT expiration_date, key, crt FROM ${this.#table} ORDER BY rowid`);
    const issuers = rows.map(({ expiration_date, key, crt }): StoredIssuer => ({
      expirationDate: toSeconds(expiration_date),
      key: { kind: "pem", pem: toText(key) },
      certificatePem: toText(crt),
    }));
    return { issuers, revision: this.revision() };
  }

  /**
   * Rows are added and removed, and never changed. Their number and the newest one tell one list from another; but a number of a
   * row that is gone is used once more, so that the dates count too.
   */
  revision(): string {
    const sql = `SELECT COUNT(*) AS count, MAX(rowid) AS newest, TOTAL(expiration_date) AS dates FROM ${this.#table}`;
    const row = this.database.get(sql);
    return `${row?.["count"]} ${row?.["newest"]} ${row?.["dates"]}`;
  }

  add({ expirationDate, key, certificatePem }: StoredIssuer): void {
    const sql = `INSERT INTO ${this.#table} (expiration_date, key, crt) VALUES (?, ?, ?)`;
    this.database.run(sql, fromSeconds(expirationDate), utf8(key.pem), utf8(certificatePem));
  }

  removeExpired(before: number): void {
    this.database.run(`DELETE FROM ${this.#table} WHERE expiration_date < ?`, fromSeconds(before));
  }
}
