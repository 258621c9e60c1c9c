/** The tables `<ca>counter`, `<ca>config` and `<ca>config_once`: one value per name. */
import type { CaName } from "../../../core/ca/stores.ts";
import { toBigInt, toCount } from "./column_values.ts";
import type { Database } from "./database.ts";

export type CounterName = "crl_number" | "received_csr";

/** Synchronous: within a transaction of the caller's where it writes. */
export class NamedValues {
  constructor(private readonly database: Database, private readonly ca: CaName) {}

  /** 0 while it has no row. */
  counter(name: CounterName): bigint {
    const row = this.database.get(`SELECT value FROM ${this.ca}counter WHERE name = ?`, name);
    return row === undefined ? 0n : toBigInt(row["value"]);
  }

  setCounter(name: CounterName, value: bigint): void {
    const sql = `INSERT INTO ${this.ca}counter (name, value) VALUES (?, ?)` +
      " ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    this.database.run(sql, name, value);
  }

  /** Adds to a counter; the answer is its new value. */
  increase(name: CounterName, by = 1n): bigint {
    const sql = `INSERT INTO ${this.ca}counter (name, value) VALUES (?, ?)` +
      " ON CONFLICT (name) DO UPDATE SET value = value + excluded.value RETURNING value";
    return toBigInt(this.database.get(sql, name, by)?.["value"]);
  }

  /** `thisUpdate` of the current CRL. */
  crlLastUpdate(): number | undefined {
    const row = this.database.get(`SELECT value FROM ${this.ca}config WHERE name = 'crl_last_update'`);
    return row && toCount(row["value"]);
  }

  /** As decimal digits: the reference cannot read anything else there. */
  setCrlLastUpdate(time: number): void {
    const sql = `INSERT INTO ${this.ca}config (name, value) VALUES ('crl_last_update', ?)` +
      " ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    this.database.run(sql, String(Math.trunc(time)));
  }

  autoSignAmount(): number | undefined {
    const row = this.database.get(`SELECT value FROM ${this.ca}config_once WHERE name = 'auto_sign_csr_amount'`);
    return row && toCount(row["value"]);
  }

  /** In place of what was frozen before. */
  setAutoSignAmount(amount: number): void {
    const sql = `INSERT INTO ${this.ca}config_once (name, value) VALUES ('auto_sign_csr_amount', ?)` +
      " ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    this.database.run(sql, String(Math.trunc(amount)));
  }

  /** Only the first one stays. */
  setAutoSignAmountOnce(amount: number): void {
    const sql = `INSERT INTO ${this.ca}config_once (name, value) VALUES ('auto_sign_csr_amount', ?)` +
      " ON CONFLICT (name) DO NOTHING";
    this.database.run(sql, String(Math.trunc(amount)));
  }
}
