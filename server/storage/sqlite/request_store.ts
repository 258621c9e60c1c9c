/** Requests of one CA in an SQLite database and, once signed, their certificates: the table `<ca>crt`. */
import { type Bytes, utf8 } from "../../../core/bytes.ts";
import type { Attribution } from "../../../core/ca/events.ts";
import {
  certified,
  COMPARED_AT_MOST,
  duplicateKey,
  hasUniqueKeys,
  pendingRefusal,
  type PendingSize,
} from "../../../core/ca/store_rules.ts";
import type { Arrival, CaName, NewRequest, RequestStore, StoredRequest } from "../../../core/ca/stores.ts";
import type { CaucaseError } from "../../../core/errors.ts";
import { bothForms, fromSeconds, toBigInt, toBytes, toSeconds, toText } from "./column_values.ts";
import type { Database, Row } from "./database.ts";
import type { Transactions } from "./transactions.ts";

/** How many expired rows one submission removes at most: many more than it adds, and few enough not to be noticed. */
const REMOVED_AT_ONCE = 500n;

/** Bytes of a request, whatever it is stored as; the second is NULL for one that is not pending. */
const BYTES = "COALESCE(LENGTH(CAST(csr AS BLOB)), 0)";
const PENDING_BYTES = `CASE WHEN crt IS NULL THEN ${BYTES} END`;

const COLUMNS = "id, key_id, expiration_date, csr, crt";
/** SQLite's integers end there, and so do ids. */
const MAX_ID = 2n ** 63n - 1n;

/** A row is pending while its `crt` is NULL. Synchronous: within a transaction of the caller's where it writes. */
export class RequestTable {
  readonly #table: string;
  /** The latest time for which nothing expired was left. A row that is left nevertheless counts for nothing. */
  #cleanUntil = -Infinity;
  #pendingSize: (PendingSize & { readonly state: string }) | undefined;

  constructor(private readonly database: Database, private readonly ca: CaName) {
    this.#table = `${ca}crt`;
  }

  /** Undefined when it has expired. */
  find(id: bigint, now: number): StoredRequest | undefined {
    if (id > MAX_ID) return undefined;
    const sql = `SELECT ${COLUMNS} FROM ${this.#table} WHERE id = ? AND ${UNEXPIRED}`;
    const row = this.database.get(sql, id, fromSeconds(now));
    return row && toRequest(row);
  }

  /** Whether any row that has not expired has this key. */
  hasKey(keyId: string, now: number): boolean {
    const sql = `SELECT 1 FROM ${this.#table} WHERE key_id IN (?, ?) AND ${UNEXPIRED} LIMIT 1`;
    return this.database.get(sql, ...bothForms(keyId), fromSeconds(now)) !== undefined;
  }

