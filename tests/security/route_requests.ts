/** For each row of the authorisation table a request that the route takes, as far as it is for anyone. */
import assert from "node:assert/strict";
import { type Bytes, fromUtf8 } from "../../core/bytes.ts";
import { type PublicCa, type Route, type RouteName, ROUTES } from "../../core/protocol/routes.ts";
import { readMadeEabKey, writeWantedEabKey } from "../../core/protocol/eab_keys.ts";
import { DETAILS_TYPE } from "../../core/protocol/pending_details.ts";
import { certificateFromPem } from "../../core/x509/certificate.ts";
import type { Visitor } from "../support/visitors.ts";
import { type AgedServer, holderFrom } from "../support/aged_server.ts";
import { CSR_TYPE, type Holder, holderOf, JSON_TYPE, submit } from "../support/desk.ts";
import { newEcKey } from "../support/issuing.ts";
import type { RequestParts } from "../support/raw_client.ts";
import {
  csrFor,
  installationBody,
  renewalBody,
  revocationBody,
  unsignedBody,
  userRevocationBody,
} from "../support/requests.ts";

export interface RequestCircumstances {
  readonly aged: AgedServer;
  readonly ca: PublicCa;
  readonly visitor: Visitor;
}

/** What fills the path's parameter, and what is sent. */
interface Filling extends RequestParts {
  readonly id?: string;
  readonly query?: string;
}

export interface RouteRequest extends RequestParts {
  readonly method: string;
  readonly path: string;
}

type MakeRequest = (circumstances: RequestCircumstances) => Filling | Promise<Filling>;

const FORM_TYPE = { "content-type": "application/x-www-form-urlencoded" };
const QUESTION = "origin=https%3A%2F%2Fa.example&return=https%3A%2F%2Fa.example%2F";
const nothing: MakeRequest = () => ({});

/** By row: the name of a route, then what kind of request it is where the route takes several. */
export const REQUESTS: Readonly<Record<string, MakeRequest>> = {
  "root": nothing,
  "caRoot": nothing,
  "crlList": nothing,
  "crl": ({ aged, ca }) => ({ id: `${BigInt(`0x${aged[ca].certificate.keyIdentifier}`)}` }),
  "request": async (now) => ({ id: await readId(now) }),
  "certificate": async (now) => ({ id: await readId(now) }),
  "caCertificate": nothing,
  "caChain": nothing,
  "httpsCa": nothing,
  "submit": async () => ({ body: fromUtf8(await newCsr()) }),
  "corsPage": () => ({ query: QUESTION }),
  // Without the token of a page that a person saw.
  "corsDecide": () => ({ headers: FORM_TYPE, body: `${QUESTION.replace("return", "return_to")}&grant=1` }),
  "pendingList": nothing,
  "pendingList/details": () => ({ headers: { accept: DETAILS_TYPE } }),
  "register": nothing,
  "registered": async (now) => ({ id: await registeredSerial(now) }),
  "events": nothing,
  "pendingDetails": async (now) => ({ id: await pendingId(now) }),
  "status": nothing,
  "reject": async (now) => ({ id: await pendingId(now) }),
  "sign": async (now) => ({ id: await pendingId(now) }),
  "sign/template": async (now) => ({
    id: await pendingId(now),
    headers: CSR_TYPE,
    body: fromUtf8(await csrFor(now.visitor.holder.privateKey, "template")),
  }),
  "eabKeys": nothing,
  "createEabKey": () => json(WANTED_KEY),
  "revokeEabKey": async (now) => ({ id: await newEabKey(now) }),
  "accounts": nothing,
  "account": () => ({ id: NO_ACCOUNT }),
  "endAccount": () => ({ id: NO_ACCOUNT }),
  "auditCheckpoint": nothing,
  "auditKey": nothing,
  "auditTile": () => ({ id: "0/000" }),
  "auditFarTile": () => ({ id: "entries/000.p/1" }),
  // There is none before the 65 536th entry.
  "auditFarthestTile": () => ({ id: "1/x001/000.p/1" }),
  "revoke/serial": () => json(unsignedBody(`{"revoke_serial": ${crypto.getRandomValues(new Uint32Array(1))[0]}}`)),
  "revoke/unsigned": async (now) => json(userRevocationBody((await bystander(now)).cert)),
  "revoke/holders": async (now) => {
    const { cert, privateKey } = await bystander(now);
    return json(await revocationBody(cert, privateKey));
  },
  "revoke/others": async (now) =>
    json(await revocationBody((await bystander(now)).cert, now.visitor.holder.privateKey)),
  "renew/holders": async (now) => {
    const { cert, privateKey } = await bystander(now);
    return json(await renewalBody(cert, privateKey, await newCsr()));
  },
  "renew/others": async (now) =>
    json(await renewalBody((await bystander(now)).cert, now.visitor.holder.privateKey, await newCsr())),
  "renew/own": async ({ visitor: { holder: { cert, privateKey } } }) =>
    json(await renewalBody(cert, privateKey, await newCsr())),
  "report/holders": async (now) => await reportOf(now, await registered(now)),
  "report/others": async (now) => {
    const { privateKey } = now.visitor.holder;
    return await reportOf(now, { ...await registered(now), privateKey });
  },
  // Good, but in no register.
  "report/foreign": async (now) => await reportOf(now, await bystander(now)),
};

