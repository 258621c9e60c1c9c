/** Accounts: made, found again, changed, bound, ended; their orders; another key. */
import assert from "node:assert/strict";
import type { EabKey } from "../../core/acme/eab_key.ts";
import { AcmeClient, csrOf, newAccountKey, requireProblem, signJws } from "../support/acme_client.ts";
import { type AcmeApp, newAcmeApp } from "../support/acme_app.ts";
import { DAY, NOW } from "../support/issuing.ts";

const NAME = "a.example.org";
const SECRET = new Uint8Array(32).fill(7);

/** Works on `*.example.org`, once. */
const EAB_KEY: EabKey = {
  ...{ id: "key1", name: "hosts", allow: ["*.example.org"], usesLeft: 1, expires: NOW + DAY },
  ...{ createdBy: { kind: "user", issuer: "ab", serial: 5n }, createdAt: NOW, revokedAt: undefined },
};

/** The answer to a client that asks for an account with a binding. */
async function registerBound(app: AcmeApp, header: object, { secret = SECRET, alg = "HS256", payload = {} } = {}) {
  const client = new AcmeClient(app, await newAccountKey());
  const { newAccount: url = "" } = await client.directory();
  const bound = { ...JSON.parse(client.key.jwk), ...payload };
  const externalAccountBinding = await signJws(bound, { alg, kid: "key1", url, ...header }, secret);
  return { client, reply: await client.register({ externalAccountBinding }) };
}

Deno.test("an account is made once, and found again by its key", async () => {
  for (const alg of ["RS256", "ES256", "ES384", "ES512", "EdDSA"]) {
    const app = await newAcmeApp();
    const client = new AcmeClient(app, await newAccountKey(alg));
    requireProblem(await client.register({ onlyReturnExisting: true }), "accountDoesNotExist", 400);
    const made = await client.register({ contact: ["mailto:a@example.org"] });
    assert.equal(made.status, 201, made.text);
    const { kid } = client;
    assert.match(kid ?? "", /^https:\/\/[^/]+\/acme\/account\/[A-Za-z0-9_-]{22}$/);
    client.kid = undefined;
    const found = await client.register({ onlyReturnExisting: true });
    assert.equal(found.status, 200, found.text);
    assert.equal(found.headers["location"], kid);
    assert.deepEqual(JSON.parse(found.text), JSON.parse(made.text));
    assert.deepEqual(JSON.parse(found.text).contact, ["mailto:a@example.org"]);
    assert.deepEqual(app.faults, []);
  }
});

Deno.test("contacts are mailboxes, and change", async () => {
  const app = await newAcmeApp();
  const client = await AcmeClient.registered(app);
  const url = client.kid ?? "";
  const change = (contact: readonly string[]) => client.post(url, { contact });
  assert.equal((await change(["mailto:b@example.org"])).status, 200);
  assert.deepEqual(JSON.parse((await client.post(url)).text).contact, ["mailto:b@example.org"]);
  requireProblem(await change(["tel:+12025551212"]), "unsupportedContact", 400);
  const bad = ["mailto:", "mailto:a", "mailto:a@b,c@d", "mailto:a@b?cc=c@d", "mailto:a@b\r\nTo: c", "mailto:a@\u202eb"];
  for (const one of bad) requireProblem(await change([one]), "invalidContact", 400);
  requireProblem(await change(Array(11).fill("mailto:b@example.org")), "invalidContact", 400);
  assert.equal((await client.post(url, {})).status, 200);
});

Deno.test("where there are terms of service, an account agrees to them", async () => {
  const app = await newAcmeApp({ acme: { termsOfService: "https://ca.example.org/terms" } });
  const client = new AcmeClient(app, await newAccountKey());
  assert.equal((await client.directory()).meta["termsOfService"], "https://ca.example.org/terms");
  requireProblem(await client.register(), "malformed", 400);
  assert.equal((await client.register({ termsOfServiceAgreed: true })).status, 201);
});

Deno.test("a binding takes the key of a user, as often as that says, for the names that it says", async () => {
  const app = await newAcmeApp({ acme: { eab: "required" } });
  await app.storage.acme.eabKeys.add(EAB_KEY, SECRET);
  const plain = new AcmeClient(app, await newAccountKey());
  assert.equal((await plain.directory()).meta["externalAccountRequired"], true);
  requireProblem(await plain.register(), "externalAccountRequired", 403);
  const { client, reply } = await registerBound(app, {});
  assert.equal(reply.status, 201, reply.text);
  assert.equal((await client.newOrder([NAME])).status, 201);
  requireProblem(await client.newOrder(["a.example.com"]), "rejectedIdentifier", 403);
  requireProblem((await registerBound(app, {})).reply, "unauthorized", 403);
});

