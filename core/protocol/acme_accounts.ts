/**
 * ACME accounts, for users: answers to `GET accounts?…` and `GET accounts/ID`. docs/json.md names every field.
 */
import * as v from "valibot";
import { type Account, ACCOUNT_STATUSES } from "../acme/account.ts";
import { type OrderRecord, orderState, type OrderStatus } from "../acme/order.ts";
import { timeToText } from "../utc_time.ts";
import { decimal, fromJsonText, toJsonText, utcTime } from "./wire_values.ts";

/** Times are Unix seconds. */
export interface AccountEntry {
  readonly id: string;
  /** `revoked` where a user ended it. */
  readonly status: Account["status"];
  /** URLs. */
  readonly contact: readonly string[];
  /** Of its key (RFC 7638 with SHA-256), base64url. */
  readonly thumbprint: string;
  /** Id of the external account key that it was made with. */
  readonly eabKey: string | null;
  readonly allow: readonly string[] | null;
  readonly createdAt: number;
  /** Numeric address that made it. */
  readonly address: string;
}

/** An order, as far as it says what an account is good for. */
export interface OrderEntry {
  readonly id: string;
  readonly status: OrderStatus;
  /** Names and addresses. */
  readonly names: readonly string[];
  readonly createdAt: number;
  /** Of the certificate. */
  readonly serial: bigint | null;
  /** Why it is invalid. */
  readonly error: string | null;
}

export interface AccountList {
  readonly accounts: readonly AccountEntry[];
  /** The `after` of the next page; null on the last one. */
  readonly next: string | null;
}

export interface AccountDetails {
  readonly account: AccountEntry;
  /** The newest first. */
  readonly orders: readonly OrderEntry[];
  /** Whether there are others. */
  readonly hasMoreOrders: boolean;
}

const ORDER_STATUSES = ["pending", "ready", "processing", "valid", "invalid"] as const satisfies readonly OrderStatus[];

const AccountShape = v.object({
  id: v.string(),
  status: v.picklist(ACCOUNT_STATUSES),
  contact: v.array(v.string()),
  thumbprint: v.string(),
  eabKey: v.nullable(v.string()),
  allow: v.nullable(v.array(v.string())),
  createdAt: utcTime,
  address: v.string(),
});

const OrderShape = v.object({
  id: v.string(),
  status: v.picklist(ORDER_STATUSES),
  names: v.array(v.string()),
  createdAt: utcTime,
  serial: v.nullable(decimal),
  error: v.nullable(v.string()),
});

const ListShape = v.object({ accounts: v.array(AccountShape), next: v.nullable(v.string()) });
const DetailsShape = v.object({ account: AccountShape, orders: v.array(OrderShape), hasMoreOrders: v.boolean() });

/** @param next the id of the last one, where there are more */
export function writeAccountList(accounts: readonly Account[], next: string | null): string {
  return toJsonText({ accounts: accounts.map(accountJson), next });
}

/** @throws `malformed` */
export function readAccountList(text: string): AccountList {
  return fromJsonText(ListShape, text, "the list of accounts");
}

export interface KnownOrders {
  readonly records: readonly OrderRecord[];
  readonly hasMore: boolean;
  /** Unix seconds. */
  readonly now: number;
}

export function writeAccountDetails(account: Account, { records, hasMore, now }: KnownOrders): string {
  const newestFirst = records.toSorted((a, b) => b.order.createdAt - a.order.createdAt);
  const orders = newestFirst.map((record) => orderJson(record, now));
  return toJsonText({ account: accountJson(account), orders, hasMoreOrders: hasMore });
}

/** @throws `malformed` */
export function readAccountDetails(text: string): AccountDetails {
  return fromJsonText(DetailsShape, text, "the account");
}

function accountJson({ id, status, contact, thumbprint, eabKey, allow, createdAt, address }: Account) {
  return {
    ...{ id, status, contact, thumbprint, eabKey: eabKey ?? null, allow: allow ?? null },
    ...{ createdAt: timeToText(createdAt), address },
  };
}

function orderJson(record: OrderRecord, now: number) {
  const { id, identifiers, createdAt } = record.order;
  const { status, serial, error } = orderState(record, now);
  return {
    ...{ id, status, names: identifiers.map(({ value }) => value), createdAt: timeToText(createdAt) },
    ...{ serial: serial ?? null, error: error?.detail ?? null },
  };
}
