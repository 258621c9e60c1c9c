/** Orders from the first request to the certificate, over real sockets. */
import assert from "node:assert/strict";
import { certificateFromPem } from "../../core/x509/certificate.ts";
import { namesOfCertificate } from "../../core/x509/subject_facts.ts";
import { AcmeApp, newAcmeApp } from "../support/acme_app.ts";
import { AcmeClient, type AuthorizationJson, csrOf, leafOf, requireProblem } from "../support/acme_client.ts";
import { acmeScene, NAMES, settled } from "../support/acme_scene.ts";
import { DAY, LIFE_SPAN, NOW } from "../support/issuing.ts";
import { freePortPair } from "../support/ports.ts";

const NAME = NAMES[0];

Deno.test("an order becomes a certificate, with the one of the CA that signed it", async () => {
  await using scene = await acmeScene();
  const client = await AcmeClient.registered(scene.server, { contact: ["mailto:admin@example.org"] });
  const order = await client.order(NAMES);
  assert.equal(order.status, "pending");
  assert.equal(order.profile, "default");
  assert.equal(order.authorizations.length, NAMES.length);
  const ready = await scene.prove(client, order);
  assert.equal(ready.status, "ready", JSON.stringify(ready));
  const reply = await client.finalize(ready, await csrOf(NAMES));
  assert.equal(reply.status, 200, reply.text);
  assert.equal(reply.headers["location"], order.url);
  const { status, certificate } = JSON.parse(reply.text);
  assert.equal(status, "valid");
  const chain = await client.post(certificate);
  assert.equal(chain.headers["content-type"], "application/pem-certificate-chain");
  assert.equal(chain.text.match(/BEGIN CERTIFICATE/g)?.length, 2);
  assert.deepEqual(namesOfCertificate(leafOf(chain.text)).dns, NAMES);
  const [, issuerPem = ""] = chain.text.split(/(?<=-----END CERTIFICATE-----\n)/);
  const { text: caPem } = await scene.server.ask("GET", "/cas/crt/ca.crt.pem");
  assert.deepEqual((await certificateFromPem(issuerPem)).der, (await certificateFromPem(caPem)).der);
});

Deno.test("a name whose challenge fails makes its orders invalid, and says why", async () => {
  const failure = { type: "connection", detail: "nobody there" } as const;
  const app = await newAcmeApp({ validate: () => Promise.resolve(failure), acme: { failures: 2 } });
  const client = await AcmeClient.registered(app);
  for (let count = 0; count < 2; count++) {
    const order = await client.order([NAME]);
    const [url = ""] = order.authorizations;
    const { challenges } = await client.read<AuthorizationJson>(url);
    const begun = await client.post(challenges[0]?.url ?? "", {});
    assert.match(begun.headers["link"] ?? "", /authz\/[^>]+>;rel="up"/);
    const { status, challenges: [challenge] } = await settled(client, url);
    assert.equal(status, "invalid");
    assert.equal(challenge?.error?.type, "urn:ietf:params:acme:error:connection");
    assert.match(challenge?.error?.detail ?? "", /nobody there/);
    const { status: end, error } = await client.readOrder(order.url);
    assert.equal(end, "invalid");
    assert.match(error?.detail ?? "", /nobody there/);
  }
  const limited = await client.newOrder([NAME]);
  requireProblem(limited, "rateLimited", 429);
  assert.ok(limited.headers["retry-after"]);
});

Deno.test("a challenge that is being tried says so, and goes on where a process was killed", async () => {
  const answers: ((outcome: "valid") => void)[] = [];
  const validate = () => new Promise<"valid">((resolve) => answers.push(resolve));
  const app = await newAcmeApp({ validate });
  const client = await AcmeClient.registered(app);
  const order = await client.order([NAME]);
  const [url = ""] = order.authorizations;
  const { challenges: [challenge] } = await client.read<AuthorizationJson>(url);
  for (let count = 0; count < 3; count++) {
    const reply = await client.post(challenge?.url ?? "", {});
    assert.equal(JSON.parse(reply.text).status, "processing");
    assert.ok(reply.headers["retry-after"]);
  }
  assert.equal(answers.length, 1);
  // The same stores in another process.
  const next = new AcmeApp(app.storage, app.authorities, {});
  const again = new AcmeClient(next, client.key);
  again.kid = client.kid;
  assert.equal((await settled(again, url)).status, "valid");
  assert.equal((await again.readOrder(order.url)).status, "ready");
  for (const answer of answers) answer("valid");
  await app.acme.finish();
});