  /** Whether any row has this key, expired ones included. */
  #isKnownKey(keyId: string): boolean {
    const sql = `SELECT 1 FROM ${this.#table} WHERE key_id IN (?, ?) LIMIT 1`;
    return this.database.get(sql, ...bothForms(keyId)) !== undefined;
  }

  /** Whether one row more with this key could be missed by `findLike`. */
  isFull(keyId: string): boolean {
    const sql = `SELECT COUNT(*) AS count FROM (SELECT 1 FROM ${this.#table} WHERE key_id IN (?, ?) LIMIT ?)`;
    const count = this.database.get(sql, ...bothForms(keyId), BigInt(COMPARED_AT_MOST))?.["count"];
    return toNumber(count) >= COMPARED_AT_MOST;
  }

  /** Unexpired rows with this key and these bytes, those to be forgotten first before the others, pending ones last. */
  findLike(keyId: string, csr: Bytes, now: number): readonly StoredRequest[] {
    // Nearly every key is new: the index alone says so.
    if (!this.#isKnownKey(keyId)) return [];
    const sameKey = `SELECT ${COLUMNS} FROM ${this.#table} WHERE key_id IN (?, ?) LIMIT ?`;
    const sql = `SELECT ${COLUMNS} FROM (${sameKey}) WHERE CAST(csr AS BLOB) = ? AND ${UNEXPIRED}` +
      " ORDER BY expiration_date IS NULL, expiration_date, id";
    return this.database.all(sql, ...bothForms(keyId), BigInt(COMPARED_AT_MOST), csr, fromSeconds(now)).map(toRequest);
  }

  pending(): readonly StoredRequest[] {
    return this.database.all(`SELECT ${COLUMNS} FROM ${this.#table} WHERE crt IS NULL ORDER BY id`).map(toRequest);
  }

  /** Counted once and then kept; counted again after a rollback, or when another program wrote to the database. */
  pendingSize(): PendingSize {
    const state = this.#state();
    if (this.#pendingSize?.state !== state) {
      const sql = `SELECT COUNT(*) AS count, COALESCE(SUM(${BYTES}), 0) AS bytes FROM ${this.#table} WHERE crt IS NULL`;
      const row = this.database.get(sql);
      this.#pendingSize = { count: toNumber(row?.["count"]), bytes: toNumber(row?.["bytes"]), state };
    }
    return this.#pendingSize;
  }

  insert({ id, keyId, csr, certificatePem, keptUntil }: StoredRequest): void {
    const crt = certificatePem === undefined ? null : utf8(certificatePem);
    const expiration = keptUntil === undefined ? null : fromSeconds(keptUntil);
    const sql = `INSERT INTO ${this.#table} (${COLUMNS}) VALUES (?, ?, ?, ?, ?)`;
    this.database.run(sql, id, utf8(keyId), expiration, csr, crt);
    if (crt === null) this.#changePendingSize({ count: 1, bytes: csr.length });
  }

  /** Whether it was pending. */
  complete(id: bigint, certificatePem: string, keptUntil: number): boolean {
    if (id > MAX_ID) return false;
    const sql =
      `UPDATE ${this.#table} SET crt = ?, expiration_date = ? WHERE id = ? AND crt IS NULL RETURNING ${BYTES} AS bytes`;
    return this.#uncount(this.database.all(sql, utf8(certificatePem), fromSeconds(keptUntil), id));
  }

  /** Whether it was pending. */
  reject(id: bigint): boolean {
    if (id > MAX_ID) return false;
    const sql = `DELETE FROM ${this.#table} WHERE id = ? AND crt IS NULL RETURNING ${BYTES} AS bytes`;
    return this.#uncount(this.database.all(sql, id));
  }

  expireEarlier(id: bigint, keptUntil: number): void {
    const expiration = fromSeconds(keptUntil);
    const sql = `UPDATE ${this.#table} SET expiration_date = ? WHERE id = ? AND expiration_date > ?`;
    this.database.run(sql, expiration, id, expiration);
  }

  /** Removes rows whose time has passed, a bounded number of them; once for each second. */
  removeExpired(now: number): void {
    if (now <= this.#cleanUntil) return;
    const expired = `SELECT id FROM ${this.#table} WHERE expiration_date < ? LIMIT ?`;
    const sql = `DELETE FROM ${this.#table} WHERE id IN (${expired}) RETURNING ${PENDING_BYTES} AS bytes`;
    const removed = this.database.all(sql, fromSeconds(now), REMOVED_AT_ONCE);
    this.#uncount(removed);
    if (removed.length < Number(REMOVED_AT_ONCE)) this.#cleanUntil = now;
  }

  #removeExpiredKey(keyId: string, now: number): void {
    const sql = `DELETE FROM ${this.#table} WHERE key_id IN (?, ?) AND expiration_date < ?` +
      ` RETURNING ${PENDING_BYTES} AS bytes`;
    this.#uncount(this.database.all(sql, ...bothForms(keyId), fromSeconds(now)));
  }

  /**
   * Whether a request with this key is refused as a second one. Expired rows with it are deleted first: they must not
   * stand in the way.
   */
  refusesKey(keyId: string, now: number): boolean {
    if (!hasUniqueKeys(this.ca)) return false;
    this.#removeExpiredKey(keyId, now);
    return this.hasKey(keyId, now);
  }

  /** Takes off rows that were pending: their bytes, NULL for those that were not. Whether there are any rows. */
  #uncount(changed: readonly Row[]): boolean {
    for (const { bytes } of changed) {
      if (bytes !== null) this.#changePendingSize({ count: -1, bytes: -toNumber(bytes) });
    }
    return changed.length > 0;
  }

  #changePendingSize({ count, bytes }: PendingSize): void {
    const before = this.#pendingSize;
    if (before) this.#pendingSize = { ...before, count: before.count + count, bytes: before.bytes + bytes };
  }

  /** Changes when the count may have changed other than through our own committed writes. */
  #state(): string {
    const version = this.database.get("PRAGMA data_version")?.["data_version"];
    return `${version} ${this.database.rollbacks}`;
  }
}

