/** Rows of the tables of ACME, as values. */
import * as v from "valibot";
import { type Account, ACCOUNT_STATUSES } from "../../../core/acme/account.ts";
import {
  type Authorization,
  AUTHORIZATION_STATUSES,
  type Challenge,
  CHALLENGE_STATUSES,
  CHALLENGE_TYPES,
} from "../../../core/acme/authorization.ts";
import type { EabKey } from "../../../core/acme/eab_key.ts";
import { type Identifier, IDENTIFIER_TYPES, identifierKey } from "../../../core/acme/identifier.ts";
import type { NamePatterns } from "../../../core/acme/name_pattern.ts";
import type { Order } from "../../../core/acme/order.ts";
import { type Problem, PROBLEM_TYPES } from "../../../core/acme/problem.ts";
import { fromSeconds, toBigInt, toSeconds, toText } from "./column_values.ts";
import type { Bindable, Row } from "./database.ts";
import { actorFromText, actorToText, fromJson, oneOf } from "./own_tables.ts";

export const ACCOUNT_COLUMNS = "id, jwk, thumbprint, status, contact, eab_key, allow, created, address";
export const EAB_COLUMNS = "id, name, allow, uses_left, expires, created_by, created, revoked";
export const ORDER_COLUMNS =
  "id, account, identifiers, authorizations, expires, profile, replaces, request_id, error, created";
export const AUTHORIZATION_COLUMNS = "id, account, identifier, wildcard, status, expires, challenges";

const Texts = v.array(v.string());
const IdentifierShape = v.object({ type: v.picklist(IDENTIFIER_TYPES), value: v.string() });
const Identifiers = v.array(IdentifierShape);
const ProblemShape: v.GenericSchema<unknown, Problem> = v.object({
  type: v.picklist(PROBLEM_TYPES),
  detail: v.string(),
  identifier: v.exactOptional(IdentifierShape),
  subproblems: v.exactOptional(v.array(v.lazy(() => ProblemShape))),
});
const Challenges: v.GenericSchema<unknown, Challenge[]> = v.array(v.object({
  type: v.picklist(CHALLENGE_TYPES),
  token: v.string(),
  status: v.picklist(CHALLENGE_STATUSES),
  begunAt: v.exactOptional(v.number()),
  validatedAt: v.exactOptional(v.number()),
  error: v.exactOptional(ProblemShape),
}));

/** In the order of {@linkcode ACCOUNT_COLUMNS}. */
export function accountValues(account: Account): readonly Bindable[] {
  const { id, jwk, thumbprint, status, contact, eabKey, allow, createdAt, address } = account;
  const texts = [id, jwk, thumbprint, status, JSON.stringify(contact), eabKey ?? null, jsonOrNull(allow)];
  return [...texts, fromSeconds(createdAt), address];
}

export function toAccount(row: Row): Account {
  return {
    id: toText(row["id"]),
    jwk: toText(row["jwk"]),
    thumbprint: toText(row["thumbprint"]),
    status: oneOf(ACCOUNT_STATUSES, row["status"]),
    contact: fromJson(Texts, toText(row["contact"])),
    eabKey: optional(row["eab_key"], toText),
    allow: toPatterns(row["allow"]),
    createdAt: toSeconds(row["created"]),
    address: toText(row["address"]),
  };
}

/** In the order of {@linkcode EAB_COLUMNS}. */
export function eabValues(key: EabKey): readonly Bindable[] {
  const { id, name, allow, usesLeft, expires, createdBy, createdAt, revokedAt } = key;
  const times = [secondsOrNull(expires), actorToText(createdBy), fromSeconds(createdAt), secondsOrNull(revokedAt)];
  return [id, name, jsonOrNull(allow), secondsOrNull(usesLeft), ...times];
}

export function toEabKey(row: Row): EabKey {
  return {
    id: toText(row["id"]),
    name: toText(row["name"]),
    allow: toPatterns(row["allow"]),
    usesLeft: optional(row["uses_left"], toSeconds),
    expires: optional(row["expires"], toSeconds),
    createdBy: actorFromText(toText(row["created_by"])),
    createdAt: toSeconds(row["created"]),
    revokedAt: optional(row["revoked"], toSeconds),
  };
}

/** In the order of {@linkcode ORDER_COLUMNS}. */
export function orderValues(order: Order): readonly Bindable[] {
  const { id, account, identifiers, authorizations, expires, profile, replaces, requestId, error, createdAt } = order;
  return [
    ...[id, account, JSON.stringify(identifiers), JSON.stringify(authorizations), fromSeconds(expires)],
    ...[profile ?? null, replaces === undefined ? null : String(replaces), requestId ?? null, jsonOrNull(error)],
    fromSeconds(createdAt),
  ];
}

export function toOrder(row: Row): Order {
  return {
    id: toText(row["id"]),
    account: toText(row["account"]),
    identifiers: fromJson(Identifiers, toText(row["identifiers"])),
    authorizations: fromJson(Texts, toText(row["authorizations"])),
    expires: toSeconds(row["expires"]),
    profile: optional(row["profile"], toText),
    replaces: optional(row["replaces"], (value) => BigInt(toText(value))),
    requestId: optional(row["request_id"], toBigInt),
    error: optional(row["error"], (value) => fromJson(ProblemShape, toText(value))),
    createdAt: toSeconds(row["created"]),
  };
}

/** In the order of {@linkcode AUTHORIZATION_COLUMNS}. */
export function authorizationValues(authorization: Authorization): readonly Bindable[] {
  const { id, account, identifier, isWildcard, status, expires, challenges } = authorization;
  const name = identifierKey(identifier);
  return [id, account, name, isWildcard ? 1n : 0n, status, fromSeconds(expires), JSON.stringify(challenges)];
}

export function toAuthorization(row: Row): Authorization {
  return {
    id: toText(row["id"]),
    account: toText(row["account"]),
    identifier: toIdentifier(toText(row["identifier"])),
    isWildcard: toBigInt(row["wildcard"]) === 1n,
    status: oneOf(AUTHORIZATION_STATUSES, row["status"]),
    expires: toSeconds(row["expires"]),
    challenges: fromJson(Challenges, toText(row["challenges"])),
  };
}

export function jsonOrNull(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value);
}

function toIdentifier(key: string): Identifier {
  const [type] = key.split(":", 1);
  return { type: oneOf(IDENTIFIER_TYPES, type), value: key.slice((type ?? "").length + 1) };
}

function toPatterns(value: Row[string] | undefined): NamePatterns | undefined {
  return optional(value, (text) => fromJson(Texts, toText(text)));
}

function secondsOrNull(value: number | undefined): bigint | null {
  return value === undefined ? null : fromSeconds(value);
}

/** Undefined for NULL. */
function optional<T>(value: Row[string] | undefined, read: (value: Row[string] | undefined) => T): T | undefined {
  return value === null ? undefined : read(value);
}
