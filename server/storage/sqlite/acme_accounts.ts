/** ACME accounts and external account keys in an SQLite database. */
import type { Account } from "../../../core/acme/account.ts";
import { type EabKey, eabRefusal, usedOnce } from "../../../core/acme/eab_key.ts";
import { HOUR, keyTaken, tooManyAccounts } from "../../../core/acme/store_rules.ts";
import type { AcmeAccounts, Change, EabKeys, NewAccount } from "../../../core/acme/stores.ts";
import type { Bytes } from "../../../core/bytes.ts";
import type { Attribution } from "../../../core/ca/events.ts";
import type { CaucaseError } from "../../../core/errors.ts";
import { ACCOUNT_COLUMNS, accountValues, EAB_COLUMNS, eabValues, toAccount, toEabKey } from "./acme_values.ts";
import { fromSeconds, toBytes } from "./column_values.ts";
import type { Database } from "./database.ts";
import { rejectRequest, type RequestTable } from "./request_store.ts";
import type { Transactions } from "./transactions.ts";

/** How many rows one clean-up removes at most, so that nobody waits for it. */
const REMOVED_AT_ONCE = 500n;

interface Added {
  readonly account: Account;
  readonly isNew: boolean;
}

export class SqliteAccounts implements AcmeAccounts {
  private readonly transactions: Transactions;

  constructor(
    private readonly database: Database,
    private readonly parts: { readonly requests: RequestTable; readonly transactions: Transactions },
    private readonly eabKeys: SqliteEabKeys,
  ) {
    this.transactions = parts.transactions;
  }

