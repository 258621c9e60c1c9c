/** What every answer of ACME has, and where there is none. */
import assert from "node:assert/strict";
import { AcmeClient, newAccountKey, requireProblem } from "../support/acme_client.ts";
import { newAcmeApp } from "../support/acme_app.ts";
import { acmeScene } from "../support/acme_scene.ts";
import { runServer } from "../support/running_server.ts";

Deno.test("there is no ACME over HTTP, nor where nobody asked for it", async () => {
  await using scene = await acmeScene();
  for (const path of ["/acme/directory", "/acme/new-nonce", "/acme"]) {
    assert.equal((await scene.server.ask("GET", path)).status, 404);
  }
  assert.equal((await scene.server.ask("GET", "/acme/directory", { as: null })).status, 200);
  await using server = await runServer();
  assert.equal((await server.ask("GET", "/acme/directory", { as: null })).status, 404);
});

Deno.test("the directory names all resources, whatever host was asked", async () => {
  const app = await newAcmeApp({ acme: { website: "https://ca.example.org/" } });
  const reply = await app.ask("GET", "/acme/directory", { headers: { host: "evil.example" } });
  const { meta, ...urls } = JSON.parse(reply.text);
  assert.deepEqual(Object.keys(urls).toSorted(), [
    ...["keyChange", "newAccount", "newNonce", "newOrder", "renewalInfo", "revokeCert"],
  ]);
  const origins = new Set(Object.values<string>(urls).map((url) => new URL(url).origin));
  assert.equal(origins.size, 1);
  assert.ok(![...origins].join().includes("evil"));
  assert.equal(meta.website, "https://ca.example.org/");
  assert.equal(meta.externalAccountRequired, false);
  assert.equal(reply.headers["link"], undefined);
});

Deno.test("every answer to a POST has a nonce, every answer but the directory the way to it", async () => {
  const app = await newAcmeApp();
  const client = await AcmeClient.registered(app);
  const { newOrder = "" } = await client.directory();
  const index = /<[^>]*\/acme\/directory>;rel="index"/;
  const replies = [
    await client.post(newOrder, {}),
    await client.post(newOrder, {}, { header: { nonce: "x" } }),
    await app.ask("POST", "/acme/new-order", { body: "x" }),
    await app.ask("POST", "/acme/directory", { body: "x" }),
    await app.ask("POST", "/acme/nothing", { body: "x" }),
    await app.ask("GET", "/acme/new-nonce"),
    await app.ask("HEAD", "/acme/new-nonce"),
  ];
  const nonces = new Set(replies.map(({ headers }) => headers["replay-nonce"]));
  assert.equal(nonces.size, replies.length);
  for (const { headers } of replies) {
    assert.match(headers["replay-nonce"] ?? "", /^[A-Za-z0-9_-]+$/);
    assert.match(headers["link"] ?? "", index);
    assert.equal(headers["cache-control"], "no-store");
    assert.equal(headers["access-control-allow-origin"], "*");
    assert.match(headers["access-control-expose-headers"] ?? "", /Replay-Nonce/);
  }
  assert.deepEqual(replies.map(({ status }) => status), [400, 400, 415, 405, 404, 204, 200]);
  for (const reply of replies.slice(0, 5)) requireProblem(reply, reply === replies[1] ? "badNonce" : "malformed");
  assert.equal(replies[3]?.headers["allow"], "GET, OPTIONS");
  const preflight = await app.ask("OPTIONS", "/acme/new-order");
  assert.equal(preflight.status, 204);
  assert.equal(preflight.headers["access-control-allow-methods"], "POST, OPTIONS");
  assert.deepEqual(app.faults, []);
});

Deno.test("a bug says nothing of itself to a client", async () => {
  const app = await newAcmeApp();
  const client = new AcmeClient(app, await newAccountKey());
  app.storage.acme.accounts.findByKey = () => Promise.reject(new TypeError("a secret of ours"));
  const reply = await client.register();
  const { detail } = requireProblem(reply, "serverInternal", 500);
  assert.doesNotMatch(detail, /secret/);
  assert.ok(reply.headers["replay-nonce"]);
  assert.equal(app.faults.length, 1);
});
