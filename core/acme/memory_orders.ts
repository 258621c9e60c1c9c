/** Orders and authorizations in memory: see core/ca/memory_stores.ts. No method awaits anything: each is atomic. */
import type { AcmeOrigin, Attribution } from "../ca/events.ts";
import type { IssuedRecord } from "../ca/issued_record.ts";
import type { Account } from "./account.ts";
import { type Authorization, isProved } from "./authorization.ts";
import { type Identifier, identifierKey, identifiersKey, isWildcard, withoutWildcard } from "./identifier.ts";
import type { MemoryAccounts } from "./memory_accounts.ts";
import { DECIDED_KEPT, type Order, type OrderRecord, orderState, REJECTED, type RequestState } from "./order.ts";
import type { Problem } from "./problem.ts";
import { alreadyReplaced, HOUR, tooManyFailures, tooManyOrders } from "./store_rules.ts";
import type { AuthorizationChange, LastIssued, NewOrder } from "./stores.ts";

/** What the CA's own rows say of a request. */
export type RequestLookup = (id: bigint) => RequestState;

/** An authorization with when it failed. */
interface Kept extends Authorization {
  readonly failedAt?: number;
}

/** The rows; what changes orders and requests together is in memory_acme_store.ts. */
export class MemoryOrders {
  readonly #orders = new Map<string, Order>();
  readonly #authorizations = new Map<string, Kept>();
  readonly #serials = new Map<string, bigint>();
  readonly #last = new Map<string, LastIssued>();

  constructor(private readonly accounts: MemoryAccounts, private readonly request: RequestLookup) {}