  add(wanted: NewAccount): Promise<Added> {
    return this.transactions.write(() => this.#add(wanted));
  }

  find(id: string): Promise<Account | undefined> {
    return this.transactions.read(() => this.#get("id", id));
  }

  findByKey(thumbprint: string): Promise<Account | undefined> {
    return this.transactions.read(() => this.#get("thumbprint", thumbprint));
  }

  list(after: string, limit: number): Promise<readonly Account[]> {
    const sql = `SELECT ${ACCOUNT_COLUMNS} FROM caucase_acme_account WHERE id > ? ORDER BY id LIMIT ?`;
    return this.transactions.read(() => this.database.all(sql, after, BigInt(limit)).map(toAccount));
  }

  change({ seen, next }: Change<Account>, by: Attribution): Promise<boolean> {
    return this.transactions.write<boolean>(() => {
      const stored = this.#get("id", seen.id);
      if (stored === undefined || !sameRow(accountValues(stored), accountValues(seen))) return false;
      const other = this.#get("thumbprint", next.thumbprint);
      if (other !== undefined && other.id !== seen.id) return keyTaken(other);
      const sql = "UPDATE caucase_acme_account SET jwk = ?, thumbprint = ?, status = ?, contact = ? WHERE id = ?";
      this.database.run(sql, next.jwk, next.thumbprint, next.status, JSON.stringify(next.contact), seen.id);
      if (next.status === "revoked") this.transactions.record({ kind: "account-revoked", account: seen.id }, by);
      if (next.status !== "valid") this.#rejectPending(seen.id, by);
      return true;
    });
  }

  /** Within a transaction. */
  removeIdle(idleSince: number): number {
    const idle = "SELECT id FROM caucase_acme_account WHERE certified IS NULL AND active < ? LIMIT ?";
    const sql = `DELETE FROM caucase_acme_account WHERE id IN (${idle})`;
    return this.database.run(sql, fromSeconds(idleSince), REMOVED_AT_ONCE);
  }

  #rejectPending(account: string, by: Attribution): void {
    for (const [id, { origin }] of this.transactions.arrivals.list()) {
      if (origin?.account === account) rejectRequest(this.parts, id, by);
    }
  }

  #get(column: "id" | "thumbprint", value: string): Account | undefined {
    const row = this.database.get(`SELECT ${ACCOUNT_COLUMNS} FROM caucase_acme_account WHERE ${column} = ?`, value);
    return row && toAccount(row);
  }

  #add({ account, perAddressAndHour }: NewAccount): Added | CaucaseError {
    const known = this.#get("thumbprint", account.thumbprint);
    if (known !== undefined) return { account: known, isNew: false };
    const { address, createdAt: now, eabKey } = account;
    if (this.#madeLately(address, now, perAddressAndHour) >= perAddressAndHour) return tooManyAccounts(address);
    const key = eabKey === undefined ? undefined : this.eabKeys.get(eabKey);
    const refusal = eabKey === undefined ? undefined : eabRefusal(key, now);
    if (refusal !== undefined) return refusal;
    if (key !== undefined) this.eabKeys.use(key);
    const added = key === undefined ? account : { ...account, allow: key.allow };
    const sql = `INSERT INTO caucase_acme_account (${ACCOUNT_COLUMNS}, active) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;
    this.database.run(sql, ...accountValues(added), fromSeconds(now));
    return { account: added, isNew: true };
  }

  /** At most `limit`. */
  #madeLately(address: string, now: number, limit: number): number {
    const sql = "SELECT 1 FROM caucase_acme_account WHERE address = ? AND created > ? LIMIT ?";
    return this.database.all(sql, address, fromSeconds(now - HOUR), BigInt(limit)).length;
  }
}

export class SqliteEabKeys implements EabKeys {
  constructor(private readonly database: Database, private readonly transactions: Transactions) {}

  add(key: EabKey, secret: Bytes): Promise<void> {
    return this.transactions.write(() => {
      const sql = `INSERT INTO caucase_acme_eab (${EAB_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`;
      this.database.run(sql, ...eabValues(key));
      const expires = key.expires === undefined ? null : fromSeconds(key.expires);
      const secretSql = "INSERT INTO caucase_acme_eab_secret (id, secret, expires) VALUES (?, ?, ?)";
      this.database.run(secretSql, key.id, secret, expires);
      const by = { actor: key.createdBy, now: key.createdAt };
      this.transactions.record({ kind: "eab-key-added", eabKey: key.id, name: key.name }, by);
    });
  }

  get(id: string): EabKey | undefined {
    const row = this.database.get(`SELECT ${EAB_COLUMNS} FROM caucase_acme_eab WHERE id = ?`, id);
    return row && toEabKey(row);
  }

  find(id: string): Promise<EabKey | undefined> {
    return this.transactions.read(() => this.get(id));
  }

  list(after: string, limit: number): Promise<readonly EabKey[]> {
    const sql = `SELECT ${EAB_COLUMNS} FROM caucase_acme_eab WHERE id > ? ORDER BY id LIMIT ?`;
    return this.transactions.read(() => this.database.all(sql, after, BigInt(limit)).map(toEabKey));
  }

  secret(id: string, now: number): Promise<Bytes | undefined> {
    return this.transactions.read(() => {
      if (eabRefusal(this.get(id), now) !== undefined) return undefined;
      const row = this.database.get("SELECT secret FROM caucase_acme_eab_secret WHERE id = ?", id);
      return row && toBytes(row["secret"]);
    });
  }

  revoke(id: string, by: Attribution): Promise<boolean> {
    return this.transactions.write(() => {
      const sql = "UPDATE caucase_acme_eab SET revoked = ? WHERE id = ? AND revoked IS NULL";
      if (this.database.run(sql, fromSeconds(by.now), id) === 0) return false;
      this.#forgetSecret(id);
      this.transactions.record({ kind: "eab-key-revoked", eabKey: id }, by);
      return true;
    });
  }

  /** Within a transaction. */
  use(key: EabKey): void {
    const { usesLeft } = usedOnce(key);
    if (usesLeft === undefined) return;
    this.database.run("UPDATE caucase_acme_eab SET uses_left = ? WHERE id = ?", BigInt(usesLeft), key.id);
    if (usesLeft === 0) this.#forgetSecret(key.id);
  }

  /** Secrets of keys that have expired. Within a transaction. */
  forgetExpired(now: number): number {
    const expired = "SELECT id FROM caucase_acme_eab_secret WHERE expires < ? LIMIT ?";
    const sql = `DELETE FROM caucase_acme_eab_secret WHERE id IN (${expired})`;
    return this.database.run(sql, fromSeconds(now), REMOVED_AT_ONCE);
  }

  #forgetSecret(id: string): void {
    this.database.run("DELETE FROM caucase_acme_eab_secret WHERE id = ?", id);
  }
}

export function sameRow(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.every((value, index) => value === b[index]);
}
