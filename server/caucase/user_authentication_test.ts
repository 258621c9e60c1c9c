import assert from "node:assert/strict";
import { certificateToPem } from "../../core/x509/certificate.ts";
import { encodePem, PEM_LABEL } from "../../core/pem.ts";
import { certify, type Credentials, firstUser, type Holder, revokeSerial } from "../../tests/support/desk.ts";
import { forge } from "../../tests/support/forgery.ts";
import { LIFE_SPAN, newCa, NOW } from "../../tests/support/issuing.ts";
import { isRefusal } from "../../tests/support/refusals.ts";
import { exchangeOf, newTestApp, type TestApp } from "../../tests/support/test_app.ts";
import type { Exchange } from "../http/exchange.ts";
import { UserAuthentication } from "./user_authentication.ts";

function from(credentials: Credentials | null): Exchange {
  return exchangeOf("GET", "/cau/csr", { as: credentials });
}

async function start(): Promise<{ app: TestApp; users: UserAuthentication; user: Holder }> {
  const app = await newTestApp();
  return { app, users: new UserAuthentication(app.authorities.cau), user: await firstUser(app) };
}

Deno.test("require() gives the user", async () => {
  const { users, user } = await start();
  const { certificate, actor } = await users.require(from(user), NOW);
  const { serial, authorityKeyIdentifier } = user.certificate;
  assert.equal(certificate.serial, serial);
  assert.deepEqual(actor, { kind: "user", issuer: authorityKeyIdentifier, serial, address: "192.0.2.1" });
});

Deno.test("require() refuses whoever shows none, one of a service, or one of somebody else's CA", async () => {
  const { app, users, user } = await start();
  const rogue = await newCa({ name: "cau" });
  const strangers: [string, Credentials | null][] = [
    ["no certificate", null],
    ["a service", await certify(app, user)],
    ["a rogue CA of the same name, for the same name, serial number and extensions", await forge(rogue, user)],
    ["the rogue CA itself", { key: "", cert: certificateToPem(rogue.certificate) }],
    ["the CA for users itself", { key: "", cert: certificateToPem(app.seeded.cau.certificate) }],
    ["the CA for services itself", { key: "", cert: certificateToPem(app.seeded.cas.certificate) }],
    ["bytes that are no certificate", { key: "", cert: encodePem(PEM_LABEL.CERTIFICATE, new Uint8Array([0x30, 0])) }],
  ];
  for (const [who, credentials] of strangers) {
    await assert.rejects(users.require(from(credentials), NOW), isRefusal("unauthenticated"), who);
  }
});

Deno.test("require() takes a certificate that our CA really signed, so the forged one fails for its issuer alone", async () => {
  const { app, users, user } = await start();
  await users.require(from(await forge(app.seeded.cau, user)), NOW);
});

Deno.test("require() refuses before and after the dates of the certificate", async () => {
  const { users, user } = await start();
  const connection = from(user);
  const moments: [number, boolean][] = [
    [NOW - 11, false],
    [NOW - 10, true],
    [NOW + LIFE_SPAN - 10, true],
    [NOW + LIFE_SPAN - 9, false],
    [NOW, true],
  ];
  for (const [now, good] of moments) {
    const answer = users.require(connection, now);
    if (good) await answer;
    else await assert.rejects(answer, isRefusal("unauthenticated"), `${now - NOW}`);
  }
});

Deno.test("require() refuses on a connection that it knows as soon as the certificate is revoked", async () => {
  const { app, users, user } = await start();
  const other = await certify(app, user, "cau");
  const connection = from(other);
  await users.require(connection, NOW);
  assert.equal((await revokeSerial(app, user, { ca: "cas", serial: other.certificate.serial })).status, 204);
  await users.require(connection, NOW);
  assert.equal((await revokeSerial(app, user, { ca: "cau", serial: other.certificate.serial })).status, 204);
  await assert.rejects(users.require(connection, NOW), isRefusal("unauthenticated"));
  await users.require(from(user), NOW);
});

Deno.test("require() checks the issuer's signature once for each connection", async () => {
  const { app, users, user } = await start();
  let checks = 0;
  const { issuers } = app.authorities.cau;
  const issuerOf = issuers.issuerOf.bind(issuers);
  issuers.issuerOf = (...args) => {
    checks++;
    return issuerOf(...args);
  };
  const connections = [from(user), from(user)];
  for (const connection of [...connections, ...connections]) await users.require(connection, NOW);
  assert.equal(checks, 2);
});
