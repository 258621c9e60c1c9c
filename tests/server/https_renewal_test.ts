/** The server's own certificate is renewed while it serves: nobody loses a connection. */
import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { connect } from "node:tls";
import { DAY, LIFE_SPAN, NOW } from "../support/issuing.ts";
import { RawClient } from "../support/raw_client.ts";
import { runServer, type TestServer } from "../support/running_server.ts";

/** The certificate that a new connection is shown. */
async function shown({ port }: TestServer): Promise<X509Certificate> {
  const socket = connect({ port: port + 1, host: "127.0.0.1", rejectUnauthorized: false });
  try {
    await new Promise<void>((resolve, reject) => socket.once("secureConnect", resolve).once("error", reject));
    return new X509Certificate(socket.getPeerCertificate().raw);
  } finally {
    socket.destroy();
  }
}

/** Waits for another certificate than `before`: each look is a whole handshake, so it is not only time that passes. */
async function shownAfter(server: TestServer, before: X509Certificate): Promise<X509Certificate> {
  for (let look = 0; look < 2000; look++) {
    const certificate = await shown(server);
    if (certificate.serialNumber !== before.serialNumber) return certificate;
  }
  throw new Error("the certificate for HTTPS was not renewed");
}

Deno.test("the HTTPS certificate is renewed in time, on the same port, and open connections go on", async () => {
  await using server = await runServer();
  const before = await shown(server);
  using client = await RawClient.tls(server.port + 1);
  server.clock.set(NOW - 10 + LIFE_SPAN - 31 * DAY);
  const after = await shownAfter(server, before);
  assert.ok(after.checkHost("ca.example.com", { subject: "never" }));
  assert.notDeepEqual(after.publicKey.export({ format: "der", type: "spki" }), before.publicKey);
  client.request("GET", "/cas/crt/ca.crt.json");
  assert.deepEqual([(await client.response()).status, client.ended], [200, false]);
  const file = await Deno.readTextFile(server.options.serverKey);
  assert.equal(new X509Certificate(file.slice(file.indexOf("-----BEGIN CERT"))).serialNumber, after.serialNumber);
  await server.restart();
  assert.equal((await shown(server)).serialNumber, after.serialNumber, "a restart keeps it");
  assert.deepEqual(server.warnings, []);
});
