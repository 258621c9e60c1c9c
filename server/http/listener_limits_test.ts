/** What one client may take: each limit, made small. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { listening } from "../../tests/support/listening.ts";
import { RawClient } from "../../tests/support/raw_client.ts";
import { CaucaseError } from "../../core/errors.ts";
import type { Handler } from "./exchange.ts";

/** Answers with the body's length, or with the code and status of the error. */
const measure: Handler = async (exchange) => {
  try {
    return { status: 200, body: String((await exchange.body()).length) };
  } catch (error) {
    assert.ok(error instanceof CaucaseError);
    return { status: error.code === "too-large" ? 413 : 400, body: error.code };
  }
};

const LONG = 60_000;

/** Long after the limit, and long before any that is not made small. */
async function soon<T>(outcome: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error("the limit is not kept")), LONG / 6);
  return await Promise.race([outcome, late.promise]).finally(() => clearTimeout(timer));
}

Deno.test("a declared body over the limit is answered 413 before it is sent, and before 100 Continue", async () => {
  await using server = await listening(measure, { bodyBytes: 1000 });
  using client = await RawClient.tcp(server.http);
  client.request("PUT", "/", { headers: { "Content-Length": "1001", Expect: "100-continue" } });
  const { status, headers: { connection } } = await client.response();
  assert.deepEqual([status, connection], [413, "close"]);
  assert.equal(await client.rest(), "");
});

Deno.test("a body of exactly the limit is taken, one byte more is 413", async (t) => {
  for (const [size, expected] of [[1000, 200], [1001, 413]] as const) {
    for (const form of ["declared", "chunked"] as const) {
      await t.step(`${size} bytes, ${form}`, async () => {
        await using server = await listening(measure, { bodyBytes: 1000 });
        using client = await RawClient.tcp(server.http);
        const body = "x".repeat(size);
        if (form === "declared") client.request("PUT", "/", { headers: { "Content-Length": String(size) }, body });
        else {
          const chunk = `${size.toString(16)}\r\n${body}\r\n0\r\n\r\n`;
          client.request("PUT", "/", { headers: { "Transfer-Encoding": "chunked" }, body: chunk });
        }
        assert.equal((await client.response()).status, expected);
      });
    }
  }
});

Deno.test("a client that sends all of a too large body before it reads gets its 413", async (t) => {
  for (const [name, header] of [["declared", "Content-Length: 4000000"], ["chunked", "Transfer-Encoding: chunked"]]) {
    await t.step(name ?? "", async () => {
      await using server = await listening(measure, { bodyBytes: 1000 });
      using client = await RawClient.tcp(server.http);
      client.socket.pause();
      client.send(`PUT / HTTP/1.1\r\nHost: h\r\n${header}\r\n\r\n3d0900\r\n`);
      await new Promise((resolve) => client.socket.write("x".repeat(4_000_000), resolve));
      client.socket.resume();
      assert.equal((await client.response()).body, "too-large");
    });
  }
});

Deno.test("an endless body is cut off after its 413", async () => {
  await using server = await listening(measure, { bodyBytes: 1000, lingerBytes: 10_000, lingerMs: LONG });
  using client = await RawClient.tcp(server.http);
  client.send(`PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nffffff\r\n`);
  const piece = "x".repeat(100_000);
  const sendOn = (error?: Error | null) => {
    if (!error && !client.ended) client.socket.write(piece, sendOn);
  };
  sendOn();
  await client.rest();
  await using idle = await listening(measure, { bodyBytes: 1000, lingerMs: 20 });
  using waiting = await RawClient.tcp(idle.http);
  waiting.request("PUT", "/", { headers: { "Content-Length": "999999" } });
  assert.match(await waiting.rest(), /413/);
});

Deno.test("a large answer goes out whole to a request whose body nobody reads", async () => {
  const body = new Uint8Array(30 * 1024 * 1024).fill("a".charCodeAt(0));
  await using server = await listening(({ target }) => ({ status: 200, body: target === "/" ? body : "" }), {
    lingerMs: 20,
  });
  const others = async () => {
    for (let count = 0; count < 20; count++) {
      using other = await RawClient.tcp(server.http);
      other.request("GET", "/other");
      await other.response();
    }
  };
  for (const length of ["5", "999999"]) {
    using client = await RawClient.tcp(server.http);
    client.socket.pause();
    client.send(`GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: ${length}\r\n\r\n`);
    // Until the answer is on its way, and then until the server has long seen the end of the request.
    await others();
    client.send("hello");
    await others();
    client.socket.resume();
    const answer = await client.rest();
    assert.equal(answer.length - answer.indexOf("\r\n\r\n") - 4, body.length);
  }
});

Deno.test("too slow a client is dropped without an answer", async (t) => {
  const cases = {
    "that sends nothing": { limits: { headersMs: 40 }, sent: "" },
    "that stops within its headers": { limits: { headersMs: 40 }, sent: "GET / HTTP/1.1\r\nHo" },
    "whose body stops": {
      limits: { slowStartMs: 40 },
      sent: "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nab",
    },
    "whose body takes too long": {
      limits: { bodyMs: 40, bodyBytesPerSecond: 0 },
      sent: "PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n",
    },
  };
  for (const [name, { limits, sent }] of Object.entries(cases)) {
    await t.step(name, async () => {
      await using server = await listening(measure, limits);
      for (const client of [await RawClient.tcp(server.http), await RawClient.tls(server.https)]) {
        using _ = client;
        client.send(sent);
        assert.equal(await soon(client.rest()), "");
      }
      assert.deepEqual(server.log, []);
    });
  }
});