Deno.test("a binding is made with its key, over the key of the account and the URL of the request", async () => {
  const app = await newAcmeApp({ acme: { eab: "required" } });
  await app.storage.acme.eabKeys.add({ ...EAB_KEY, usesLeft: undefined }, SECRET);
  const wrong = async (header: object, type: string, more: Parameters<typeof registerBound>[2] = {}) =>
    requireProblem((await registerBound(app, header, more)).reply, type);
  await wrong({}, "unauthorized", { secret: new Uint8Array(32) });
  await wrong({ kid: "key2" }, "unauthorized");
  await wrong({ kid: undefined }, "malformed");
  await wrong({ nonce: "AAAA" }, "malformed");
  await wrong({ jwk: {} }, "malformed");
  await wrong({ url: "https://other.example/acme/new-account" }, "malformed");
  const other = await newAccountKey();
  await wrong({}, "malformed", { payload: JSON.parse(other.jwk) });
  await wrong({}, "badPublicKey", { payload: { kty: "oct" } });
  for (const alg of ["HS384", "HS512"]) assert.equal((await registerBound(app, {}, { alg })).reply.status, 201);
  app.clock.set(NOW + 2 * DAY);
  await wrong({}, "unauthorized");
});

Deno.test("an account's key changes, by both keys at once", async () => {
  const app = await newAcmeApp();
  const client = await AcmeClient.registered(app);
  const { keyChange: url = "" } = await client.directory();
  const next = await newAccountKey("EdDSA");
  const old = client.key;
  const inner = (header: object = {}, payload: object = {}, key = next.privateKey) =>
    signJws(
      { account: client.kid, oldKey: JSON.parse(old.jwk), ...payload },
      { alg: "EdDSA", jwk: JSON.parse(next.jwk), url, ...header },
      key,
    );
  const wrong = [
    inner({ nonce: "x" }),
    inner({ url: `${url}x` }),
    inner({ kid: client.kid }),
    inner({ jwk: undefined }),
    inner({}, { account: `${client.kid}x` }),
    inner({}, { oldKey: JSON.parse(next.jwk) }),
    inner({}, {}, (await newAccountKey("EdDSA")).privateKey),
  ];
  for (const one of wrong) requireProblem(await client.post(url, await one), "malformed", 400);
  const other = await AcmeClient.registered(app);
  const taken = await signJws(
    { account: client.kid, oldKey: JSON.parse(old.jwk) },
    { alg: "ES256", jwk: JSON.parse(other.key.jwk), url },
    other.key.privateKey,
  );
  const conflict = await client.post(url, taken);
  requireProblem(conflict, "malformed", 409);
  assert.equal(conflict.headers["location"], other.kid);
  assert.equal((await client.post(url, await inner())).status, 200);
  requireProblem(await client.post(client.kid ?? ""), "badSignatureAlgorithm", 400);
  client.key = next;
  assert.equal((await client.post(client.kid ?? "")).status, 200);
});

Deno.test("an account's orders are listed in pages", async () => {
  const app = await newAcmeApp();
  const client = await AcmeClient.registered(app);
  const made = new Set<string>();
  for (let count = 0; count < 101; count++) made.add((await client.order([`h${count}.example.org`])).url);
  const listed: string[] = [];
  let pages = 0;
  for (let next: string | undefined = `${client.kid}/orders`; next !== undefined; pages++) {
    const reply = await client.post(next);
    listed.push(...JSON.parse(reply.text).orders);
    next = /<([^>]*)>;rel="next"/.exec(reply.headers["link"] ?? "")?.[1];
  }
  assert.equal(pages, 2);
  assert.deepEqual(listed.toSorted(), [...made].toSorted());
});

Deno.test("strangers make so many accounts and orders an hour, and are told when to come again", async () => {
  const app = await newAcmeApp({ acme: { accountsPerHour: 2, pendingOrders: 3, identifiers: 2, policy: "approval" } });
  const client = await AcmeClient.registered(app);
  await AcmeClient.registered(app);
  const third = await new AcmeClient(app, await newAccountKey()).register();
  requireProblem(third, "rateLimited", 429);
  assert.match(third.headers["retry-after"] ?? "", /^\d+$/);
  for (const name of ["a", "b"]) await client.order([`${name}.example.org`]);
  const order = await client.order([NAME]);
  requireProblem(await client.newOrder([NAME]), "rateLimited", 429);
  assert.equal((await client.finalize(order, await csrOf([NAME]))).status, 200);
  await client.order([NAME]);
  requireProblem(await client.newOrder(["a.org", "b.org", "c.org"]), "malformed", 400);
  app.clock.set(NOW + 3700);
  await AcmeClient.registered(app);
});
