import assert from "node:assert/strict";
import { echo, listening, newIdentity } from "../../tests/support/listening.ts";
import { RawClient } from "../../tests/support/raw_client.ts";
import { startListeners } from "./listener.ts";

const LONG = 60_000;

Deno.test("close() ends idle connections at once and takes no new ones", async () => {
  const server = await listening(echo);
  using plain = await RawClient.tcp(server.http);
  using secured = await RawClient.tls(server.https);
  using fresh = await RawClient.tcp(server.http);
  for (const client of [plain, secured]) {
    client.request("GET", "/");
    await client.response();
  }
  await server.listeners.close(LONG);
  for (const client of [plain, secured, fresh]) assert.equal(await client.rest(), "");
  await assert.rejects(RawClient.tcp(server.http));
});

Deno.test("close() lets running requests finish, and tells their clients that it was the last", async (t) => {
  const body = "x".repeat(3_000_000);
  for (const kind of ["http", "https"] as const) {
    await t.step(kind, async () => {
      const begun = Promise.withResolvers<void>();
      const goOn = Promise.withResolvers<void>();
      const server = await listening(async () => {
        begun.resolve();
        await goOn.promise;
        return { status: 200, body };
      });
      using client = await (kind === "http" ? RawClient.tcp(server.http) : RawClient.tls(server.https));
      client.request("GET", "/");
      await begun.promise;
      const closed = server.listeners.close(LONG);
      goOn.resolve();
      const response = await client.response();
      assert.deepEqual([response.body.length, response.headers.connection], [body.length, "close"]);
      await closed;
    });
  }
});

Deno.test("close() reads the rest of a running upload", async () => {
  const begun = Promise.withResolvers<void>();
  const server = await listening((exchange) => {
    begun.resolve();
    return echo(exchange);
  });
  using client = await RawClient.tcp(server.http);
  client.request("PUT", "/", { headers: { "Content-Length": "6" }, body: "abc" });
  await begun.promise;
  const closed = server.listeners.close(LONG);
  client.send("def");
  assert.equal((await client.response()).body, "PUT / 6");
  await closed;
});

Deno.test("close() cuts what is still running after the grace, and a late answer does no harm", async () => {
  const begun = Promise.withResolvers<void>();
  const late = Promise.withResolvers<{ status: number }>();
  const server = await listening(() => {
    begun.resolve();
    return late.promise;
  });
  using client = await RawClient.tcp(server.http);
  using handshaking = await RawClient.tcp(server.https);
  client.request("GET", "/");
  await begun.promise;
  await server.listeners.close(1);
  assert.equal(await client.rest(), "");
  assert.equal(await handshaking.rest(), "");
  late.resolve({ status: 200 });
  await late.promise;
  assert.deepEqual(server.log, []);
});

Deno.test("close() may be called again", async () => {
  const server = await listening(echo);
  assert.equal(server.listeners.close(0), server.listeners.close(LONG));
  await server.listeners.close(0);
});

Deno.test("startListeners() fails as in-use and leaves nothing open when a port is taken", async () => {
  await using first = await listening(echo);
  const { key, cert } = await newIdentity();
  const options = { handler: echo, tls: { key, cert, ca: [cert] }, accessLog: () => {}, log: () => {} };
  const free = freePort();
  const start = startListeners({ ...options, addresses: ["127.0.0.1"], httpPort: free, httpsPort: first.https });
  await assert.rejects(start, {
    code: "in-use",
    message: `127.0.0.1 port ${first.https} is in use by another program`,
  });
  Deno.listen({ hostname: "127.0.0.1", port: free }).close();
});

Deno.test("startListeners() fails as usage for an address that is not ours", async () => {
  const { key, cert } = await newIdentity();
  const options = { handler: echo, tls: { key, cert, ca: [cert] }, accessLog: () => {}, log: () => {} };
  const start = startListeners({ ...options, addresses: ["192.0.2.1"], httpPort: 0, httpsPort: 0 });
  await assert.rejects(start, { code: "usage", message: /^cannot listen on 192\.0\.2\.1 port 0: / });
});

Deno.test("startListeners() listens on every address", async () => {
  const { key, cert } = await newIdentity();
  const options = { handler: echo, tls: { key, cert, ca: [cert] }, accessLog: () => {}, log: () => {} };
  const listeners = await startListeners({
    ...options,
    addresses: ["127.0.0.1", "127.0.0.2"],
    httpPort: 0,
    httpsPort: 0,
  });
  for (const { host, httpPort } of listeners.addresses) {
    using client = await RawClient.tcp(httpPort, host);
    client.request("GET", "/");
    assert.equal((await client.response()).status, 200);
  }
  await listeners.close(0);
});

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
