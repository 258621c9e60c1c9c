/** Answers of ACME, and its objects as clients read them (RFC 8555 7.1). */
import type { Account } from "../../core/acme/account.ts";
import { type Authorization, type Challenge, challengeId, statusAt } from "../../core/acme/authorization.ts";
import { type OrderRecord, orderState } from "../../core/acme/order.ts";
import { timeText } from "../../core/log.ts";
import type { Answer } from "../http/exchange.ts";
import { problemJson } from "./refusals.ts";
import type { AcmeUrls } from "./urls.ts";

/** Seconds until a client looks again: at a challenge that is being tried, at an order that a person decides about. */
export const LOOK_AGAIN = { challenge: 2, order: 5 } as const;

export function jsonAnswer(status: number, value: unknown, headers: Answer["headers"] = {}): Answer {
  return { status, headers: { "Content-Type": "application/json", ...headers }, body: JSON.stringify(value) };
}

export function accountJson({ id, jwk, status, contact }: Account, urls: AcmeUrls) {
  return { status, contact, key: JSON.parse(jwk), orders: urls.of("orders", id) };
}

export function orderAnswer(
  record: OrderRecord,
  { urls, now, status = 200 }: { readonly urls: AcmeUrls; readonly now: number; readonly status?: number },
): Answer {
  const { order } = record;
  const state = orderState(record, now);
  const body = {
    status: state.status,
    expires: timeText(order.expires),
    identifiers: order.identifiers,
    authorizations: order.authorizations.map((id) => urls.of("authorization", id)),
    finalize: urls.of("finalize", order.id),
    ...(order.profile !== undefined && { profile: order.profile }),
    ...(state.error && { error: problemJson(state.error) }),
    ...(state.status === "valid" && { certificate: urls.of("certificate", order.id) }),
  };
  return jsonAnswer(status, body, {
    "Location": urls.of("order", order.id),
    ...(state.status === "processing" && { "Retry-After": `${LOOK_AGAIN.order}` }),
  });
}

export function authorizationJson(authorization: Authorization, urls: AcmeUrls, now: number) {
  const { identifier, expires, challenges, isWildcard: wildcard } = authorization;
  return {
    identifier,
    status: statusAt(authorization, now),
    expires: timeText(expires),
    challenges: challenges.map((one) => challengeJson(authorization, one, urls)),
    ...(wildcard && { wildcard }),
  };
}

export function challengeJson({ id }: Authorization, challenge: Challenge, urls: AcmeUrls) {
  const { type, token, status, validatedAt, error } = challenge;
  return {
    type,
    url: urls.of("challenge", challengeId(id, type)),
    token,
    status,
    ...(validatedAt !== undefined && { validated: timeText(validatedAt) }),
    ...(error && { error: problemJson(error) }),
  };
}
