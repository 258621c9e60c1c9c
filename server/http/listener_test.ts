import assert from "node:assert/strict";
import { RawClient } from "../../tests/support/raw_client.ts";
import { echo, listening } from "../../tests/support/listening.ts";
import type { Exchange } from "./exchange.ts";

Deno.test("startListeners() answers over HTTP and HTTPS and says which when a handler asks", async () => {
  await using server = await listening(({ secure, remoteAddress }) => ({
    status: 200,
    body: `${secure} ${remoteAddress}`,
  }));
  using plain = await RawClient.tcp(server.http);
  using secured = await RawClient.tls(server.https);
  for (const [client, expected] of [[plain, "false 127.0.0.1"], [secured, "true 127.0.0.1"]] as const) {
    client.request("GET", "/");
    const response = await client.response();
    assert.equal(response.body, expected);
    assert.ok(!Number.isNaN(Date.parse(response.headers.date ?? "")));
  }
});

Deno.test("an exchange shows method, target and headers as sent", async () => {
  const seen: Exchange[] = [];
  await using server = await listening((exchange) => {
    seen.push(exchange);
    return { status: 204 };
  });
  using client = await RawClient.tcp(server.http);
  client.send("OPTIONS //a/%2F?b=%20 HTTP/1.1\r\nHost: h\r\nAccept: a\r\nACCEPT: b\r\n__proto__: x\r\n\r\n");
  const { status, headers } = await client.response();
  assert.deepEqual([status, headers["content-length"]], [204, undefined]);
  const [exchange] = seen;
  assert.deepEqual([exchange?.method, exchange?.target], ["OPTIONS", "//a/%2F?b=%20"]);
  assert.equal(exchange?.header("accept"), "a, b");
  assert.equal(exchange?.header("host"), "h");
  assert.equal(exchange?.header("cookie"), undefined);
});

Deno.test("a URL as target stands for its path, and for Host", async () => {
  await using server = await listening((x) => ({ status: 200, body: `${x.target} ${x.header("host")}` }));
  using client = await RawClient.tcp(server.http);
  for (
    const [target, expected] of [
      ["http://other:1/a?b", "/a?b other:1"],
      ["HTTP://other", "/ other"],
      ["http://other?x", "/?x other"],
    ] as const
  ) {
    client.request("GET", target);
    assert.equal((await client.response()).body, expected);
  }
});

Deno.test("HEAD is answered like GET, without the body", async () => {
  await using server = await listening(() => ({ status: 200, headers: { "X-A": ["1", "2"] }, body: "twelve bytes" }));
  using client = await RawClient.tcp(server.http);
  client.request("HEAD", "/");
  const head = await client.response("HEAD");
  client.request("GET", "/");
  const get = await client.response();
  assert.deepEqual(head.headers, get.headers);
  assert.deepEqual([head.headers["content-length"], head.body, get.body], ["12", "", "twelve bytes"]);
});

Deno.test("answers of every form arrive whole", async (t) => {
  const large = crypto.getRandomValues(new Uint8Array(65_536)).toHex().repeat(8);
  const bodies: readonly (readonly [string, string | Uint8Array, string])[] = [
    ["text", "plain", "plain"],
    ["text beyond ASCII", "é€", "\xc3\xa9\xe2\x82\xac"],
    ["bytes of every value", Uint8Array.from({ length: 256 }, (_, i) => i), String.fromCharCode(...Array(256).keys())],
    ["a part of a larger buffer", new Uint8Array([1, 65, 66, 2]).subarray(1, 3), "AB"],
    ["a megabyte of text", large, large],
    ["a megabyte of bytes", new TextEncoder().encode(large), large],
  ];
  for (const [name, body, expected] of bodies) {
    await t.step(name, async () => {
      await using server = await listening(() => ({ status: 200, body }));
      for (const client of [await RawClient.tcp(server.http), await RawClient.tls(server.https)]) {
        using _ = client;
        client.request("GET", "/");
        assert.equal((await client.response()).body, expected);
      }
    });
  }
});

