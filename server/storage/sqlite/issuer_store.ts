/** CA certificates of one CA in an SQLite database, with where their keys are: the table `<ca>ca`. */
import { utf8 } from "../../../core/bytes.ts";
import type { Attribution } from "../../../core/ca/events.ts";
import type { CaName, IssuerList, IssuerStore, StoredIssuer } from "../../../core/ca/stores.ts";
import { fromSeconds, toSeconds, toText } from "./column_values.ts";
import type { Database } from "./database.ts";
import type { Transactions } from "./transactions.ts";

/**
 * In the order in which they were added; a few rows at most. Synchronous: within a transaction of the caller's where it
 * writes.
 */
export class IssuerTable {
  readonly #table: string;

  constructor(private readonly database: Database, ca: CaName) {
    this.#table = `${ca}ca`;
  }

  list(): IssuerList {
    const rows = this.database.all(`SELECT expiration_date, key, crt FROM ${this.#table} ORDER BY rowid`);
    const issuers = rows.map(({ expiration_date, key, crt }): StoredIssuer => ({
      notAfter: toSeconds(expiration_date),
      key: { kind: "pem", pem: toText(key) },
      certificatePem: toText(crt),
    }));
    return { issuers, revision: this.revision() };
  }

  /**
   * Rows are added and removed, and never changed. Their number and the newest one tell one list from another; but a
   * number of a row that is gone is used once more, so that the dates count too.
   */
  revision(): string {
    const sql = `SELECT COUNT(*) AS count, MAX(rowid) AS newest, TOTAL(expiration_date) AS dates FROM ${this.#table}`;
    const row = this.database.get(sql);
    return `${row?.["count"]} ${row?.["newest"]} ${row?.["dates"]}`;
  }

  add({ notAfter, key, certificatePem }: StoredIssuer): void {
    const sql = `INSERT INTO ${this.#table} (expiration_date, key, crt) VALUES (?, ?, ?)`;
    this.database.run(sql, fromSeconds(notAfter), utf8(key.pem), utf8(certificatePem));
  }

  removeExpired(before: number): void {
    this.database.run(`DELETE FROM ${this.#table} WHERE expiration_date < ?`, fromSeconds(before));
  }
}

export class SqliteIssuers implements IssuerStore {
  constructor(private readonly table: IssuerTable, private readonly transactions: Transactions) {}

  list(): Promise<IssuerList> {
    return this.transactions.readState(() => this.table.list());
  }

  add(
    issuer: StoredIssuer & { readonly keyIdentifier: string },
    revision: string,
    by: Attribution,
  ): Promise<boolean> {
    return this.transactions.writeState(() => {
      if (this.table.revision() !== revision) return false;
      this.table.add(issuer);
      const { keyIdentifier, notAfter } = issuer;
      this.transactions.record({ kind: "issuer-added", issuer: keyIdentifier, notAfter, imported: false }, by);
      return true;
    });
  }

  drop(before: number, by: Attribution): Promise<void> {
    return this.transactions.writeState(() => {
      this.table.removeExpired(before);
      this.transactions.record({ kind: "issuers-dropped", before }, by);
    });
  }
}
