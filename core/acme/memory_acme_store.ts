/** What ACME remembers, in memory: see core/ca/memory_stores.ts. */
import type { Attribution, RecordEvent } from "../ca/events.ts";
import type { IssuedRecord } from "../ca/issued_record.ts";
import type { MemoryRows } from "../ca/memory_requests.ts";
import { certified, tooManyOfKey } from "../ca/store_rules.ts";
import type { Authorization } from "./authorization.ts";
import type { Identifier } from "./identifier.ts";
import { MemoryAccounts, MemoryEabKeys } from "./memory_accounts.ts";
import { MemoryOrders } from "./memory_orders.ts";
import type { Order, OrderRecord, RequestState } from "./order.ts";
import type { AcmeOrders, AcmeStore, ApprovalWanted, AuthorizationChange, NewOrder, OrderIssue } from "./stores.ts";

export class MemoryAcme implements AcmeStore {
  readonly accounts: MemoryAccounts;
  readonly eabKeys: MemoryEabKeys;
  readonly orders: AcmeOrders;
  readonly rows: MemoryOrders;
  #requests: MemoryRows | undefined;

  constructor(record: RecordEvent) {
    this.eabKeys = new MemoryEabKeys(record);
    this.accounts = new MemoryAccounts(this.eabKeys, record, (account, by) => this.#rejectPending(account, by));
    this.rows = new MemoryOrders(this.accounts, (id) => this.#requestState(id));
    this.orders = new MemoryAcmeOrders(this.rows, () => this.#cas());
  }

  /** The requests of CAS, in which those of orders are. */
  useRequests(requests: MemoryRows): void {
    this.#requests = requests;
  }

  removeExpired(now: number, idleSince: number): Promise<number> {
    this.eabKeys.removeExpired(now);
    return Promise.resolve(this.rows.removeExpired(now) + this.accounts.removeIdle(idleSince));
  }

  #cas(): MemoryRows {
    if (this.#requests === undefined) throw new Error("the requests of CAS are not there yet");
    return this.#requests;
  }

  #rejectPending(account: string, by: Attribution): void {
    for (const [id, { origin }] of this.#cas().arrivals()) if (origin?.account === account) this.#cas().reject(id, by);
  }

  #requestState(id: bigint): RequestState {
    return this.#cas().get(id) === undefined ? { kind: "gone" } : { kind: "pending" };
  }
}

class MemoryAcmeOrders implements AcmeOrders {
  constructor(private readonly rows: MemoryOrders, private readonly requests: () => MemoryRows) {}

  add(order: NewOrder): Promise<Order> {
    return Promise.try(() => this.rows.add(order));
  }

  find(id: string): Promise<OrderRecord | undefined> {
    return Promise.resolve(this.rows.find(id));
  }

  idsOf(account: string, after: string, limit: number): Promise<readonly string[]> {
    return Promise.resolve(this.rows.idsOf(account, after, limit));
  }

  authorization(id: string): Promise<Authorization | undefined> {
    return Promise.resolve(this.rows.authorization(id));
  }

  changeAuthorization(change: AuthorizationChange): Promise<boolean> {
    return Promise.resolve(this.rows.change(change));
  }

  isAuthorized(account: string, identifiers: readonly Identifier[], now: number): Promise<boolean> {
    return Promise.resolve(this.rows.isAuthorized(account, identifiers, now));
  }

  lastIssued(account: string, identifiers: readonly Identifier[]) {
    return Promise.resolve(this.rows.lastIssued(account, identifiers));
  }

  issue({ order: orderId, id, keyId, csr, by, isApproved, ...issued }: OrderIssue): Promise<boolean> {
    return Promise.try(() => {
      const order = this.rows.open(orderId);
      if (order === undefined) return false;
      const requests = this.requests();
      requests.removeExpired(by.now);
      if (requests.isFull(keyId, by.now)) throw tooManyOfKey(keyId);
      const record: IssuedRecord = issued;
      this.rows.finalize(order, id);
      requests.set({ id, keyId, csr, ...certified(record) });
      requests.register(id, record, by);
      this.rows.signed(record, isApproved, by.now);
      return true;
    });
  }

  awaitApproval({ order: orderId, of, ...request }: ApprovalWanted): Promise<boolean> {
    return Promise.try(() => {
      const order = this.rows.open(orderId);
      if (order === undefined) return false;
      const { id, keyId, csr, by } = request;
      const requests = this.requests();
      requests.removeExpired(by.now);
      if (requests.isFull(keyId, by.now)) throw tooManyOfKey(keyId);
      const refusal = requests.pendingRefusal(request);
      if (refusal) throw refusal;
      this.rows.finalize(order, id);
      requests.received++;
      requests.set({ id, keyId, csr, ...certified(undefined) });
      requests.record({ kind: "requested", id, key: keyId }, by);
      requests.arrived(id, { ...by, origin: { kind: "acme", account: order.account, order: orderId, of } });
      return true;
    });
  }
}