  add(wanted: NewOrder): Order {
    const { order, authorizations, reuse, now } = wanted;
    this.#checkLimits(wanted);
    const used = authorizations.map((one) => (reuse ? this.#reusable(one, order.expires) : undefined) ?? one);
    for (const authorization of used) this.#authorizations.set(authorization.id, authorization);
    const added = { ...order, authorizations: used.map(({ id }) => id) };
    this.#orders.set(order.id, added);
    this.accounts.ordered(order.account, now);
    return added;
  }

  find(id: string): OrderRecord | undefined {
    const order = this.#orders.get(id);
    if (order === undefined) return undefined;
    const authorizations = order.authorizations.flatMap((one) => this.authorization(one) ?? []);
    return { order, authorizations, request: this.#requestOf(order) };
  }

  idsOf(account: string, after: string, limit: number): readonly string[] {
    const ids = [...this.#orders.values()].filter((order) => order.account === account).map(({ id }) => id);
    return ids.filter((id) => id > after).sort().slice(0, limit);
  }

  authorization(id: string): Authorization | undefined {
    const kept = this.#authorizations.get(id);
    if (kept === undefined) return undefined;
    const { failedAt: _, ...authorization } = kept;
    return authorization;
  }

  change({ seen, next, error, now }: AuthorizationChange): boolean {
    if (JSON.stringify(this.authorization(seen.id)) !== JSON.stringify(seen)) return false;
    this.#authorizations.set(seen.id, { ...next, ...(next.status === "invalid" && { failedAt: now }) });
    if (error === undefined || next.status === "valid" || next.status === "pending") return true;
    for (const order of this.#orders.values()) {
      const waits = isOpen(order) && order.authorizations.includes(seen.id);
      if (waits) this.#orders.set(order.id, { ...order, error });
    }
    return true;
  }

  isAuthorized(account: string, identifiers: readonly Identifier[], now: number): boolean {
    return identifiers.every((identifier) =>
      [...this.#authorizations.values()].some((one) =>
        one.account === account && isFor(one, identifier) && isProved(one) && one.expires >= now
      )
    );
  }

  lastIssued(account: string, identifiers: readonly Identifier[]): LastIssued | undefined {
    return this.#last.get(lastKey(account, identifiers));
  }

  /** The order, if it can still be finalized. */
  open(id: string): Order | undefined {
    const order = this.#orders.get(id);
    return order && isOpen(order) && this.#account(order)?.status === "valid" ? order : undefined;
  }

  finalize(order: Order, requestId: bigint): void {
    this.#orders.set(order.id, { ...order, requestId });
  }

  signed({ origin, certificate }: IssuedRecord, isApproved: boolean, now: number): void {
    if (origin.kind !== "acme") return;
    this.accounts.certified(origin.account);
    const order = this.#keep(origin, now);
    if (order === undefined) return;
    const { serial, notAfter } = certificate;
    this.#serials.set(order.id, serial);
    this.#last.set(lastKey(order.account, order.identifiers), { serial, notAfter, isApproved });
  }

  rejected(origin: AcmeOrigin | undefined, { now }: Attribution): void {
    if (origin !== undefined) this.#keep(origin, now, REJECTED);
  }

  removeExpired(now: number): number {
    let removed = 0;
    for (const order of this.#orders.values()) {
      if (order.expires >= now || this.#requestOf(order)?.kind === "pending") continue;
      this.#orders.delete(order.id);
      this.#serials.delete(order.id);
      removed++;
    }
    for (const { id, expires } of this.#authorizations.values()) {
      if (expires < now && this.#authorizations.delete(id)) removed++;
    }
    for (const [key, { notAfter }] of this.#last) if (notAfter < now && this.#last.delete(key)) removed++;
    return removed;
  }

  #keep({ order: id }: AcmeOrigin, now: number, error?: Problem): Order | undefined {
    const order = this.#orders.get(id);
    if (order === undefined) return undefined;
    const kept = { ...order, expires: Math.max(order.expires, now + DECIDED_KEPT), ...(error && { error }) };
    this.#orders.set(id, kept);
    return kept;
  }

  #account({ account }: Order): Account | undefined {
    return this.accounts.get(account);
  }

  #requestOf({ id, requestId }: Order): RequestState | undefined {
    if (requestId === undefined) return undefined;
    const serial = this.#serials.get(id);
    return serial === undefined ? this.request(requestId) : { kind: "signed", serial };
  }

  #reusable({ account, identifier, isWildcard }: Authorization, until: number): Authorization | undefined {
    return [...this.#authorizations.values()].find((one) =>
      one.account === account && identifierKey(one.identifier) === identifierKey(identifier) &&
      one.isWildcard === isWildcard && isProved(one) && one.expires >= until
    );
  }

  #checkLimits({ order, pendingOrdersPerAccount, failuresPerName, now }: NewOrder): void {
    const { account, identifiers, replaces } = order;
    const orders = [...this.#orders.values()];
    const open = orders.filter((one) => one.account === account && isOpen(one) && one.expires >= now);
    if (open.length >= pendingOrdersPerAccount) throw tooManyOrders(pendingOrdersPerAccount);
    for (const identifier of identifiers) {
      const failures = [...this.#authorizations.values()].filter((one) =>
        one.account === account && identifierKey(one.identifier) === identifierKey(withoutWildcard(identifier)) &&
        (one.failedAt ?? -Infinity) > now - HOUR
      );
      if (failures.length >= failuresPerName) throw tooManyFailures(identifier.value);
    }
    if (replaces === undefined) return;
    const rivals = orders.filter((one) => one.replaces === replaces).flatMap((one) => this.find(one.id) ?? []);
    if (rivals.some((one) => orderState(one, now).status !== "invalid")) throw alreadyReplaced(replaces);
  }
}

function isOpen({ requestId, error }: Order): boolean {
  return requestId === undefined && error === undefined;
}

function isFor(authorization: Authorization, identifier: Identifier): boolean {
  return identifierKey(authorization.identifier) === identifierKey(withoutWildcard(identifier)) &&
    authorization.isWildcard === isWildcard(identifier);
}

function lastKey(account: string, identifiers: readonly Identifier[]): string {
  return `${account} ${identifiersKey(identifiers)}`;
}
