/**
 * What ACME needs to have remembered. As with the stores of a CA (core/ca/stores.ts): every method that changes
 * something resolves only after the change is durable, and is atomic; of several changes that exclude each other one
 * wins; where a change rests on what the caller saw, the caller says what that was, and nothing happens if it is no
 * longer so. No method's cost grows with what is stored.
 *
 * Times are Unix seconds.
 */
import type { Bytes } from "../bytes.ts";
import type { Attribution } from "../ca/events.ts";
import type { IssuedRecord } from "../ca/issued_record.ts";
import type { Account } from "./account.ts";
import type { Authorization } from "./authorization.ts";
import type { EabKey } from "./eab_key.ts";
import type { Identifier } from "./identifier.ts";
import type { Order, OrderRecord } from "./order.ts";
import type { Problem } from "./problem.ts";

export interface NewAccount {
  /** With `eabKey` where it is bound to one; `allow` is that key's, whatever is here. */
  readonly account: Account;
  /** How many accounts an address may make in an hour. */
  readonly perAddressAndHour: number;
}

export interface NewOrder {
  readonly order: Order;
  /**
   * One for each of the identifiers, in their order, with the ids that the order has: to be stored, unless one is used
   * again.
   */
  readonly authorizations: readonly Authorization[];
  /** Whether a proved authorization of the account for the same name, valid at `now`, is used again. */
  readonly reuse: boolean;
  readonly pendingOrdersPerAccount: number;
  /** How many failures of an account and a name an hour may have. */
  readonly failuresPerName: number;
  readonly now: number;
}

/** An order with the request that finalizes it. */
export interface Finalization {
  /** Id of the order. */
  readonly order: string;
  /** The request's: 63 random bits. */
  readonly id: bigint;
  /** Key identifier of the request's key, lower-case hex. */
  readonly keyId: string;
  /** The request, PEM. */
  readonly csr: Bytes;
  readonly by: Attribution;
}

/** A certificate for an order. */
export interface OrderIssue extends Finalization, IssuedRecord {
  /** Whether a user approved one that it continues. */
  readonly isApproved: boolean;
}

/** A request for an order, which waits for a person. */
export interface ApprovalWanted extends Finalization {
  /** Serial number of the certificate that it continues. */
  readonly of: bigint | undefined;
  /** As for every request, see `NewRequest` in core/ca/stores.ts. */
  readonly maxPending: number;
  readonly maxPendingBytes: number;
}

/** A certificate that the rule for renewals looks at: the last one that an account got for a set of names. */
export interface LastIssued {
  readonly serial: bigint;
  readonly notAfter: number;
  /** Whether a user approved it, or one before it that it continues. */
  readonly isApproved: boolean;
}

/** A change of a row: nothing happens unless the row is still the one that was seen. */
export interface Change<T> {
  readonly seen: T;
  readonly next: T;
}

export interface AuthorizationChange extends Change<Authorization> {
  /** Why the orders fail that wait for it, where it becomes invalid or deactivated. */
  readonly error?: Problem;
  readonly now: number;
}

export interface AcmeAccounts {
  /**
   * Makes an account, and uses the external account key once that it is bound to; or answers the one that has its key.
   * @throws `AcmeProblem`: `unauthorized` where the external account key is unknown, revoked, expired or used up;
   *   `rateLimited`
   */
  add(account: NewAccount): Promise<{ readonly account: Account; readonly isNew: boolean }>;
  find(id: string): Promise<Account | undefined>;
  findByKey(thumbprint: string): Promise<Account | undefined>;
  /** Those after the one with the id `after`, in the order of their ids, at most `limit`; "" is before the first. */
  list(after: string, limit: number): Promise<readonly Account[]>;
  /**
   * False when the account is no longer the one that was seen. With one that ends, its requests that wait for a person
   * are rejected. That a user ended it is an event of CAS.
   * @throws `AcmeProblem` `malformed` with the id of the other `account` where another one has its next key
   */
  change(change: Change<Account>, by: Attribution): Promise<boolean>;
}

/** Secrets are in none of the answers but that of `secret()`. */
export interface EabKeys {
  add(key: EabKey, secret: Bytes): Promise<void>;
  find(id: string): Promise<EabKey | undefined>;
  list(after: string, limit: number): Promise<readonly EabKey[]>;
  /** Of a key that may be used at `now`; undefined for all others. */
  secret(id: string, now: number): Promise<Bytes | undefined>;
  /** False where there is none, or was revoked before. Its secret is forgotten; accounts stay. */
  revoke(id: string, by: Attribution): Promise<boolean>;
}

export interface AcmeOrders {
  /**
   * Adds an order. The answer has its authorizations as they are used.
   * @throws `AcmeProblem`: `rateLimited`; `alreadyReplaced` where another order that did not fail replaces the same
   *   certificate
   */
  add(order: NewOrder): Promise<Order>;
  find(id: string): Promise<OrderRecord | undefined>;
  /** Ids of an account's orders, those after `after` in the order of their ids; "" is before the first. */
  idsOf(account: string, after: string, limit: number): Promise<readonly string[]>;
  authorization(id: string): Promise<Authorization | undefined>;
  /**
   * False when the authorization is no longer the one that was seen. Orders that wait for one that becomes invalid or
   * deactivated fail with `error`.
   */
  changeAuthorization(change: AuthorizationChange): Promise<boolean>;
  /** Whether the account has an authorization, valid and proved at `now`, for each of the names. */
  isAuthorized(account: string, identifiers: readonly Identifier[], now: number): Promise<boolean>;
  /** The last certificate of the account for exactly these names. */
  lastIssued(account: string, identifiers: readonly Identifier[]): Promise<LastIssued | undefined>;
  /**
   * Finalizes an order with a certificate, which is registered with it. False when it was finalized before, or failed.
   * @throws `duplicate-key` as `CertificateStore.add()` does
   */
  issue(issue: OrderIssue): Promise<boolean>;
  /**
   * Finalizes an order with a request that waits for a person, see `RequestStore`. False as with `issue()`.
   * @throws `too-many-pending`, `duplicate-key`
   */
  awaitApproval(wanted: ApprovalWanted): Promise<boolean>;
}

export interface AcmeStore {
  readonly accounts: AcmeAccounts;
  readonly eabKeys: EabKeys;
  readonly orders: AcmeOrders;
  /**
   * Removes what is over at `now`: orders, authorizations, what only concerns certificates that have ended, accounts
   * made before `idleSince` that never ordered. A bounded number of rows; how many.
   */
  removeExpired(now: number, idleSince: number): Promise<number>;
}