Deno.test("headers that stop are dropped on a later request of a connection too", async () => {
  await using server = await listening(measure, { headersMs: 400 });
  using client = await RawClient.tcp(server.http);
  client.request("GET", "/");
  assert.equal((await client.response()).status, 200);
  client.send("GET / HTTP/1.1\r\nHo");
  assert.equal(await soon(client.rest()), "");
});

Deno.test("a body that nobody reads and that never ends is dropped", async () => {
  await using server = await listening(() => ({ status: 404 }), { lingerMs: 40 });
  using client = await RawClient.tcp(server.http);
  client.request("PUT", "/", { headers: { "Content-Length": "9" }, body: "ab" });
  assert.equal((await client.response()).status, 404);
  assert.equal(await soon(client.rest()), "");
});

Deno.test("a client that does not finish its TLS handshake is dropped", async (t) => {
  for (
    const [name, sent] of [["nothing", ""], ["half a hello", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"]] as const
  ) {
    await t.step(`having sent ${name}`, async () => {
      await using server = await listening(measure, { handshakeMs: 40 });
      using client = await RawClient.tcp(server.https);
      client.send(sent);
      assert.doesNotMatch(await soon(client.rest()), /HTTP/);
    });
  }
});

Deno.test("a client that takes nothing of its answer is dropped", async () => {
  const body = "x".repeat(20_000_000);
  await using server = await listening(() => ({ status: 200, body }), { answerStallMs: 60 });
  using client = await RawClient.tcp(server.http);
  client.request("GET", "/");
  await once(client.socket, "data");
  client.socket.pause();
  // Comes to its end only when the connection did.
  await soon(server.listeners.close(LONG));
  client.socket.resume();
  assert.ok((await client.rest()).length < body.length);
});

Deno.test("of too many large answers that nobody takes the one that began first is given up", async () => {
  const size = 20_000_000;
  await using server = await listening(() => ({ status: 200, body: new Uint8Array(size) }), {
    answerBytesInMemory: size,
  });
  const [first, second] = [await RawClient.tcp(server.http), await RawClient.tls(server.https)];
  using _ = first;
  using __ = second;
  for (const client of [first, second]) {
    client.request("GET", "/");
    await once(client.socket, "data");
    if (client === first) client.socket.pause();
  }
  first.socket.resume();
  assert.ok((await first.rest()).length < size);
  assert.equal((await second.response()).body.length, size);
});

Deno.test("an idle connection is closed after idleMs, and told so before", async () => {
  // The runtime adds a second.
  await using server = await listening(measure, { idleMs: 1 });
  using client = await RawClient.tcp(server.http);
  client.request("GET", "/");
  assert.equal((await client.response()).headers["keep-alive"], "timeout=0");
  assert.equal(await soon(client.rest()), "");
});

Deno.test("more pipelined requests than allowed cost the connection", async () => {
  await using server = await listening(() => new Promise<never>(() => {}), { pipelinedRequests: 3 });
  using client = await RawClient.tcp(server.http);
  client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n".repeat(5));
  assert.equal(await soon(client.rest()), "");
});

Deno.test("at the limit of connections, the one idle longest makes room", async () => {
  await using server = await listening(measure, { connections: 2, connectionsPerAddress: 9 });
  using first = await RawClient.tcp(server.http);
  using second = await RawClient.tls(server.https);
  for (const client of [second, first]) {
    client.request("GET", "/");
    await client.response();
  }
  using third = await RawClient.tcp(server.http);
  third.request("GET", "/");
  assert.equal((await third.response()).status, 200);
  assert.equal(await second.rest(), "");
  first.request("GET", "/");
  assert.equal((await first.response()).status, 200);
  assert.match(server.log[0] ?? "", /limit/);
});

Deno.test("where all connections are busy a new one is closed, whatever its port", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  await using server = await listening(async () => {
    begun.resolve();
    await promise;
    return { status: 200 };
  }, { connections: 9, connectionsPerAddress: 1 });
  using busy = await RawClient.tcp(server.http);
  busy.request("GET", "/");
  await begun.promise;
  for (const port of [server.http, server.https]) {
    using refused = await RawClient.tcp(port);
    assert.equal(await refused.rest(), "");
  }
  resolve();
  assert.equal((await busy.response()).status, 200);
});

Deno.test("of too many bodies at once the largest unfinished one is dropped", async () => {
  await using server = await listening(measure, { bodyBytesInMemory: 200_000 });
  using large = await RawClient.tcp(server.http);
  large.request("PUT", "/", { headers: { "Content-Length": "190001" }, body: "x".repeat(190_000) });
  using small = await RawClient.tcp(server.http);
  const body = "x".repeat(50_000);
  while (!large.ended) {
    small.request("PUT", "/", { headers: { "Content-Length": "50000" }, body });
    assert.equal((await small.response()).body, "50000");
  }
  assert.equal(await large.rest(), "");
});
