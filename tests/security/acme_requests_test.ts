/** What a client of ACME may try, on real sockets: nothing but a right signature over this very request lets it in. */
import assert from "node:assert/strict";
import type { FlattenedJWS } from "jose";
import { toBase64url } from "../../core/acme/json_web_key.ts";
import { utf8 } from "../../core/bytes.ts";
import {
  AcmeClient,
  type AuthorizationJson,
  csrOf,
  newAccountKey,
  type OrderJson,
  requireProblem,
} from "../support/acme_client.ts";
import { type AcmeScene, acmeScene, NAMES, type WantedScene } from "../support/acme_scene.ts";
import { firstUser } from "../support/desk.ts";
import { DAY, NOW } from "../support/issuing.ts";

const NAME = NAMES[0];
/** Of an instant of `approval`: orders are ready without challenges. */
const READY: WantedScene = { acme: { policy: "approval" } };

/** A test with a server and an account. */
function acmeTest(name: string, fn: (client: AcmeClient, scene: AcmeScene) => Promise<void>, wanted?: WantedScene) {
  Deno.test(name, async () => {
    await using scene = await acmeScene(wanted);
    await fn(await AcmeClient.registered(scene.server), scene);
  });
}

acmeTest("a nonce is good once, whoever sends it and whatever it signs", async (client, { server }) => {
  const { newOrder = "" } = await client.directory();
  const payload = { identifiers: [{ type: "dns", value: NAME }] };
  const jws = await client.signed(newOrder, payload);
  assert.equal((await client.send(newOrder, jws)).status, 201);
  const again = await client.send(newOrder, jws);
  requireProblem(again, "badNonce", 400);
  assert.ok(again.headers["replay-nonce"]);
  const used = JSON.parse(new TextDecoder().decode(Uint8Array.fromBase64(jws.protected ?? "", BASE64URL)));
  requireProblem(await client.post(newOrder, payload, { header: { nonce: used.nonce } }), "badNonce", 400);
  const other = await AcmeClient.registered(server);
  requireProblem(await other.post(newOrder, payload, { header: { nonce: used.nonce } }), "badNonce", 400);
  // With the one that came with the refusal it goes on.
  assert.equal((await other.post(newOrder, payload)).status, 201);
});

const BASE64URL = { alphabet: "base64url" } as const;

acmeTest("nonces are this server's own, and of this start", async (client, { server }) => {
  const { newOrder = "" } = await client.directory();
  const kept = await client.nonce();
  const forged = [
    undefined,
    "",
    "AAAA",
    kept.slice(0, -2),
    `${kept}AA`,
    flipped(kept),
    toBase64url(new Uint8Array(24)),
  ];
  for (const nonce of forged) {
    requireProblem(await client.post(newOrder, {}, { header: { nonce } }), "badNonce", 400);
  }
  await server.restart();
  requireProblem(await client.post(newOrder, {}, { header: { nonce: kept } }), "badNonce", 400);
});

function flipped(nonce: string): string {
  return (nonce.startsWith("A") ? "B" : "A") + nonce.slice(1);
}

acmeTest("a request is for the URL that was signed, and no other", async (client) => {
  const { newOrder = "", keyChange = "" } = await client.directory();
  const payload = { identifiers: [{ type: "dns", value: NAME }] };
  const order = await client.order([NAME]);
  const urls = [
    keyChange,
    order.url,
    newOrder.replace("https:", "http:"),
    newOrder.replace(/\/\/[^/]*/, "//other.example:8010"),
    `${newOrder}?a=b`,
    `${newOrder}/`,
    newOrder.replace("new-order", "new%2dorder"),
    "/acme/new-order",
  ];
  for (const url of urls) requireProblem(await client.post(url, payload, { to: newOrder }), "unauthorized", 403);
  for (const to of [`${newOrder}/`, `${newOrder}?a=b`, newOrder.replace("/acme/", "/acme//")]) {
    requireProblem(await client.post(newOrder, payload, { to }), "unauthorized", 403);
  }
});

acmeTest("a header has jwk or kid, never both and never neither, each where it belongs", async (client) => {
  const { newOrder = "", newAccount = "" } = await client.directory();
  const jwk = JSON.parse(client.key.jwk);
  const payload = { identifiers: [{ type: "dns", value: NAME }] };
  requireProblem(await client.post(newOrder, payload, { header: { jwk } }), "malformed", 400);
  requireProblem(await client.post(newOrder, {}, { header: { kid: undefined } }), "malformed", 400);
  requireProblem(await client.post(newOrder, {}, { header: { kid: undefined, jwk } }), "malformed", 400);
  requireProblem(await client.post(newAccount, {}), "malformed", 400);
});