const UNEXPIRED = "(expiration_date IS NULL OR expiration_date >= ?)";

function toNumber(value: Row[string] | undefined): number {
  return Number(toBigInt(value));
}

function toRequest(row: Row): StoredRequest {
  const { id, key_id, expiration_date, csr, crt } = row;
  return {
    id: toBigInt(id),
    keyId: toText(key_id),
    csr: toBytes(csr),
    certificatePem: crt === null ? undefined : toText(crt),
    keptUntil: expiration_date === null ? undefined : toSeconds(expiration_date),
  };
}

interface Submitted {
  readonly id: bigint;
  readonly known: boolean;
}

export class SqliteRequests implements RequestStore {
  constructor(private readonly table: RequestTable, private readonly transactions: Transactions) {}

  submit(request: NewRequest): Promise<Submitted> {
    return this.transactions.write(() => this.#submit(request));
  }

  find(id: bigint, now: number): Promise<StoredRequest | undefined> {
    return this.transactions.read(() => this.table.find(id, now));
  }

  findLike(keyId: string, csr: Bytes, now: number): Promise<readonly StoredRequest[]> {
    return this.transactions.read(() => this.table.findLike(keyId, csr, now));
  }

  pending(): Promise<readonly StoredRequest[]> {
    return this.transactions.read(() => this.table.pending());
  }

  arrivals(): Promise<ReadonlyMap<bigint, Arrival>> {
    return this.transactions.read(() => this.transactions.arrivals.list());
  }

  arrival(id: bigint): Promise<Arrival | undefined> {
    return this.transactions.read(() => this.transactions.arrivals.find(id));
  }

  reject(id: bigint, by: Attribution): Promise<boolean> {
    return this.transactions.write(() =>
      rejectRequest({ requests: this.table, transactions: this.transactions }, id, by)
    );
  }

  receivedCount(): Promise<number> {
    return Promise.try(() => Number(this.transactions.values.counter("received_csr")));
  }

  freezeAutoSignAmount(amount: number): Promise<number> {
    return this.transactions.write(() => {
      this.transactions.values.setAutoSignAmountOnce(amount);
      return this.transactions.values.autoSignAmount() ?? amount;
    });
  }

  frozenAutoSignAmount(): Promise<number | undefined> {
    return Promise.try(() => this.transactions.values.autoSignAmount());
  }

  #submit(request: NewRequest): Submitted | CaucaseError {
    const { id, keyId, csr, autoSignAmount, by } = request;
    const { values } = this.transactions;
    this.table.removeExpired(by.now);
    const [known] = this.table.findLike(keyId, csr, by.now);
    if (known) return { id: known.id, known: true };
    if (this.table.refusesKey(keyId, by.now)) return duplicateKey(keyId);
    const inTime = values.counter("received_csr") < BigInt(autoSignAmount);
    const autoSigned = inTime ? request.autoSigned : undefined;
    const refusal = autoSigned ? undefined : pendingRefusal(this.table.pendingSize(), request);
    if (refusal) return refusal;
    values.increase("received_csr");
    this.table.insert({ id, keyId, csr, ...certified(autoSigned) });
    this.transactions.record({ kind: "requested", id, key: keyId }, by);
    if (autoSigned) this.transactions.recordIssued(id, autoSigned, by);
    else this.transactions.arrivals.add(id, by);
    return { id, known: false };
  }
}

/** Within a transaction. Whether the request was pending. */
export function rejectRequest(
  { requests, transactions }: { readonly requests: RequestTable; readonly transactions: Transactions },
  id: bigint,
  by: Attribution,
): boolean {
  if (!requests.reject(id)) return false;
  const { arrivals, orders } = transactions;
  orders.rejected(arrivals.find(id)?.origin, by.now);
  arrivals.remove(id);
  transactions.record({ kind: "rejected", id }, by);
  return true;
}
