/** Accounts (RFC 8555 7.3): made, read, changed, ended, with another key; and their orders. */
import * as v from "valibot";
import { type Account, ended, withKey } from "../../../core/acme/account.ts";
import { newId } from "../../../core/acme/key_authorization.ts";
import { readAccountKey } from "../../../core/acme/json_web_key.ts";
import { AcmeProblem } from "../../../core/acme/problem.ts";
import type { Answer } from "../../http/exchange.ts";
import { requireLive } from "../admissions.ts";
import { accountJson, jsonAnswer } from "../answers.ts";
import type { AccountCall, AcmeHandlers, AcmeServices, KeyCall } from "../call.ts";
import { readContacts } from "../contacts.ts";
import { boundKey } from "../external_binding.ts";
import { readJws, verifyWithKey } from "../jws.ts";
import { readPayload, requireEmpty } from "../payload.ts";

type Accounts = Pick<AcmeHandlers, "newAccount" | "account" | "orders" | "keyChange">;

export const ACCOUNT_HANDLERS: Accounts = {
  newAccount: () => newAccount,
  account: ({ parameters: { id } }) => (call) => changeAccount(own(call, id)),
  orders: ({ parameters: { id } }) => (call) => listOrders(own(call, id)),
  keyChange: () => changeKey,
};

const ORDERS_PER_PAGE = 100;

const NewAccountShape = v.object({
  contact: v.optional(v.array(v.string()), []),
  termsOfServiceAgreed: v.optional(v.boolean(), false),
  onlyReturnExisting: v.optional(v.boolean(), false),
  externalAccountBinding: v.optional(v.unknown()),
});

async function newAccount(call: KeyCall): Promise<Answer> {
  const { key, payload, store, settings, urls, now, address, random } = call;
  const wanted = readPayload(NewAccountShape, payload, "an account");
  const known = await store.accounts.findByKey(key.thumbprint);
  if (known !== undefined) return existing(known, call);
  if (wanted.onlyReturnExisting) throw new AcmeProblem("accountDoesNotExist", "there is no account with this key");
  if (settings.termsOfService !== undefined && !wanted.termsOfServiceAgreed) {
    throw new AcmeProblem("malformed", "an account needs agreement to the terms of service");
  }
  const contact = readContacts(wanted.contact);
  const eabKey = await boundKey(wanted.externalAccountBinding, call);
  const { account, isNew } = await store.accounts.add({
    account: {
      ...{ id: newId(random), ...key, status: "valid", contact, eabKey },
      ...{ allow: undefined, createdAt: now, address },
    },
    perAddressAndHour: settings.limits.accountsPerAddressAndHour,
  });
  return isNew ? accountAnswer(201, account, urls) : existing(account, call);
}

function existing(account: Account, { urls }: KeyCall): Answer {
  requireLive(account);
  return accountAnswer(200, account, urls);
}

function accountAnswer(status: number, account: Account, urls: AcmeServices["urls"]): Answer {
  return jsonAnswer(status, accountJson(account, urls), { "Location": urls.of("account", account.id) });
}

/** An account reaches itself alone. */
function own(call: AccountCall, id: string): AccountCall {
  if (call.account.id !== id) throw new AcmeProblem("unauthorized", "this is another account");
  return call;
}

const AccountShape = v.object({
  contact: v.optional(v.array(v.string())),
  status: v.optional(v.literal("deactivated")),
});

async function changeAccount(call: AccountCall): Promise<Answer> {
  const { account, payload, urls } = call;
  if (payload === undefined) return accountAnswer(200, account, urls);
  const { contact, status } = readPayload(AccountShape, payload, "an account");
  const changed = contact === undefined ? account : { ...account, contact: readContacts(contact) };
  const next = status === undefined ? changed : ended(changed, status) ?? changed;
  await store(call, next);
  return accountAnswer(200, next, urls);
}

/** @throws `AcmeProblem` `malformed` where another request changed the account meanwhile, or its next key is taken */
async function store({ store, account, now }: AccountCall, next: Account): Promise<void> {
  const by = { actor: { kind: "account", id: account.id }, now } as const;
  if (await store.accounts.change({ seen: account, next }, by)) return;
  throw new AcmeProblem("malformed", "the account was changed by another request at the same time", { status: 409 });
}

async function listOrders(call: AccountCall): Promise<Answer> {
  const { account, store, urls, query } = call;
  requireEmpty(call);
  const ids = await store.orders.idsOf(account.id, query.get("after") ?? "", ORDERS_PER_PAGE + 1);
  const page = ids.slice(0, ORDERS_PER_PAGE);
  const last = ids.length > page.length ? page.at(-1) : undefined;
  const next = last === undefined ? {} : { "Link": `<${urls.of("orders", account.id)}?after=${last}>;rel="next"` };
  return jsonAnswer(200, { orders: page.map((id) => urls.of("order", id)) }, next);
}

const KeyChangeShape = v.object({ account: v.string(), oldKey: v.unknown() });

/** RFC 8555 7.3.5: the new key signs inside what the old one signs. */
async function changeKey(call: AccountCall): Promise<Answer> {
  const { account, payload, urls } = call;
  const inner = readJws(payload, "the inner JWS");
  const { jwk, kid, nonce, url } = inner.header;
  if (jwk === undefined || kid !== undefined) throw bad("the header of the inner JWS must have jwk, and no kid");
  if (nonce !== undefined) throw bad("the header of the inner JWS must not have a nonce");
  if (url !== urls.of("keyChange")) throw bad("the url of the inner JWS is not the one of the outer");
  const key = readAccountKey(jwk);
  await verifyWithKey(inner, key);
  const { account: named, oldKey } = readPayload(KeyChangeShape, inner.payload, "another key");
  if (named !== urls.of("account", account.id)) throw bad("the inner JWS is for another account");
  if (readAccountKey(oldKey).thumbprint !== account.thumbprint) throw bad("oldKey is not the key of the account");
  const next = withKey(account, key);
  await store(call, next);
  return accountAnswer(200, next, urls);
}

function bad(detail: string): AcmeProblem {
  return new AcmeProblem("malformed", detail);
}