/** The request of a row, for a CA and a visitor. */
export async function requestOf(row: string, circumstances: RequestCircumstances): Promise<RouteRequest> {
  const build = REQUESTS[row];
  assert.ok(build, `there is no request for the row ${row}`);
  const { id = "", query, headers = {}, body = "" } = await build(circumstances);
  const { method, path } = routeOf(row);
  const filled = path.replace("{ca}", circumstances.ca).replace(/\{\w+\}(?:\/\{\w+\})*/, id);
  const length = body === "" ? {} : { "content-length": `${body.length}` };
  return { method, path: query ? `${filled}?${query}` : filled, headers: { ...headers, ...length }, body };
}

/** The route that a row is about. */
export function routeOf(row: string): Route {
  const route = Object.entries<Route>(ROUTES).find(([name]) => name === routeNameOf(row))?.[1];
  assert.ok(route, `the row ${row} is of no route`);
  return route;
}

export function routeNameOf(row: string): RouteName {
  return (row.split("/")[0] ?? "") as RouteName;
}

function json(body: string): Filling {
  return { headers: JSON_TYPE, body };
}

const WANTED_KEY = writeWantedEabKey({ name: "a key", allow: null, uses: 1, expires: null });

/** Accounts come by ACME alone. */
const NO_ACCOUNT = "AAAAAAAAAAAAAAAAAAAAAA";

async function newEabKey({ aged }: RequestCircumstances): Promise<string> {
  const as = await holderFrom(aged.cau);
  const answer = await aged.server.ask("POST", "/eab-keys", { as, headers: JSON_TYPE, body: WANTED_KEY });
  return readMadeEabKey(answer.text).key.id;
}

async function newCsr(): Promise<Bytes> {
  return await csrFor(await newEcKey());
}

function bystander({ aged, ca }: RequestCircumstances): Promise<Holder> {
  return holderFrom(aged[ca], { name: "bystander" });
}

/** As a bystander, but with a certificate that the server issued itself: the renewal of theirs. */
async function registered(circumstances: RequestCircumstances): Promise<Holder> {
  const [{ cert, privateKey }, key] = [await bystander(circumstances), await newEcKey()];
  const { aged: { server }, ca } = circumstances;
  const body = await renewalBody(cert, privateKey, await csrFor(key));
  const { status, text } = await server.ask("PUT", `/${ca}/crt/renew`, { headers: JSON_TYPE, body });
  assert.equal(status, 200, text);
  return await holderOf(key, text);
}

async function reportOf({ aged: { server } }: RequestCircumstances, holder: Holder): Promise<Filling> {
  const body = await installationBody(holder, server.clock.now());
  return { id: `${holder.certificate.serial}`, ...json(body) };
}

async function pendingId({ aged: { server }, ca }: RequestCircumstances): Promise<string> {
  return await submit(server, ca, await newCsr());
}

/** The id of a signed request, one for all who only read it. */
async function readId({ aged, ca, visitor }: RequestCircumstances): Promise<string> {
  const known = readIds.get(aged) ?? new Map<PublicCa, string>();
  readIds.set(aged, known);
  const id = known.get(ca) ?? await pendingId({ aged, ca, visitor });
  if (!known.has(ca)) {
    const as = await holderFrom(aged.cau);
    assert.equal((await aged.server.ask("PUT", `/${ca}/crt/${id}`, { as })).status, 204);
  }
  known.set(ca, id);
  return id;
}

/** The serial number of the certificate for that request. */
async function registeredSerial(circumstances: RequestCircumstances): Promise<string> {
  const { aged: { server }, ca } = circumstances;
  const { text } = await server.ask("GET", `/${ca}/crt/${await readId(circumstances)}`);
  return `${(await certificateFromPem(text)).serial}`;
}

const readIds = new WeakMap<AgedServer, Map<PublicCa, string>>();
