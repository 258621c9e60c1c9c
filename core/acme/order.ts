/** Orders (RFC 8555 7.1.3): a certificate for some names, from the wish to the certificate. */
import { SECONDS_PER_DAY } from "../ca/lifecycle.ts";
import { type Authorization, statusAt } from "./authorization.ts";
import type { Identifier } from "./identifier.ts";
import type { Problem } from "./problem.ts";

export type OrderStatus = "pending" | "ready" | "processing" | "valid" | "invalid";

/** What is kept of an order. Times are Unix seconds. */
export interface Order {
  /** 16 random bytes, base64url. */
  readonly id: string;
  /** Id of the account. */
  readonly account: string;
  /** Sorted, each once; those of wildcards begin with `*.`. */
  readonly identifiers: readonly Identifier[];
  /** Ids: one for each of the identifiers, in their order. */
  readonly authorizations: readonly string[];
  /** When it is over unless it was finalized before; once it has an end, until when it can still be read. */
  readonly expires: number;
  readonly profile: string | undefined;
  /** Serial number of the certificate that it is to replace (RFC 9773). */
  readonly replaces: bigint | undefined;
  /** The request that it was finalized with: a row of the CA, pending or signed. Undefined before. */
  readonly requestId: bigint | undefined;
  /** Why it failed, where that is known for good. */
  readonly error: Problem | undefined;
  readonly createdAt: number;
}

/** What the CA knows of the request that an order was finalized with. */
export type RequestState =
  | { readonly kind: "pending" }
  | { readonly kind: "signed"; readonly serial: bigint }
  /** Neither: a person rejected it. */
  | { readonly kind: "gone" };

/** An order with what its status follows from, all seen at one moment. */
export interface OrderRecord {
  readonly order: Order;
  /** In the order of the identifiers. */
  readonly authorizations: readonly Authorization[];
  /** Undefined before it is finalized. */
  readonly request: RequestState | undefined;
}

/** An order as its client sees it. */
export interface OrderState {
  readonly status: OrderStatus;
  readonly error?: Problem;
  /** Of the certificate, where the status is `valid`. */
  readonly serial?: bigint;
}

/**
 * Nothing of it is stored, so nothing of it can be out of step: the request's row says what became of a finalized
 * order, the authorizations say how far another one is.
 */
export function orderState({ order, authorizations, request }: OrderRecord, now: number): OrderState {
  if (request?.kind === "signed") return { status: "valid", serial: request.serial };
  if (order.error !== undefined) return { status: "invalid", error: order.error };
  if (request?.kind === "pending") return { status: "processing" };
  if (request?.kind === "gone") return { status: "invalid", error: REJECTED };
  if (order.expires < now) return { status: "invalid", error: problem("the order has expired") };
  const statuses = authorizations.map((one) => statusAt(one, now));
  // One that was removed had expired.
  if (statuses.length < order.identifiers.length) {
    return { status: "invalid", error: problem("an authorization expired") };
  }
  if (statuses.every((status) => status === "valid")) return { status: "ready" };
  const failed = statuses.findIndex((status) => status !== "valid" && status !== "pending");
  if (failed < 0) return { status: "pending" };
  const detail = `the authorization is ${statuses[failed]}`;
  const identifier = order.identifiers[failed];
  return { status: "invalid", error: { ...problem(detail), ...(identifier && { identifier }) } };
}

/** How long an order can be read once a person has decided about it, in seconds. */
export const DECIDED_KEPT = 7 * SECONDS_PER_DAY;

/** Why an order is invalid whose request a person rejected. */
export const REJECTED: Problem = problem("a person rejected the request");

function problem(detail: string): Problem {
  return { type: "unauthorized", detail };
}
