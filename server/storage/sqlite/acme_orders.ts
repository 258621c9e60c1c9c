/** ACME orders in an SQLite database. Synchronous: within a transaction of the caller's where it writes. */
import { type Identifier, identifiersKey } from "../../../core/acme/identifier.ts";
import { DECIDED_KEPT, type Order, type OrderRecord, orderState, REJECTED } from "../../../core/acme/order.ts";
import type { RequestState } from "../../../core/acme/order.ts";
import type { Problem } from "../../../core/acme/problem.ts";
import type { LastIssued } from "../../../core/acme/stores.ts";
import type { AcmeOrigin } from "../../../core/ca/events.ts";
import type { IssuedRecord } from "../../../core/ca/issued_record.ts";
import { sha256Hex } from "../../../core/keys/hashes.ts";
import { onlyPem, PEM_LABEL } from "../../../core/pem.ts";
import { serialOfCertificate } from "../../../core/x509/subject_facts.ts";
import { AuthorizationTable } from "./acme_authorizations.ts";
import { ORDER_COLUMNS, orderValues, toOrder } from "./acme_values.ts";
import { fromSeconds, toBigInt, toSeconds, toText } from "./column_values.ts";
import type { Database, Row } from "./database.ts";

const REMOVED_AT_ONCE = 500n;

/** How many orders that replace one certificate are looked at: all but one of them failed. */
const RIVALS = 20n;

export class OrderTable {
  readonly authorizations: AuthorizationTable;

  constructor(private readonly database: Database) {
    this.authorizations = new AuthorizationTable(database);
  }

  insert(order: Order, now: number): void {
    this.database.run(
      `INSERT INTO caucase_acme_order (${ORDER_COLUMNS}, open) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1)`,
      ...orderValues(order),
    );
    for (const id of order.authorizations) {
      this.database.run("INSERT INTO caucase_acme_waiting (authorization, order_id) VALUES (?, ?)", id, order.id);
    }
    const sql = "UPDATE caucase_acme_account SET active = ? WHERE id = ?";
    this.database.run(sql, fromSeconds(now), order.account);
  }

  find(id: string): OrderRecord | undefined {
    const row = this.database.get(`SELECT ${ORDER_COLUMNS}, serial FROM caucase_acme_order WHERE id = ?`, id);
    return row && this.#record(row);
  }

  idsOf(account: string, after: string, limit: number): readonly string[] {
    const sql = "SELECT id FROM caucase_acme_order WHERE account = ? AND id > ? ORDER BY id LIMIT ?";
    return this.database.all(sql, account, after, BigInt(limit)).map(({ id }) => toText(id));
  }

  /** Those that can still be finalized, at most `limit`. */
  countOpen(account: string, now: number, limit: number): number {
    const sql = "SELECT 1 FROM caucase_acme_order WHERE account = ? AND expires >= ?" +
      " AND open IS NOT NULL LIMIT ?";
    return this.database.all(sql, account, fromSeconds(now), BigInt(limit)).length;
  }

