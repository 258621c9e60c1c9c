/** What users do about ACME: they give out external account keys, look at accounts, and end both. */
import { type Account, ended } from "../../core/acme/account.ts";
import { EAB_SECRET_SIZE, type EabKey } from "../../core/acme/eab_key.ts";
import { newId, typeable } from "../../core/acme/key_authorization.ts";
import type { OrderRecord } from "../../core/acme/order.ts";
import type { AcmeStore } from "../../core/acme/stores.ts";
import type { Attribution } from "../../core/ca/events.ts";
import { CaucaseError, malformed } from "../../core/errors.ts";
import { writeAccountDetails, writeAccountList } from "../../core/protocol/acme_accounts.ts";
import { readWantedEabKey, writeEabKeyList, writeMadeEabKey } from "../../core/protocol/eab_keys.ts";
import { type PageQuery, readPageQuery } from "../../core/protocol/register_query.ts";
import type { AcmeRoute, CaucaseHandlers } from "./handlers.ts";
import { taggedAnswer } from "./json_answer.ts";
import { jsonBody, queryOf } from "./request_parts.ts";

/** The secret is in the answer: it goes into no cache. */
const SECRET = { "Content-Type": "application/json", "Cache-Control": "no-store" };

export const ACME_HANDLERS: Pick<CaucaseHandlers, AcmeRoute> = {
  eabKeys: ({ exchange }) => {
    const query = readPageQuery(queryOf(exchange));
    return async ({ acme }) => {
      const { rows, next } = await page(query, (after, limit) => acme.eabKeys.list(after, limit));
      return taggedAnswer(exchange, writeEabKeyList(rows, next));
    };
  },
  createEabKey: ({ exchange }) => async ({ acme, random, actor, now }) => {
    const { name, allow, uses, expires } = readWantedEabKey(await jsonBody(exchange));
    if (expires !== null && expires <= now) throw malformed("the key would have expired already");
    const key: EabKey = {
      ...{ id: newId(random), name },
      ...{ allow: allow ?? undefined, usesLeft: uses ?? undefined, expires: expires ?? undefined },
      ...{ createdBy: actor, createdAt: now, revokedAt: undefined },
    };
    const secret = Uint8Array.fromBase64(typeable(random, EAB_SECRET_SIZE), { alphabet: "base64url" });
    await acme.eabKeys.add(key, secret);
    return { status: 201, headers: SECRET, body: writeMadeEabKey(key, secret) };
  },
  revokeEabKey: ({ parameters: { id } }) => async ({ acme, actor, now }) => {
    if (await acme.eabKeys.revoke(id, { actor, now })) return { status: 204 };
    if (await acme.eabKeys.find(id) === undefined) throw new CaucaseError("not-found", "no key has this id");
    throw new CaucaseError("already-revoked", "the key was revoked before");
  },
  accounts: ({ exchange }) => {
    const query = readPageQuery(queryOf(exchange));
    return async ({ acme }) => {
      const { rows, next } = await page(query, (after, limit) => acme.accounts.list(after, limit));
      return taggedAnswer(exchange, writeAccountList(rows, next));
    };
  },
  account: ({ exchange, parameters: { id } }) => async ({ acme, now }) => {
    const account = await requireAccount(acme, id);
    return taggedAnswer(exchange, writeAccountDetails(account, { ...await someOrders(acme, id), now }));
  },
  endAccount: ({ parameters: { id } }) => async ({ acme, actor, now }) => {
    await endAccount(acme, id, { actor, now });
    return { status: 204 };
  },
};

/** A page of a list that is in the order of ids. */
async function page<Row extends { readonly id: string }>(
  { after, limit }: PageQuery,
  read: (after: string, limit: number) => Promise<readonly Row[]>,
): Promise<{ readonly rows: readonly Row[]; readonly next: string | null }> {
  const found = await read(after, limit + 1);
  const rows = found.slice(0, limit);
  return { rows, next: found.length > limit ? rows.at(-1)?.id ?? null : null };
}

/** Orders that are looked at, at most. */
const MOST_ORDERS = 200;

async function someOrders(
  { orders }: AcmeStore,
  account: string,
): Promise<{ readonly records: readonly OrderRecord[]; readonly hasMore: boolean }> {
  const ids = await orders.idsOf(account, "", MOST_ORDERS + 1);
  const found = await Promise.all(ids.slice(0, MOST_ORDERS).map((id) => orders.find(id)));
  // One that has been removed since then is none.
  return { records: found.flatMap((record) => record ?? []), hasMore: ids.length > MOST_ORDERS };
}

async function requireAccount({ accounts }: AcmeStore, id: string): Promise<Account> {
  const found = await accounts.find(id);
  if (found === undefined) throw new CaucaseError("not-found", "no account has this id");
  return found;
}

/** Until nobody changed it in between. @throws `not-found`, `already-revoked` */
async function endAccount(acme: AcmeStore, id: string, by: Attribution): Promise<void> {
  for (;;) {
    const seen = await requireAccount(acme, id);
    const next = ended(seen, "revoked");
    if (next === undefined) throw new CaucaseError("already-revoked", "the account has ended before");
    if (await acme.accounts.change({ seen, next }, by)) return;
  }
}
