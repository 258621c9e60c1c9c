/**
 * Who a request is from (RFC 8555 6.2 to 6.5): its signature says so, and nothing else. A request goes no further than
 * here unless it is signed, for this very URL, with a nonce that was never used.
 */
import type { Account } from "../../core/acme/account.ts";
import { type AccountKey, readAccountKey } from "../../core/acme/json_web_key.ts";
import { AcmeProblem } from "../../core/acme/problem.ts";
import type { Exchange } from "../http/exchange.ts";
import type { Admissions } from "../http/route_table.ts";
import type { AcmeServices, AcmeSteps, OpenCall } from "./call.ts";
import { type Jws, readJson, readJws, requireAlgorithm, verifyWithKey } from "./jws.ts";
import type { Nonces } from "./nonces.ts";

export interface AdmissionParts {
  readonly services: AcmeServices;
  readonly nonces: Nonces;
  readonly clock: { now(): number };
}

export function acmeAdmissions(parts: AdmissionParts): Admissions<AcmeSteps> {
  const { services, clock } = parts;
  const callOf = (exchange: Exchange): OpenCall => ({
    ...services,
    now: clock.now(),
    address: exchange.remoteAddress,
    query: queryOf(exchange.target),
  });
  return {
    open: (step, { exchange }) => step(callOf(exchange)),
    async key(step, { exchange }) {
      const jws = await receive(exchange, parts);
      const key = await signingKey(jws);
      return await step({ ...callOf(exchange), payload: jws.payload, key });
    },
    async account(step, { exchange }) {
      const jws = await receive(exchange, parts);
      const account = await signingAccount(jws, services);
      return await step({ ...callOf(exchange), payload: jws.payload, account });
    },
    async signed(step, { exchange }) {
      const jws = await receive(exchange, parts);
      const signer = jws.header.kid === undefined
        ? { key: await signingKey(jws) }
        : { account: await signingAccount(jws, services) };
      return await step({ ...callOf(exchange), payload: jws.payload, ...signer });
    },
  };
}

/** Read, for this URL, with a good nonce; whose it is remains to be seen. */
async function receive(exchange: Exchange, { services: { urls }, nonces }: AdmissionParts): Promise<Jws> {
  requireType(exchange);
  const jws = readJws(readJson(await exchange.body(), "the request"), "the request");
  const { alg, jwk, kid, nonce = "", url } = jws.header;
  requireAlgorithm(alg);
  if ((jwk === undefined) === (kid === undefined)) {
    throw new AcmeProblem("malformed", "the header must have either jwk or kid, and not both");
  }
  if (!nonces.use(nonce)) throw new AcmeProblem("badNonce", "the nonce is unknown, too old, or was used before");
  if (url !== urls.ofTarget(exchange.target)) {
    throw new AcmeProblem("unauthorized", "the url that was signed is not the one that it was sent to");
  }
  return jws;
}

async function signingKey(jws: Jws): Promise<AccountKey> {
  if (jws.header.jwk === undefined) {
    throw new AcmeProblem("malformed", "this takes requests with the key itself, in jwk");
  }
  const key = readAccountKey(jws.header.jwk);
  await verifyWithKey(jws, key);
  return key;
}

async function signingAccount(jws: Jws, { urls, store }: AcmeServices): Promise<Account> {
  const { kid } = jws.header;
  if (kid === undefined) throw new AcmeProblem("malformed", "this takes requests of accounts, with kid");
  const id = urls.accountId(kid);
  const account = id === undefined ? undefined : await store.accounts.find(id);
  if (account === undefined) throw new AcmeProblem("accountDoesNotExist", "there is no account with this kid");
  await verifyWithKey(jws, account);
  requireLive(account);
  return account;
}

/** @throws `AcmeProblem` `unauthorized` for an account that has ended */
export function requireLive({ status }: Account): void {
  if (status !== "valid") throw new AcmeProblem("unauthorized", `the account is ${status}`);
}

function requireType(exchange: Exchange): void {
  const [type = ""] = (exchange.header("content-type") ?? "").split(";");
  if (type.trim().toLowerCase() !== "application/jose+json") {
    throw new AcmeProblem("malformed", "requests are of the type application/jose+json", { status: 415 });
  }
}

function queryOf(target: string): URLSearchParams {
  const [, query = ""] = /\?([^#]*)/.exec(target) ?? [];
  return new URLSearchParams(query);
}