acmeTest("an account is who signs: a kid of somebody else, or of nobody, is no use", async (client, { server }) => {
  const other = await AcmeClient.registered(server);
  const { newOrder = "" } = await client.directory();
  requireProblem(await client.post(newOrder, {}, { header: { kid: other.kid } }), "malformed", 400);
  requireProblem(await client.post(other.kid ?? ""), "unauthorized", 403);
  requireProblem(await client.post(`${other.kid}/orders`), "unauthorized", 403);
  for (const kid of [`${client.kid}x`, `${client.kid}/`, "account", client.kid?.replace("https:", "http:"), "", 7]) {
    const reply = await client.post(newOrder, {}, { header: { kid } });
    requireProblem(reply, typeof kid === "number" ? "malformed" : "accountDoesNotExist", 400);
  }
});

acmeTest("what is not signed, or only says so, gets nowhere", async (client) => {
  const { newOrder = "" } = await client.directory();
  const payload = { identifiers: [{ type: "dns", value: NAME }] };
  const { protected: header = "", payload: signedPayload, signature } = await client.signed(newOrder, payload);
  const part = (value: unknown) => toBase64url(utf8(JSON.stringify(value)));
  const bare = { alg: "none", kid: client.kid, url: newOrder };
  const withNonce = async (changes: object) => part({ ...bare, nonce: await client.nonce(), ...changes });
  requireProblem(await client.send(newOrder, payload), "malformed", 400);
  const none = { protected: await withNonce({}), payload: part(payload), signature: "" };
  requireProblem(await client.send(newOrder, none), "badSignatureAlgorithm", 400);
  const unsigned = { protected: await withNonce({ alg: "ES256" }), payload: part(payload), signature: "" };
  requireProblem(await client.send(newOrder, unsigned), "malformed", 400);
  const changed: FlattenedJWS = { protected: header, payload: part({ identifiers: [] }), signature };
  requireProblem(await client.send(newOrder, changed), "malformed", 400);
  const unprotected = { protected: header, header: { kid: client.kid }, payload: signedPayload, signature };
  requireProblem(await client.send(newOrder, unprotected), "malformed", 400);
  const general = { payload: signedPayload, signatures: [{ protected: header, signature }] };
  requireProblem(await client.send(newOrder, general), "malformed", 400);
});

acmeTest("a public key is no secret: nothing is signed with HMAC", async (client) => {
  const { newOrder = "" } = await client.directory();
  for (const alg of ["HS256", "HS384", "HS512"]) {
    for (const secret of [utf8(client.key.jwk), utf8(client.key.thumbprint)]) {
      const reply = await client.post(newOrder, {}, { header: { alg }, key: secret });
      const { algorithms } = requireProblem(reply, "badSignatureAlgorithm", 400);
      assert.deepEqual(algorithms, ["RS256", "ES256", "ES384", "ES512", "EdDSA"]);
    }
  }
  const jwk = { kty: "oct", k: toBase64url(utf8("a secret of thirty-two characters")) };
  const { newAccount = "" } = await client.directory();
  const reply = await client.post(newAccount, {}, { header: { jwk, kid: undefined } });
  requireProblem(reply, "badPublicKey", 400);
});

acmeTest("a signature is of the kind that the key is for", async (client) => {
  const { newOrder = "" } = await client.directory();
  const rsa = await newAccountKey("RS256");
  const reply = await client.post(newOrder, {}, { header: { alg: "RS256" }, key: rsa.privateKey });
  requireProblem(reply, "badSignatureAlgorithm", 400);
  for (const alg of ["PS256", "RS512", "ES256K", "Ed448", "EdDSA "]) {
    const jws = await client.signed(newOrder, {});
    const header = { alg, kid: client.kid, url: newOrder, nonce: await client.nonce() };
    const forged = { ...jws, protected: toBase64url(utf8(JSON.stringify(header))) };
    requireProblem(await client.send(newOrder, forged), "badSignatureAlgorithm", 400);
  }
});

acmeTest("requests are of the type application/jose+json", async (client) => {
  const { newOrder = "" } = await client.directory();
  for (const contentType of ["application/json", "text/plain", "application/x-www-form-urlencoded", ""]) {
    requireProblem(await client.post(newOrder, {}, { contentType }), "malformed", 415);
  }
  const payload = { identifiers: [{ type: "dns", value: NAME }] };
  const reply = await client.post(newOrder, payload, { contentType: "Application/JOSE+JSON; charset=utf-8" });
  assert.equal(reply.status, 201, reply.text);
});

