import assert from "node:assert/strict";
import { echo, endpointsOf, listening, newIdentity, siteOf } from "../../tests/support/listening.ts";
import { RawClient } from "../../tests/support/raw_client.ts";
import { quietLog } from "../../tests/support/recorded_log.ts";
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

Deno.test("startListeners() answers over HTTP while the certificate for HTTPS is being made", async () => {
  const { key, cert } = await newIdentity();
  const made = Promise.withResolvers<void>();
  const [http, https] = endpointsOf("127.0.0.1", echo);
  const port = freePort();
  const start = startListeners({
    tls: async () => {
      using client = await RawClient.tcp(port);
      client.request("GET", "/early");
      assert.equal((await client.response()).body, "GET /early 0");
      made.resolve();
      return { key, cert, ca: [cert] };
    },
    endpoints: [https, { ...http, port }],
    accessLog: () => {},
    log: quietLog,
  });
  await made.promise;
  await (await start).close(0);
});

Deno.test("startListeners() fails as in-use and leaves nothing open when a port is taken", async () => {
  await using first = await listening(echo);
  const { key, cert } = await newIdentity();
  const options = { tls: () => Promise.resolve({ key, cert, ca: [cert] }), accessLog: () => {}, log: quietLog };
  const free = freePort();
  const [http, https] = endpointsOf("127.0.0.1", echo);
  const start = startListeners({ ...options, endpoints: [{ ...http, port: free }, { ...https, port: first.https }] });
  await assert.rejects(start, {
    code: "in-use",
    message: `127.0.0.1 port ${first.https} is in use by another program`,
  });
  Deno.listen({ hostname: "127.0.0.1", port: free }).close();
});

Deno.test("startListeners() fails as usage for an address that is not ours", async () => {
  const { key, cert } = await newIdentity();
  const options = { tls: () => Promise.resolve({ key, cert, ca: [cert] }), accessLog: () => {}, log: quietLog };
  const start = startListeners({ ...options, endpoints: endpointsOf("192.0.2.1", echo) });
  await assert.rejects(start, { code: "usage", message: /^cannot listen on 192\.0\.2\.1 port 0: / });
});

Deno.test("startListeners() serves each endpoint its own sites, secure or not", async () => {
  const { key, cert } = await newIdentity();
  const site = (name: string) => [siteOf(({ secure }) => ({ status: 200, body: `${name} ${secure}` }))];
  const endpoints = [
    { host: "127.0.0.1", port: 0, secure: false, sites: site("one") },
    { host: "127.0.0.1", port: 0, secure: true, sites: site("two") },
    { host: "127.0.0.2", port: 0, secure: false, sites: site("operations") },
  ];
  const listeners = await startListeners({
    tls: () => Promise.resolve({ key, cert, ca: [cert] }),
    endpoints,
    accessLog: () => {},
    log: quietLog,
  });
  const bodies: string[] = [];
  for (const endpoint of endpoints) {
    const port = listeners.portOf(endpoint);
    using client = endpoint.secure ? await RawClient.tls(port) : await RawClient.tcp(port, endpoint.host);
    client.request("GET", "/");
    bodies.push((await client.response()).body);
  }
  assert.deepEqual(bodies, ["one false", "two true", "operations false"]);
  await listeners.close(0);
});

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