  /** Whether an order that has not failed replaces this certificate. */
  isReplaced(serial: bigint, now: number): boolean {
    const sql = `SELECT ${ORDER_COLUMNS}, serial FROM caucase_acme_order WHERE replaces = ? AND error IS NULL` +
      " AND (request_id IS NOT NULL OR expires >= ?) LIMIT ?";
    const rivals = this.database.all(sql, String(serial), fromSeconds(now), RIVALS).map((row) => this.#record(row));
    return rivals.some((record) => orderState(record, now).status !== "invalid");
  }

  /** The order, if it can still be finalized. */
  open(id: string): Order | undefined {
    const columns = ORDER_COLUMNS.split(", ").map((column) => `o.${column}`).join(", ");
    const sql = `SELECT ${columns} FROM caucase_acme_order AS o JOIN caucase_acme_account AS a ON a.id = o.account` +
      " WHERE o.id = ? AND o.open IS NOT NULL AND a.status = 'valid'";
    const row = this.database.get(sql, id);
    return row && toOrder(row);
  }

  finalize({ id }: Order, requestId: bigint): void {
    this.database.run("UPDATE caucase_acme_order SET request_id = ?, open = NULL WHERE id = ?", requestId, id);
    this.#waitsNoMore(id);
  }

  /** Of orders that wait for this authorization. */
  fail(authorization: string, error: Problem): void {
    const waiting = "SELECT order_id FROM caucase_acme_waiting WHERE authorization = ?";
    for (const row of this.database.all(waiting, authorization)) {
      const id = toText(row["order_id"]);
      this.database.run("UPDATE caucase_acme_order SET error = ?, open = NULL WHERE id = ?", JSON.stringify(error), id);
      this.#waitsNoMore(id);
    }
  }

  /** For every certificate; does nothing for one that no order asked for. */
  signed({ origin, certificate }: IssuedRecord, isApproved: boolean, now: number): void {
    if (origin.kind !== "acme") return;
    const { account, order: id } = origin;
    const { serial, notAfter } = certificate;
    const certified = "UPDATE caucase_acme_account SET certified = COALESCE(certified, ?) WHERE id = ?";
    this.database.run(certified, fromSeconds(now), account);
    const sql =
      "UPDATE caucase_acme_order SET serial = ?, expires = MAX(expires, ?) WHERE id = ? RETURNING identifiers";
    const [row] = this.database.all(sql, String(serial), fromSeconds(now + DECIDED_KEPT), id);
    const order = row && this.find(id)?.order;
    if (order === undefined) return;
    this.database.run(
      "INSERT OR REPLACE INTO caucase_acme_last (account, names, serial, not_after, approved) VALUES (?, ?, ?, ?, ?)",
      ...[account, namesHash(order.identifiers), String(serial), fromSeconds(notAfter), isApproved ? 1n : 0n],
    );
  }

  /** Of a request that was rejected; nothing for one that no order waits for. */
  rejected(origin: AcmeOrigin | undefined, now: number): void {
    if (origin === undefined) return;
    const sql = "UPDATE caucase_acme_order SET error = ?, expires = MAX(expires, ?) WHERE id = ?";
    this.database.run(sql, JSON.stringify(REJECTED), fromSeconds(now + DECIDED_KEPT), origin.order);
  }

  lastIssued(account: string, identifiers: readonly Identifier[]): LastIssued | undefined {
    const sql = "SELECT serial, not_after, approved FROM caucase_acme_last WHERE account = ? AND names = ?";
    const row = this.database.get(sql, account, namesHash(identifiers));
    return row && {
      serial: BigInt(toText(row["serial"])),
      notAfter: toSeconds(row["not_after"]),
      isApproved: toBigInt(row["approved"]) === 1n,
    };
  }

  /** A bounded number; how many. */
  removeExpired(now: number): number {
    // Those whose requests are pending stay, however few of the expired ones they are.
    const expired = "SELECT o.id FROM caucase_acme_order AS o WHERE o.expires < ? AND NOT EXISTS" +
      " (SELECT 1 FROM cascrt AS r WHERE r.id = o.request_id AND r.crt IS NULL) LIMIT ?";
    const sql = `DELETE FROM caucase_acme_order WHERE id IN (${expired}) RETURNING id`;
    const removed = this.database.all(sql, fromSeconds(now), REMOVED_AT_ONCE).map(({ id }) => toText(id));
    for (const id of removed) this.#waitsNoMore(id);
    const ended = "SELECT rowid FROM caucase_acme_last WHERE not_after < ? LIMIT ?";
    const lasts = `DELETE FROM caucase_acme_last WHERE rowid IN (${ended})`;
    return removed.length + this.database.run(lasts, fromSeconds(now), REMOVED_AT_ONCE) +
      this.authorizations.removeExpired(now);
  }

  #waitsNoMore(id: string): void {
    this.database.run("DELETE FROM caucase_acme_waiting WHERE order_id = ?", id);
  }

  #record(row: Row): OrderRecord {
    const order = toOrder(row);
    const authorizations = order.authorizations.flatMap((id) => this.authorizations.get(id) ?? []);
    const { requestId } = order;
    const request = requestId === undefined ? undefined : this.#request(requestId, row["serial"]);
    return { order, authorizations, request };
  }

  #request(requestId: bigint, serial: Row[string] | undefined): RequestState {
    if (typeof serial === "string") return { kind: "signed", serial: BigInt(serial) };
    const row = this.database.get("SELECT crt FROM cascrt WHERE id = ?", requestId);
    if (row === undefined) return { kind: "gone" };
    if (row["crt"] === null) return { kind: "pending" };
    // Another program signed it.
    const { der } = onlyPem(toText(row["crt"]), [PEM_LABEL.CERTIFICATE], "certificate");
    return { kind: "signed", serial: serialOfCertificate(der) };
  }
}

function namesHash(identifiers: readonly Identifier[]): string {
  return sha256Hex(new TextEncoder().encode(identifiersKey(identifiers)));
}
