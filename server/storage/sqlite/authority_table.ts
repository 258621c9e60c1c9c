/** The table `<ca>ca`: CA certificates and their private keys, in the order in which they were added. */
import { utf8 } from "../../../core/bytes.ts";
import type { CaName, StoredIssuer } from "../../../core/ca/stores.ts";
import { fromSeconds, toSeconds, toText } from "./column_values.ts";
import type { Database } from "./database.ts";

/** Synchronous: within a transaction of the caller's where it writes. It holds a few rows at most. */
export class IssuerTable {
  readonly #table: string;

  constructor(private readonly database: Database, ca: CaName) {
    this.#table = `${ca}ca`;
  }

  list(): readonly StoredIssuer[] {
    const rows = this.database.all(`SELECT expiration_date, key, crt FROM ${this.#table} ORDER BY rowid`);
    return rows.map(({ expiration_date, key, crt }) => ({
      expirationDate: toSeconds(expiration_date),
      keyPem: toText(key),
      certificatePem: toText(crt),
    }));
  }

  add({ expirationDate, keyPem, certificatePem }: StoredIssuer): void {
    const sql = `INSERT INTO ${this.#table} (expiration_date, key, crt) VALUES (?, ?, ?)`;
    this.database.run(sql, fromSeconds(expirationDate), utf8(keyPem), utf8(certificatePem));
  }

  removeExpired(before: number): void {
    this.database.run(`DELETE FROM ${this.#table} WHERE expiration_date < ?`, fromSeconds(before));
  }
}
