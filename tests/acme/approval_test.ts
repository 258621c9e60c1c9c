/** Certificates that people decide about: over ACME, as about any request. */
import assert from "node:assert/strict";
import { AcmeClient, csrOf, leafOf, requireProblem } from "../support/acme_client.ts";
import { acmeScene, decideAll, NAMES } from "../support/acme_scene.ts";
import { DETAILS_TYPE } from "../../core/protocol/pending_details.ts";
import { namesOfCertificate } from "../../core/x509/subject_facts.ts";
import { firstUser } from "../support/desk.ts";

const NAME = NAMES[0];

Deno.test("an order waits until a user signs, and ends in a certificate; its renewal waits for nobody", async () => {
  await using scene = await acmeScene({ acme: { policy: "approval" } });
  const { server } = scene;
  const user = await firstUser(server);
  const client = await AcmeClient.registered(server, { contact: ["mailto:a@example.org"] });
  const order = await client.order([NAME]);
  assert.equal(order.status, "ready");
  const waiting = await client.finalize(order, await csrOf([NAME]));
  assert.equal(JSON.parse(waiting.text).status, "processing");
  assert.match(waiting.headers["retry-after"] ?? "", /^\d+$/);
  const list = await server.ask("GET", "/cas/csr", { as: user, headers: { accept: DETAILS_TYPE } });
  assert.match(list.text, new RegExp(`"account": ?"${client.kid?.split("/").at(-1)}"`));
  assert.equal((await client.readOrder(order.url)).status, "processing");
  requireProblem(await client.post(order.url.replace("/order/", "/certificate/")), "malformed", 404);
  assert.equal(await decideAll(server, user, "sign"), 1);
  const { status, certificate = "" } = await client.readOrder(order.url);
  assert.equal(status, "valid");
  assert.deepEqual(namesOfCertificate(leafOf((await client.post(certificate)).text)).dns, [NAME]);
  const renewal = await client.finalize(await client.order([NAME]), await csrOf([NAME]));
  assert.equal(JSON.parse(renewal.text).status, "valid");
  const other = await client.finalize(await client.order([NAMES[1]]), await csrOf([NAMES[1]]));
  assert.equal(JSON.parse(other.text).status, "processing");
  const register = JSON.parse((await server.ask("GET", "/cas/certificates", { as: user })).text);
  const origins = register.certificates.map(({ origin, by }: { origin: { kind: string }; by: { kind: string } }) =>
    `${origin.kind} ${by.kind}`
  );
  assert.deepEqual(origins.toSorted(), ["acme account", "acme user"]);
});

Deno.test("an order whose request is rejected is invalid, and says so", async () => {
  await using scene = await acmeScene({ acme: { policy: "approval" } });
  const user = await firstUser(scene.server);
  const client = await AcmeClient.registered(scene.server);
  const order = await client.order([NAME]);
  await client.finalize(order, await csrOf([NAME]));
  await decideAll(scene.server, user, "reject");
  const { status, error } = await client.readOrder(order.url);
  assert.equal(status, "invalid");
  assert.match(error?.detail ?? "", /rejected/);
});

Deno.test("with both, names are proved first and then a user decides", async () => {
  await using scene = await acmeScene({ acme: { policy: "both", renewApproved: false } });
  const { server } = scene;
  const user = await firstUser(server);
  const client = await AcmeClient.registered(server);
  const order = await client.order([NAME]);
  requireProblem(await client.finalize(order, await csrOf([NAME])), "orderNotReady", 403);
  const ready = await scene.prove(client, order);
  assert.equal(JSON.parse((await client.finalize(ready, await csrOf([NAME]))).text).status, "processing");
  await decideAll(server, user, "sign");
  assert.equal((await client.readOrder(order.url)).status, "valid");
  // They are asked again, as --no-acme-renew-approved wants it.
  const renewal = await client.finalize(await client.order([NAME]), await csrOf([NAME]));
  assert.equal(JSON.parse(renewal.text).status, "processing");
});

Deno.test("a full list of pending requests is told with a time to come again", async () => {
  const rules = { validityDays: 93, maxPending: 1, autoApproveCount: 0 };
  await using scene = await acmeScene({ acme: { policy: "approval" }, serve: { service: rules } });
  const client = await AcmeClient.registered(scene.server);
  await client.finalize(await client.order([NAME]), await csrOf([NAME]));
  const reply = await client.finalize(await client.order([NAMES[1]]), await csrOf([NAMES[1]]));
  requireProblem(reply, "rateLimited", 429);
  assert.ok(reply.headers["retry-after"]);
});
