/** Who may: judged on every request by the client certificate of its connection, and by nothing else. */
import assert from "node:assert/strict";
import { certify, type Credentials, firstUser, type Holder, JSON_TYPE, revokeSerial } from "../support/desk.ts";
import { forge } from "../support/forgery.ts";
import { newEcKey } from "../support/issuing.ts";
import { RawClient } from "../support/raw_client.ts";
import { csrFor, renewalBody, revocationBody } from "../support/requests.ts";
import { runServer, type TestServer } from "../support/running_server.ts";
import { newIssuer } from "../support/seeded_issuers.ts";

/** The status of `GET /cas/csr` on a connection that stays open. */
async function statusOn(client: RawClient): Promise<number> {
  client.request("GET", "/cas/csr");
  return (await client.response()).status;
}

/** That somebody can do nothing that is for users. */
async function assertStranger(server: TestServer, as: Credentials | null, who: string): Promise<void> {
  for (const ca of ["cau", "cas"] as const) {
    const requests = [["GET", "csr"], ["DELETE", "csr/1"], ["PUT", "crt/1"]] as const;
    for (const [method, path] of requests) {
      const { status, headers, text } = await server.ask(method, `/${ca}/${path}`, { as });
      assert.deepEqual([status, headers["www-authenticate"]], [401, "transport"], `${who}: ${method} ${path}`);
      assert.doesNotMatch(text, /\d{5}/);
    }
    assert.equal((await revokeSerial(server, as, { ca, serial: 5n })).status, 401, who);
  }
}

Deno.test("only a certificate of the CA for users opens what is for users", async () => {
  await using server = await runServer();
  const user = await firstUser(server);
  assert.equal((await server.ask("GET", "/cas/csr", { as: user })).status, 200);
  const rogue = await newIssuer("cau");
  const service = await certify(server, user);
  await assertStranger(server, null, "nobody");
  await assertStranger(server, service, "a service");
  await assertStranger(server, await forge(rogue, user), "a rogue CA with our CA's name and key identifier");
  const serial = user.certificate.serial;
  assert.ok(server.accessLog.some((line) => line.startsWith(`127.0.0.1 - ${serial} [`)), "the user is in the log");
  assert.ok(!server.accessLog.some((line) => line.startsWith(`127.0.0.1 - ${service.certificate.serial} `)));
  assert.deepEqual(server.warnings, []);
});

Deno.test("plain HTTP never authenticates, whatever its headers say", async () => {
  await using server = await runServer();
  const user = await firstUser(server);
  const certificate = encodeURIComponent(user.cert);
  const headers = {
    "x-ssl-client-cert": certificate,
    "x-ssl-client-verify": "SUCCESS",
    "ssl-client-s-dn": "CN=first-user",
    "x-forwarded-client-cert": certificate,
    "client-cert": `:${btoa(user.cert)}:`,
    "x-forwarded-proto": "https",
    "authorization": `Bearer ${certificate}`,
    "cookie": `user=${user.certificate.serial}`,
  };
  assert.equal((await server.ask("GET", "/cas/csr", { headers })).status, 401);
  assert.equal((await server.ask("GET", "/cas/csr", { headers, as: null })).status, 401);
});

Deno.test("a revoked user is refused at once on a connection that stays open, and after a restart", async () => {
  await using server = await runServer();
  const user = await firstUser(server);
  const other = await certify(server, user, "cau");
  const { port } = server;
  {
    using client = await RawClient.tls(port + 1, other);
    assert.equal(await statusOn(client), 200);
    assert.equal((await revokeSerial(server, user, { ca: "cau", serial: other.certificate.serial })).status, 204);
    assert.equal(await statusOn(client), 401);
    assert.equal(await statusOn(client), 401, "the connection itself goes on");
  }
  await assertRevoked(server, other);
  await server.restart();
  await assertRevoked(server, other);
  assert.equal((await server.ask("GET", "/cas/csr", { as: user })).status, 200, "nobody else is");
});

/** That a certificate of the CA for users is good for nothing any more, on any path. */
async function assertRevoked(server: TestServer, { cert, privateKey, ...rest }: Holder): Promise<void> {
  await assertStranger(server, { cert, key: rest.key }, "revoked");
  const renewal = await renewalBody(cert, privateKey, await csrFor(await newEcKey()));
  assert.equal((await server.ask("PUT", "/cau/crt/renew", { headers: JSON_TYPE, body: renewal })).status, 400);
  const revocation = await revocationBody(cert, privateKey);
  assert.equal((await server.ask("PUT", "/cau/crt/revoke", { headers: JSON_TYPE, body: revocation })).status, 409);
}

Deno.test("a user whose certificate expires is refused on a connection that stays open", async () => {
  await using server = await runServer();
  const user = await firstUser(server);
  using client = await RawClient.tls(server.port + 1, user);
  server.clock.set(user.certificate.notAfter);
  assert.equal(await statusOn(client), 200, "good to the last second");
  server.clock.set(user.certificate.notAfter + 1);
  assert.equal(await statusOn(client), 401);
  await assertStranger(server, user, "expired");
});
