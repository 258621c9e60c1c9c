/** Revoking, in three ways; and when certificates should be renewed. */
import assert from "node:assert/strict";
import { renewalId } from "../../core/acme/renewal_info.ts";
import { fromBase64url, readAccountKey, toBase64url } from "../../core/acme/json_web_key.ts";
import { parseCertificate } from "../../core/x509/certificate.ts";
import { exportJWK, importPKCS8, importSPKI } from "jose";
import { createPublicKey } from "node:crypto";
import { privateKeyToPem } from "../../core/keys/private_key.ts";
import { type AcmeApp, newAcmeApp } from "../support/acme_app.ts";
import { proveOrder } from "../support/acme_scene.ts";
import { AcmeClient, csrOf, leafOf, requireProblem } from "../support/acme_client.ts";
import { DAY, LIFE_SPAN, newEcKey, NOW } from "../support/issuing.ts";

const NAME = "a.example.org";

async function certified(client: AcmeClient, key = undefined as Awaited<ReturnType<typeof newEcKey>> | undefined) {
  const order = await proveOrder(client, await client.order([NAME]), new Map());
  const reply = await client.finalize(order, await csrOf([NAME], key));
  const { certificate } = JSON.parse(reply.text);
  return leafOf((await client.post(certificate)).text);
}

async function revoke(client: AcmeClient, der: Uint8Array, more: object = {}) {
  const { revokeCert = "" } = await client.directory();
  return await client.post(revokeCert, { certificate: toBase64url(der), ...more });
}

async function renewalWindow(app: AcmeApp, der: Uint8Array<ArrayBuffer>) {
  const { serial } = await parseCertificate(der);
  const registered = await app.storage.ca("cas").certificates.registered(serial);
  const id = renewalId({ issuer: registered?.issuer ?? "", serial });
  const reply = await app.ask("GET", `/acme/renewal-info/${id}`);
  assert.equal(reply.status, 200, reply.text);
  assert.match(reply.headers["retry-after"] ?? "", /^\d+$/);
  const { suggestedWindow: { start, end } } = JSON.parse(reply.text);
  return { id, start: Date.parse(start) / 1000, end: Date.parse(end) / 1000 };
}

Deno.test("the account that ordered a certificate revokes it, once", async () => {
  const app = await newAcmeApp();
  const client = await AcmeClient.registered(app);
  const der = await certified(client);
  for (const reason of [2, 6, 7, 8, 10, -1, 1.5, "1", null]) {
    requireProblem(await revoke(client, der, { reason }), "badRevocationReason", 400);
  }
  const other = await AcmeClient.registered(app);
  requireProblem(await revoke(other, der), "unauthorized", 403);
  assert.equal((await revoke(client, der, { reason: 1 })).status, 200);
  requireProblem(await revoke(client, der), "alreadyRevoked", 400);
  const { serial } = await parseCertificate(der);
  const record = await app.authorities.cas.register.find(serial, NOW);
  assert.equal(record?.revocation?.reason, "keyCompromise");
  assert.equal(record?.revocation?.by?.kind, "account");
});

Deno.test("an account that holds all names of a certificate revokes it", async () => {
  const app = await newAcmeApp();
  const der = await certified(await AcmeClient.registered(app));
  const other = await AcmeClient.registered(app);
  await proveOrder(other, await other.order([NAME]), new Map());
  assert.equal((await revoke(other, der)).status, 200);
});

Deno.test("the key of a certificate revokes it, and no other key does", async () => {
  const app = await newAcmeApp();
  const key = await newEcKey();
  const der = await certified(await AcmeClient.registered(app), key);
  const stranger = await AcmeClient.registered(app);
  stranger.kid = undefined;
  requireProblem(await revoke(stranger, der), "unauthorized", 403);
  const pem = privateKeyToPem(key);
  const spki = createPublicKey(pem).export({ type: "spki", format: "pem" });
  const jwk = readAccountKey(await exportJWK(await importSPKI(`${spki}`, "ES256", { extractable: true })));
  const holder = new AcmeClient(app, { ...jwk, alg: "ES256", privateKey: await importPKCS8(pem, "ES256") });
  assert.equal((await revoke(holder, der, { reason: 4 })).status, 200);
});

Deno.test("what is no certificate of this CA is not revoked", async () => {
  const app = await newAcmeApp();
  const client = await AcmeClient.registered(app);
  const elsewhere = await certified(await AcmeClient.registered(await newAcmeApp()));
  requireProblem(await revoke(client, elsewhere), "malformed", 404);
  for (const certificate of ["", "AAAA", "!", 7]) {
    requireProblem(await revoke(client, new Uint8Array(), { certificate }), "malformed", 400);
  }
  const der = await certified(client);
  const forged = Uint8Array.from(der, (byte, index) => (index === der.length - 1 ? byte ^ 1 : byte));
  assert.ok([400, 403].includes((await revoke(client, forged)).status));
  assert.equal((await revoke(client, der)).status, 200);
});

Deno.test("a certificate is to be renewed in its last third, and at once when it was revoked", async () => {
  const app = await newAcmeApp();
  const client = await AcmeClient.registered(app);
  const der = await certified(client);
  const { id, start, end } = await renewalWindow(app, der);
  assert.ok(start > NOW + LIFE_SPAN / 2 && end > start && end < NOW + LIFE_SPAN);
  await revoke(client, der);
  assert.ok((await renewalWindow(app, der)).end < NOW);
  for (const wrong of ["", "a.b", `${id}A`, id.replace(".", "A."), "....", `${id}.x`]) {
    const reply = await app.ask("GET", `/acme/renewal-info/${wrong}`);
    assert.ok([400, 404].includes(reply.status));
    requireProblem(reply, "malformed");
  }
});

Deno.test("an order replaces a certificate of its account with a name in common, once", async () => {
  const app = await newAcmeApp();
  const client = await AcmeClient.registered(app);
  const der = await certified(client);
  const { id: replaces } = await renewalWindow(app, der);
  const other = await AcmeClient.registered(app);
  requireProblem(await other.newOrder([NAME], { replaces }), "malformed", 400);
  requireProblem(await client.newOrder(["b.example.org"], { replaces }), "malformed", 400);
  requireProblem(await client.newOrder([NAME], { replaces: "AAAA.AAAA" }), "malformed", 400);
  requireProblem(await client.newOrder([NAME], { replaces: "x" }), "malformed", 400);
  const order = await client.order([NAME], { replaces });
  requireProblem(await client.newOrder([NAME], { replaces }), "alreadyReplaced", 409);
  assert.equal((await client.finalize(order, await csrOf([NAME]))).status, 200);
  requireProblem(await client.newOrder([NAME], { replaces }), "alreadyReplaced", 409);
  const { serial } = await parseCertificate(der);
  const record = await app.authorities.cas.register.find(serial, NOW + DAY);
  assert.notEqual(record?.renewedBy, undefined);
  assert.notEqual(fromBase64url("AAAA"), undefined);
});
