/** What ACME remembers, in an SQLite database: accounts, orders, and how requests of CAS finalize these. */
import type { Authorization } from "../../../core/acme/authorization.ts";
import type { Identifier } from "../../../core/acme/identifier.ts";
import type { Order, OrderRecord } from "../../../core/acme/order.ts";
import { alreadyReplaced, tooManyFailures, tooManyOrders } from "../../../core/acme/store_rules.ts";
import type {
  AcmeOrders,
  AcmeStore,
  ApprovalWanted,
  AuthorizationChange,
  LastIssued,
  NewOrder,
  OrderIssue,
} from "../../../core/acme/stores.ts";
import { certified, pendingRefusal, tooManyOfKey } from "../../../core/ca/store_rules.ts";
import type { CaucaseError } from "../../../core/errors.ts";
import { sameRow, SqliteAccounts, SqliteEabKeys } from "./acme_accounts.ts";
import { authorizationValues } from "./acme_values.ts";
import type { Database } from "./database.ts";
import type { RequestTable } from "./request_store.ts";
import type { Transactions } from "./transactions.ts";

export class SqliteAcme implements AcmeStore {
  readonly accounts: SqliteAccounts;
  readonly eabKeys: SqliteEabKeys;
  readonly orders: AcmeOrders;

  /** @param requests those of CAS, and `transactions` too */
  constructor(requests: RequestTable, private readonly transactions: Transactions, database: Database) {
    this.eabKeys = new SqliteEabKeys(database, transactions);
    this.accounts = new SqliteAccounts(database, { requests, transactions }, this.eabKeys);
    this.orders = new SqliteOrders(requests, transactions);
  }

  removeExpired(now: number, idleSince: number): Promise<number> {
    return this.transactions.write(() =>
      this.transactions.orders.removeExpired(now) + this.accounts.removeIdle(idleSince) +
      this.eabKeys.forgetExpired(now)
    );
  }
}

class SqliteOrders implements AcmeOrders {
  constructor(private readonly requests: RequestTable, private readonly transactions: Transactions) {}

  add(wanted: NewOrder): Promise<Order> {
    return this.transactions.write(() => this.#add(wanted));
  }

  find(id: string): Promise<OrderRecord | undefined> {
    return this.transactions.read(() => this.transactions.orders.find(id));
  }

  idsOf(account: string, after: string, limit: number): Promise<readonly string[]> {
    return this.transactions.read(() => this.transactions.orders.idsOf(account, after, limit));
  }

  authorization(id: string): Promise<Authorization | undefined> {
    return this.transactions.read(() => this.#authorizations.get(id));
  }

  changeAuthorization({ seen, next, error, now }: AuthorizationChange): Promise<boolean> {
    return this.transactions.write(() => {
      const stored = this.#authorizations.get(seen.id);
      if (stored === undefined || !sameRow(authorizationValues(stored), authorizationValues(seen))) return false;
      this.#authorizations.update(next, now);
      const fails = next.status === "invalid" || next.status === "deactivated";
      if (fails && error !== undefined) this.transactions.orders.fail(seen.id, error);
      return true;
    });
  }

  isAuthorized(account: string, identifiers: readonly Identifier[], now: number): Promise<boolean> {
    return this.transactions.read(() =>
      identifiers.every((identifier) => this.#authorizations.proved(account, identifier, now) !== undefined)
    );
  }

  lastIssued(account: string, identifiers: readonly Identifier[]): Promise<LastIssued | undefined> {
    return this.transactions.read(() => this.transactions.orders.lastIssued(account, identifiers));
  }

  issue({ order: orderId, id, keyId, csr, by, isApproved, ...issued }: OrderIssue): Promise<boolean> {
    const { requests, transactions } = this;
    return transactions.write<boolean>(() => {
      const order = transactions.orders.open(orderId);
      if (order === undefined) return false;
      requests.removeExpired(by.now);
      if (requests.isFull(keyId)) return tooManyOfKey(keyId);
      transactions.orders.finalize(order, id);
      requests.insert({ id, keyId, csr, ...certified(issued) });
      transactions.recordIssued(id, issued, by);
      transactions.orders.signed(issued, isApproved, by.now);
      return true;
    });
  }

  awaitApproval({ order: orderId, of, ...request }: ApprovalWanted): Promise<boolean> {
    const { id, keyId, csr, by } = request;
    const { requests, transactions } = this;
    return transactions.write<boolean>(() => {
      const order = transactions.orders.open(orderId);
      if (order === undefined) return false;
      requests.removeExpired(by.now);
      const refusal = requests.isFull(keyId) ? tooManyOfKey(keyId) : pendingRefusal(requests.pendingSize(), request);
      if (refusal !== undefined) return refusal;
      transactions.orders.finalize(order, id);
      transactions.values.increase("received_csr");
      requests.insert({ id, keyId, csr, ...certified(undefined) });
      transactions.record({ kind: "requested", id, key: keyId }, by);
      const origin = { kind: "acme", account: order.account, order: orderId, of } as const;
      transactions.arrivals.add(id, { ...by, origin });
      return true;
    });
  }

  get #authorizations() {
    return this.transactions.orders.authorizations;
  }

  #add(wanted: NewOrder): Order | CaucaseError {
    const { order, authorizations, reuse, now } = wanted;
    const refusal = this.#refusal(wanted);
    if (refusal !== undefined) return refusal;
    const used = authorizations.map((one, index) => {
      const identifier = order.identifiers[index] ?? one.identifier;
      const known = reuse ? this.#authorizations.proved(order.account, identifier, order.expires) : undefined;
      if (known === undefined) this.#authorizations.insert(one);
      return known ?? one;
    });
    const added = { ...order, authorizations: used.map(({ id }) => id) };
    this.transactions.orders.insert(added, now);
    return added;
  }

  #refusal({ order, pendingOrdersPerAccount, failuresPerName, now }: NewOrder): CaucaseError | undefined {
    const { account, identifiers, replaces } = order;
    const { orders } = this.transactions;
    const open = orders.countOpen(account, now, pendingOrdersPerAccount);
    if (open >= pendingOrdersPerAccount) return tooManyOrders(pendingOrdersPerAccount);
    const query = { account, now, limit: failuresPerName };
    const failed = identifiers.find((name) => this.#authorizations.countFailures(query, name) >= failuresPerName);
    if (failed !== undefined) return tooManyFailures(failed.value);
    return replaces !== undefined && orders.isReplaced(replaces, now) ? alreadyReplaced(replaces) : undefined;
  }
}