acmeTest("what is another account's is as if it were not there", async (client, { server }) => {
  const order = await client.order([NAME]);
  const [url = ""] = order.authorizations;
  const { challenges: [challenge] } = await client.read<AuthorizationJson>(url);
  const other = await AcmeClient.registered(server);
  const csr = await csrOf([NAME]);
  const certificate = order.url.replace("/order/", "/certificate/");
  for (
    const [target = "", payload] of [
      [order.url, undefined],
      [order.finalize, { csr }],
      [certificate, undefined],
      [url, undefined],
      [url, { status: "deactivated" }],
      [challenge?.url, {}],
      [challenge?.url, undefined],
    ] as const
  ) {
    const missing = target.replace(/(order|certificate|authz|challenge)\/.{10}/, "$1/AAAAAAAAAA");
    const { detail } = requireProblem(await other.post(target, payload), "malformed", 404);
    assert.equal(detail, requireProblem(await other.post(missing, payload), "malformed", 404).detail);
  }
  assert.equal((await client.readOrder(order.url)).status, "pending");
});

acmeTest("a request to certify has the names of its order, no more and no fewer", async (client, { server }) => {
  const order = await client.order(NAMES.slice(0, 2));
  const more = [[...NAMES], [NAMES[0]], [NAMES[0], NAMES[2]], ["*.example.org"], [], [NAMES[0], NAMES[1], "192.0.2.1"]];
  for (const names of more) requireProblem(await client.finalize(order, await csrOf(names)), "badCSR", 400);
  for (const csr of ["", "AAAA", "no base64url!", toBase64url(new Uint8Array(9000))]) {
    requireProblem(await client.finalize(order, csr), "badCSR", 400);
  }
  assert.equal((await server.ask("GET", "/cas/crl")).status, 200);
  assert.equal((await client.readOrder(order.url)).status, "ready");
  assert.equal((await client.finalize(order, await csrOf([NAMES[1], NAMES[0]]))).status, 200);
}, READY);

acmeTest(
  "an order is finalized once, also by two requests at once, and never by the same one again",
  async (client, scene) => {
    const order = await scene.prove(client, await client.order([NAME]));
    const csr = await csrOf([NAME]);
    const jws = await Promise.all([0, 1, 2, 3].map(() => client.signed(order.finalize, { csr })));
    const replies = await Promise.all(jws.map((one) => client.send(order.finalize, one)));
    const [done, ...others] = replies.filter(({ status }) => status === 200);
    assert.equal(JSON.parse(done?.text ?? "").status, "valid");
    assert.deepEqual(others, []);
    for (const reply of replies) if (reply !== done) requireProblem(reply, "orderNotReady", 403);
    for (const one of jws) requireProblem(await client.send(order.finalize, one), "badNonce", 400);
    requireProblem(await client.finalize(order, csr), "orderNotReady", 403);
    const { text } = await scene.server.ask("GET", "/cas/certificates", { as: await firstUser(scene.server) });
    assert.equal(JSON.parse(text).certificates.length, 1);
  },
);

acmeTest("an order that is pending is not finalized", async (client) => {
  requireProblem(await client.finalize(await client.order([NAME]), await csrOf([NAME])), "orderNotReady", 403);
});

acmeTest("an order that has expired is not finalized", async (client, { server }) => {
  const order = await client.order([NAME]);
  assert.equal(order.status, "ready");
  server.clock.set(NOW + 7 * DAY + 10);
  requireProblem(await client.finalize(order, await csrOf([NAME])), "orderNotReady", 403);
  assert.equal((await client.readOrder(order.url)).status, "invalid");
}, READY);

acmeTest("an account that was deactivated does nothing any more, and is not made again", async (client) => {
  const order: OrderJson = await client.order([NAME]);
  const reply = await client.post(client.kid ?? "", { status: "deactivated" });
  assert.equal(JSON.parse(reply.text).status, "deactivated");
  const { newOrder = "" } = await client.directory();
  for (const [url, payload] of [[newOrder, {}], [order.url, undefined], [client.kid ?? "", undefined]] as const) {
    requireProblem(await client.post(url, payload), "unauthorized", 403);
  }
  client.kid = undefined;
  requireProblem(await client.register(), "unauthorized", 403);
}, READY);
