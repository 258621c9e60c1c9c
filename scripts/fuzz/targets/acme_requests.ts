/** What clients of ACME send: signed requests, and every payload that they sign. */
import assert from "node:assert/strict";
import { readAccountKey } from "../../../core/acme/json_web_key.ts";
import type { Bytes } from "../../../core/bytes.ts";
import { malformed } from "../../../core/errors.ts";
import { readJson, readJws, verifyWithKey } from "../../../server/acme/jws.ts";
import { type AcmeApp, newAcmeApp } from "../../../tests/support/acme_app.ts";
import { AcmeClient, type AuthorizationJson } from "../../../tests/support/acme_client.ts";
import { defineTarget } from "../target.ts";

const WORDS = [
  ...["protected", "payload", "signature", "header", "alg", "nonce", "url", "jwk", "kid", "crit", "b64", "none"],
  ...["ES256", "RS256", "HS256", "EdDSA", "kty", "crv", "P-256", "identifiers", "type", "value", "dns", "ip", "csr"],
  ...["notBefore", "notAfter", "profile", "replaces", "contact", "mailto:", "status", "deactivated", "reason"],
];

export const acmeJws = defineTarget({
  name: "acme-jws",
  grammar: "json",
  words: WORDS,
  codes: ["malformed", "unacceptable"],
  async read(input) {
    const jws = readJws(readJson(input, "the request"), "the request");
    const key = readAccountKey(jws.header.jwk);
    await verifyWithKey(jws, key);
    return { jws, key };
  },
  check({ jws, key }) {
    assert.deepEqual(readJws(jws.flattened, "it"), jws);
    assert.deepEqual(readAccountKey(JSON.parse(key.jwk)), key);
    assert.ok(["RS256", "ES256", "ES384", "ES512", "EdDSA"].includes(jws.header.alg));
  },
  grown: {
    "payload": (size) => new TextEncoder().encode(JSON.stringify({ ...EMPTY, payload: "A".repeat(size) })),
    "header": (size) => new TextEncoder().encode(JSON.stringify({ ...EMPTY, protected: "A".repeat(size) })),
    "nesting": (size) => new TextEncoder().encode("[".repeat(size / 2) + "]".repeat(size / 2)),
  },
});

const EMPTY = { protected: "", payload: "", signature: "" };

/** A server with an account, and one of each thing that a request can be about. */
interface Desk {
  readonly app: AcmeApp;
  readonly client: AcmeClient;
  readonly urls: Readonly<Record<string, string>>;
  left: number;
}

/** Requests before the server is made again: what they leave behind slows it down, and its limits are reached. */
const PER_DESK = 100;

let desk: Promise<Desk> | undefined;

async function newDesk(): Promise<Desk> {
  const app = await newAcmeApp();
  const client = await AcmeClient.registered(app);
  const { meta: _, ...directory } = await client.directory();
  const order = await client.order(["a.example.org"]);
  const [authorization = ""] = order.authorizations;
  const { challenges } = await client.read<AuthorizationJson>(authorization);
  const things = { account: client.kid ?? "", order: order.url, finalize: order.finalize, authorization };
  return { app, client, urls: { ...directory, ...things, challenge: challenges[0]?.url ?? "" }, left: PER_DESK };
}

/** `{ "to": the resource, "payload": … }`, sent by the account; with `"as": "key"` by a key that has none. */
export const acmePayload = defineTarget({
  name: "acme-payload",
  grammar: "json",
  words: WORDS,
  codes: ["malformed"],
  async read(input: Bytes) {
    const wanted = readJson(input, "it");
    if (typeof wanted !== "object" || wanted === null || !("to" in wanted)) throw malformed("it goes nowhere");
    const known = await (desk ??= newDesk());
    if (known.left-- === 0) desk = undefined;
    const { app, client, urls } = known;
    const url = Object.hasOwn(urls, `${wanted.to}`) ? urls[`${wanted.to}`] ?? "" : "";
    if (url === "") throw malformed("it goes nowhere");
    const payload = "payload" in wanted ? wanted.payload : undefined;
    const header = wanted.to === "newAccount" ? { jwk: JSON.parse(client.key.jwk), kid: undefined } : {};
    const { status, text } = await client.post(url, payload, { header });
    assert.deepEqual(app.faults, []);
    assert.ok(status < 500, text);
    if (status >= 400) throw malformed(JSON.parse(text).detail);
    return status;
  },
  check: (status) => assert.ok(status === 200 || status === 201),
});