Deno.test("each kind of name has the challenges that can prove it", async () => {
  const app = await newAcmeApp();
  const client = await AcmeClient.registered(app);
  const order = await client.order(["192.0.2.7", NAME, "*.example.org", "2001:db8:0::1"]);
  const kinds: Record<string, string> = {};
  for (const url of order.authorizations) {
    const { identifier, wildcard, challenges } = await client.read<AuthorizationJson>(url);
    kinds[`${wildcard ? "* " : ""}${identifier.value}`] = challenges.map(({ type }) => type).join(" ");
  }
  assert.deepEqual(kinds, {
    "192.0.2.7": "http-01 tls-alpn-01",
    "2001:db8::1": "http-01 tls-alpn-01",
    "a.example.org": "http-01 dns-01 tls-alpn-01",
    "* example.org": "dns-01",
  });
});

Deno.test("names are judged one by one, and refused all at once", async () => {
  const app = await newAcmeApp({ acme: { allow: ["*.example.org", "192.0.2.0/24"], deny: ["x.example.org"] } });
  const client = await AcmeClient.registered(app);
  const names = [NAME, "x.example.org", "a.example.com", "*.example.org", "192.0.3.1"];
  const { subproblems } = requireProblem(await client.newOrder(names), "rejectedIdentifier", 403);
  assert.deepEqual(subproblems?.map(({ identifier }) => identifier.value).toSorted(), [...names.slice(1)].toSorted());
  for (const value of ["a_b..c", "1.2.3.4", "é.example.org", "", "a.example.org."]) {
    requireProblem(await client.newOrder([], { identifiers: [{ type: "dns", value }] }), "malformed", 400);
  }
  const email = { identifiers: [{ type: "email", value: "a@b" }] };
  requireProblem(await client.newOrder([], email), "unsupportedIdentifier", 400);
  requireProblem(await client.newOrder([]), "malformed", 400);
});

Deno.test("an authorization that was proved is used again, until it is given up", async () => {
  await using scene = await acmeScene();
  const client = await AcmeClient.registered(scene.server);
  const first = await scene.prove(client, await client.order([NAME]));
  const second = await client.order([NAME]);
  assert.equal(second.status, "ready");
  assert.deepEqual(second.authorizations, first.authorizations);
  const [url = ""] = first.authorizations;
  const reply = await client.post(url, { status: "deactivated" });
  assert.equal(JSON.parse(reply.text).status, "deactivated");
  for (const order of [first, second]) assert.equal((await client.readOrder(order.url)).status, "invalid");
  assert.equal((await client.order([NAME])).status, "pending");
  requireProblem(await client.post(url, { status: "valid" }), "malformed", 400);
});

Deno.test("dates and profiles are taken where they are what a certificate gets", async () => {
  const app = await newAcmeApp();
  const client = await AcmeClient.registered(app);
  const at = (time: number) => new Date(time * 1000).toISOString();
  await client.order([NAME], { notBefore: at(NOW), notAfter: at(NOW + LIFE_SPAN), profile: "default" });
  for (const dates of [{ notAfter: at(NOW + DAY) }, { notBefore: at(NOW + DAY) }, { notBefore: "tomorrow" }]) {
    requireProblem(await client.newOrder([NAME], dates), "malformed", 400);
  }
  requireProblem(await client.newOrder([NAME], { profile: "other" }), "invalidProfile", 400);
  assert.deepEqual(Object.keys((await client.directory()).meta["profiles"] ?? {}), ["default"]);
});

Deno.test("the server is no host that proves anything: it does not ask itself", async () => {
  const port = freePortPair();
  await using scene = await acmeScene({ acme: { httpPort: port }, serve: { basePort: port } });
  const client = await AcmeClient.registered(scene.server);
  const order = await client.order([NAME]);
  assert.equal((await scene.prove(client, order)).status, "invalid");
  const { challenges } = await client.read<AuthorizationJson>(order.authorizations[0] ?? "");
  const errors = challenges.flatMap(({ error }) => error ?? []);
  assert.match(errors[0]?.detail ?? "", /where this server listens itself/);
  assert.ok(!scene.server.accessLog.some((line) => line.includes("acme-challenge")));
});

Deno.test("what a stranger leaves behind is removed: orders a day after their end, accounts that never ordered", async () => {
  const app = await newAcmeApp();
  const client = await AcmeClient.registered(app);
  await AcmeClient.registered(app);
  const order = await client.order([NAME]);
  const cleanUp = async (now: number) => {
    app.clock.set(now);
    for (let due = now; due <= now;) due = Math.min(...await Promise.all(app.acme.jobs.map((job) => job.run(now))));
  };
  await cleanUp(NOW + 7 * DAY + 10);
  assert.equal((await client.readOrder(order.url)).status, "invalid");
  await cleanUp(NOW + 8 * DAY + 10);
  requireProblem(await client.post(order.url), "malformed", 404);
  requireProblem(await client.post(order.authorizations[0] ?? ""), "malformed", 404);
  await cleanUp(NOW + 89 * DAY);
  assert.equal((await app.storage.acme.accounts.list("", 10)).length, 2);
  await cleanUp(NOW + 98 * DAY + 10);
  assert.equal((await app.storage.acme.accounts.list("", 10)).length, 0);
});