Deno.test("HTTP/1.0 is answered and closed, or kept when the client asks", async () => {
  await using server = await listening(echo);
  using client = await RawClient.tcp(server.http);
  client.send("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  assert.equal((await client.response()).headers.connection, "keep-alive");
  client.send("GET /b HTTP/1.0\r\n\r\n");
  assert.match(await client.rest(), /^HTTP\/1.1 200 OK\r\n[^]*GET \/b 0$/);
});

Deno.test("bodies are read with a length and chunked", async () => {
  await using server = await listening(echo);
  using client = await RawClient.tcp(server.http);
  client.request("PUT", "/", { headers: { "Content-Length": "5" }, body: "hello" });
  assert.equal((await client.response()).body, "PUT / 5");
  client.request("PUT", "/", {
    headers: { "Transfer-Encoding": "chunked" },
    body: "3\r\nabc\r\n4;x=y\r\ndefg\r\n0\r\nTrailer: x\r\n\r\n",
  });
  assert.equal((await client.response()).body, "PUT / 7");
  const body = "x".repeat(3_000_000);
  client.request("PUT", "/", { headers: { "Content-Length": String(body.length) }, body });
  assert.equal((await client.response()).body, "PUT / 3000000");
});

Deno.test("a body can be asked for more than once, and late", async () => {
  await using server = await listening(async (exchange) => {
    await new Promise(setImmediate);
    const [first, second] = await Promise.all([exchange.body(), exchange.body()]);
    return { status: 200, body: String(first === second && first.length === 3) };
  });
  using client = await RawClient.tcp(server.http);
  client.request("PUT", "/", { headers: { "Content-Length": "3" }, body: "abc" });
  assert.equal((await client.response()).body, "true");
});

Deno.test("Expect: 100-continue is answered when the body is asked for, and not before", async () => {
  await using server = await listening((x) => x.target === "/refuse" ? { status: 404 } : echo(x));
  using client = await RawClient.tcp(server.http);
  const headers = { "Content-Length": "3", Expect: "100-continue" };
  client.request("PUT", "/take", { headers });
  assert.equal((await client.response()).status, 100);
  client.send("abc");
  assert.equal((await client.response()).body, "PUT /take 3");
  client.request("PUT", "/refuse", { headers });
  const { status, headers: { connection } } = await client.response();
  assert.deepEqual([status, connection], [404, "close"]);
  assert.equal(await client.rest(), "");
});

Deno.test("an unknown expectation is ignored", async () => {
  await using server = await listening(echo);
  using client = await RawClient.tcp(server.http);
  client.request("PUT", "/", { headers: { "Content-Length": "3", Expect: "miracles" }, body: "abc" });
  assert.equal((await client.response()).body, "PUT / 3");
});

Deno.test("a short body that nobody reads is skipped, and the connection kept", async () => {
  await using server = await listening((x) => x.method === "PUT" ? { status: 405 } : echo(x));
  using client = await RawClient.tcp(server.http);
  client.request("PUT", "/", { headers: { "Content-Length": "9" } });
  assert.equal((await client.response()).status, 405);
  client.send("123456789GET /next HTTP/1.1\r\nHost: h\r\n\r\n");
  assert.equal((await client.response()).body, "GET /next 0");
});

Deno.test("pipelined requests are answered one after the other, in order", async () => {
  let running = 0;
  await using server = await listening(async (exchange) => {
    assert.equal(++running, 1);
    await exchange.body();
    await new Promise(setImmediate);
    running--;
    return { status: 200, body: exchange.target };
  });
  using client = await RawClient.tcp(server.http);
  const targets = Array.from({ length: 20 }, (_, i) => `/${i}`);
  client.send(targets.map((t) => `PUT ${t} HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nab`).join(""));
  for (const target of targets) assert.equal((await client.response()).body, target);
});

Deno.test("pipelined requests are answered when the client sends no more", async () => {
  await using server = await listening(async (exchange) => {
    await new Promise(setImmediate);
    return { status: 200, body: exchange.target };
  });
  using client = await RawClient.tcp(server.http);
  for (const target of ["/1", "/2", "/3"]) client.request("GET", target);
  client.socket.end();
  const answers = await client.rest();
  assert.deepEqual(answers.match(/\/\d(?=HTTP|$)/g), ["/1", "/2", "/3"]);
});

Deno.test("a client that closed its sending side still gets its answer", async () => {
  await using server = await listening(async (exchange) => {
    await new Promise(setImmediate);
    return { status: 200, body: exchange.target };
  });
  using client = await RawClient.tcp(server.http);
  client.request("GET", "/half");
  client.socket.end();
  assert.match(await client.rest(), /\/half$/);
});

Deno.test("exchanges of one connection share its object, others do not", async () => {
  const connections: object[] = [];
  await using server = await listening(({ connection }) => {
    connections.push(connection);
    return { status: 200 };
  });
  using client = await RawClient.tcp(server.http);
  using other = await RawClient.tcp(server.http);
  for (const one of [client, client, other]) {
    one.request("GET", "/");
    await one.response();
  }
  assert.equal(connections[0], connections[1]);
  assert.notEqual(connections[0], connections[2]);
});

Deno.test("a fault of the handler is answered 500 without a word and logged with its stack", async (t) => {
  const faults = {
    throws: () => {
      throw new Error("the secret");
    },
    rejects: () => Promise.reject(new Error("the secret")),
    "answers a header that is none": () => ({ status: 200, headers: { "X-A": "the secret\r\nX-B: c" } }),
  };
  for (const [name, handler] of Object.entries(faults)) {
    await t.step(name, async () => {
      await using server = await listening(handler);
      using client = await RawClient.tcp(server.http);
      client.send("GET /x HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
      const answer = await client.rest();
      assert.match(answer, /^HTTP\/1.1 500 Internal Server Error\r\n/);
      assert.doesNotMatch(answer, /secret/);
      assert.match(server.log[0] ?? "", /^GET \/x: [^\n]*\n[^\n]*\n +at /);
    });
  }
});

Deno.test("startListeners() writes one line per answer to the access log", async () => {
  await using server = await listening(() => ({ status: 200, body: "12345", user: "1234567890" }));
  using client = await RawClient.tcp(server.http);
  client.request("GET", "/a?b", { headers: { "User-Agent": 'x"y\t', Referer: "http://r/" } });
  await client.response();
  assert.equal(server.accessLog.length, 1);
  const line = /^127\.0\.0\.1 - 1234567890 \[[^\]]+ \+0000\] "GET \/a\?b HTTP\/1\.1" 200 5 "http:\/\/r\/" "x\\"y"$/;
  assert.match(server.accessLog[0] ?? "", line);
});
