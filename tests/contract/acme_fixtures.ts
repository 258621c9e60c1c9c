/** Accounts, orders and requests for the contract of the ACME store. */
import type { Account } from "../../core/acme/account.ts";
import { type Authorization, begun, decided } from "../../core/acme/authorization.ts";
import type { EabKey } from "../../core/acme/eab_key.ts";
import { type Identifier, isWildcard, withoutWildcard } from "../../core/acme/identifier.ts";
import type { Order, OrderStatus } from "../../core/acme/order.ts";
import { orderState } from "../../core/acme/order.ts";
import type { Problem } from "../../core/acme/problem.ts";
import type { AcmeStore, ApprovalWanted, Finalization, NewOrder, OrderIssue } from "../../core/acme/stores.ts";
import type { Attribution } from "../../core/ca/events.ts";
import { csrBytes, DAY, issuedRecord, keyId, NOW } from "./store_fixtures.ts";

export const ACCOUNT = "account1";
export const NAME: Identifier = { type: "dns", value: "a.example.org" };
export const FAILED: Problem = { type: "connection", detail: "nobody there" };

export function accountBy(now = NOW, id = ACCOUNT): Attribution {
  return { actor: { kind: "account", id }, now };
}

/** The n-th account; `account1` is the one that the orders here are of. */
export function account(n: number, changes: Partial<Account> = {}): Account {
  return {
    id: `account${n}`,
    jwk: `{"n":"${n}"}`,
    thumbprint: `thumbprint ${n}`,
    status: "valid",
    contact: [`mailto:${n}@example.org`],
    eabKey: undefined,
    allow: undefined,
    createdAt: NOW,
    address: "192.0.2.1",
    ...changes,
  };
}

export async function addAccount(acme: AcmeStore, n = 1, changes: Partial<Account> = {}) {
  return await acme.accounts.add({ account: account(n, changes), perAddressAndHour: 20 });
}

export function eabKey(changes: Partial<EabKey> = {}): EabKey {
  return {
    id: "key1",
    name: "hosts",
    allow: ["*.example.org"],
    usesLeft: 2,
    expires: NOW + DAY,
    createdBy: { kind: "user", issuer: "ab", serial: 2n ** 100n },
    createdAt: NOW,
    revokedAt: undefined,
    ...changes,
  };
}

export const SECRET = new Uint8Array(32).fill(7);

export function authorization(id: string, name: Identifier, changes: Partial<Authorization> = {}): Authorization {
  return {
    id,
    account: ACCOUNT,
    identifier: withoutWildcard(name),
    isWildcard: isWildcard(name),
    status: "pending",
    expires: NOW + 7 * DAY,
    challenges: [{ type: "http-01", token: "t", status: "pending" }, { type: "dns-01", token: "u", status: "pending" }],
    ...changes,
  };
}

/** The n-th order, of `names`. Its authorizations are `order1.0`, `order1.1` and so on. */
export function newOrder(n: number, names: readonly Identifier[] = [NAME], changes: Partial<Order> = {}): NewOrder {
  const id = `order${n}`;
  const { account = ACCOUNT } = changes;
  const authorizations = names.map((name, index) => authorization(`${id}.${index}`, name, { account }));
  const order = {
    id,
    account: ACCOUNT,
    identifiers: names,
    authorizations: authorizations.map((one) => one.id),
    expires: NOW + 7 * DAY,
    profile: undefined,
    replaces: undefined,
    requestId: undefined,
    error: undefined,
    createdAt: NOW,
    ...changes,
  };
  return { order, authorizations, reuse: true, pendingOrdersPerAccount: 10, failuresPerName: 3, now: NOW };
}

/** As when a client begins the challenge by http and the validator decides. False where somebody else was first. */
export async function validate(
  acme: AcmeStore,
  id: string,
  { error, now = NOW, life = 30 * DAY }: { readonly error?: Problem; readonly now?: number; readonly life?: number } =
    {},
): Promise<boolean> {
  const seen = await acme.orders.authorization(id);
  const next = seen && begun(seen, "http-01", now);
  if (!seen || !next || !await acme.orders.changeAuthorization({ seen, next, now })) return false;
  const outcome = error ? { status: "invalid", error, now } as const : { status: "valid", now, life } as const;
  const end = decided(next, "http-01", outcome);
  return end !== undefined &&
    await acme.orders.changeAuthorization({ seen: next, next: end, now, ...(error && { error }) });
}

export async function statusOf(acme: AcmeStore, id: string, now = NOW): Promise<OrderStatus | undefined> {
  const record = await acme.orders.find(id);
  return record && orderState(record, now).status;
}

/** An account with a first order that is ready. */
export async function readyOrder(acme: AcmeStore, n = 1, names: readonly Identifier[] = [NAME]): Promise<Order> {
  await addAccount(acme);
  const order = await acme.orders.add(newOrder(n, names));
  for (const id of order.authorizations) await validate(acme, id);
  return order;
}

function finalization(n: number, order: string): Finalization {
  return { order, id: BigInt(n), keyId: keyId(n), csr: csrBytes(n), by: accountBy() };
}

/** With the n-th certificate. */
export function issue(n: number, order = "order1", changes: Partial<OrderIssue> = {}): OrderIssue {
  const { certificate, keptUntil } = issuedRecord(`certificate ${n}`, { keyId: keyId(n) });
  const origin = { kind: "acme", account: ACCOUNT, order } as const;
  return { ...finalization(n, order), certificate, keptUntil, origin, isApproved: false, ...changes };
}

/** With the n-th request. */
export function approval(n: number, order = "order1", changes: Partial<ApprovalWanted> = {}): ApprovalWanted {
  return { ...finalization(n, order), of: undefined, maxPending: 5, maxPendingBytes: 10_000, ...changes };
}
