/** What a hostile or broken client may send: never a crash, a hang or a 500, and the server goes on. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { echo, listening } from "../../tests/support/listening.ts";
import { RawClient } from "../../tests/support/raw_client.ts";

const HOST = "Host: h\r\n";
const CHUNKED = `PUT / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n`;
const withLength = (length: string) => `PUT / HTTP/1.1\r\n${HOST}Content-Length: ${length}\r\n\r\nabc`;

const REFUSED: Readonly<Record<string, string>> = {
  "bytes that are no HTTP": "\x00\x01\x02garbage\r\n\r\n",
  "a TLS hello on the HTTP port": "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
  "HTTP/2": "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
  "HTTP/0.9": "GET /\r\n\r\n",
  "a version to come": `GET / HTTP/1.2\r\n${HOST}\r\n`,
  "version 2.0 in HTTP/1's clothes": `GET / HTTP/2.0\r\n${HOST}\r\n`,
  "an unknown method": `FETCH / HTTP/1.1\r\n${HOST}\r\n`,
  "a method in lower case": `get / HTTP/1.1\r\n${HOST}\r\n`,
  "lines that end in LF alone": "GET / HTTP/1.1\nHost: h\n\n",
  "a folded header": `GET / HTTP/1.1\r\n${HOST}X: a\r\n b\r\n\r\n`,
  "a space before a colon": "GET / HTTP/1.1\r\nHost : h\r\n\r\n",
  "a zero byte in a header": `GET / HTTP/1.1\r\n${HOST}X: a\0b\r\n\r\n`,
  "a control character in the target": `GET /\x01 HTTP/1.1\r\n${HOST}\r\n`,
  "a target beyond ASCII": `GET /\xe9 HTTP/1.1\r\n${HOST}\r\n`,
  "no Host": "GET / HTTP/1.1\r\n\r\n",
  "two Hosts": `GET / HTTP/1.1\r\n${HOST}HOST: i\r\n\r\n`,
  "a second Host behind two thousand headers": `GET / HTTP/1.1\r\n${HOST}${"a:b\r\n".repeat(2000)}Host: i\r\n\r\n`,
  "* with another method than OPTIONS": `GET * HTTP/1.1\r\n${HOST}\r\n`,
  "a target of another scheme": `GET ftp://h/ HTTP/1.1\r\n${HOST}\r\n`,
  "a target with a user": `GET http://u:p@h/ HTTP/1.1\r\n${HOST}\r\n`,
  "CONNECT": `CONNECT h:443 HTTP/1.1\r\n${HOST}\r\n`,
  "a target that is too long": `GET /${"a".repeat(20_000)} HTTP/1.1\r\n${HOST}\r\n`,
  "a header that is too long": `GET / HTTP/1.1\r\n${HOST}X: ${"a".repeat(20_000)}\r\n\r\n`,
  "headers that are too long together": `GET / HTTP/1.1\r\n${HOST}${`X: ${"a".repeat(900)}\r\n`.repeat(20)}\r\n`,
  "a megabyte of headers": `GET / HTTP/1.1\r\n${HOST}${`X: ${"a".repeat(995)}\r\n`.repeat(1000)}\r\n`,
  "a length that is no number": withLength("abc"),
  "a negative length": withLength("-1"),
  "a signed length": withLength("+3"),
  "a hexadecimal length": withLength("0x3"),
  "an endless length": withLength("99999999999999999999999"),
  "a list of lengths": withLength("3, 3"),
  "two lengths": withLength("3\r\nContent-Length: 4"),
  "a length and chunks": withLength("3\r\nTransfer-Encoding: chunked"),
  "a coding that is not understood": `PUT / HTTP/1.1\r\n${HOST}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`,
  "a coding without chunks": `PUT / HTTP/1.1\r\n${HOST}Transfer-Encoding: gzip\r\n\r\nabc`,
  "chunks in HTTP/1.0": "PUT / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
  "a chunk size that is no number": `${CHUNKED}zz\r\nabc\r\n0\r\n\r\n`,
  "an endless chunk size": `${CHUNKED}fffffffffffffffffff\r\nabc`,
  "a chunk that is longer than it says": `${CHUNKED}2\r\nabc\r\n0\r\n\r\n`,
};

Deno.test("what is not HTTP is answered 400 and the connection closed", async (t) => {
  // Answers without waiting for the body, and then with it, as both happen.
  for (const [name, sent] of Object.entries(REFUSED)) {
    await t.step(name, async () => {
      await using server = await listening(async (exchange) => {
        await exchange.body().catch(() => {});
        return { status: 400, body: "refused by the handler" };
      });
      for (const client of [await RawClient.tcp(server.http), await RawClient.tls(server.https)]) {
        using _ = client;
        client.send(sent);
        const answer = await client.rest();
        assert.match(answer, /^HTTP\/1\.1 400 Bad Request\r\n/);
        assert.match(answer, /\r\nDate: /);
        assert.match(answer, /\r\nConnection: close\r\n/);
        assert.match(answer, /\r\n\r\n[^\r\n]{10,}/, "the reason");
        assert.equal(answer.split("HTTP/1.1 ").length, 2, "one answer");
      }
      assert.deepEqual(server.log, []);
      assert.equal(server.accessLog.length, 2);
      await assertServes(server.http);
    });
  }
});

const ANSWERED: Readonly<Record<string, string>> = {
  "an upgrade": `GET / HTTP/1.1\r\n${HOST}Connection: upgrade\r\nUpgrade: websocket\r\n\r\n`,
  "an upgrade to HTTP/2":
    `GET / HTTP/1.1\r\n${HOST}Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: \r\n\r\n`,
  "OPTIONS *": `OPTIONS * HTTP/1.1\r\n${HOST}\r\n`,
  "empty lines before the request": `\r\n\r\nGET / HTTP/1.1\r\n${HOST}\r\n`,
  "a method that HTTP knows and we do not": `PROPFIND / HTTP/1.1\r\n${HOST}\r\n`,
  "long chunk extensions": `${CHUNKED}3;${"x".repeat(30_000)}\r\nabc\r\n0\r\n\r\n`,
};

Deno.test("what is HTTP, if unusual, is answered", async (t) => {
  for (const [name, sent] of Object.entries(ANSWERED)) {
    await t.step(name, async () => {
      await using server = await listening(echo);
      using client = await RawClient.tcp(server.http);
      client.send(sent);
      assert.equal((await client.response()).status, name === "OPTIONS *" ? 204 : 200);
    });
  }
});

Deno.test("a header that comes after two thousand others counts", async () => {
  await using server = await listening(echo);
  using client = await RawClient.tcp(server.http);
  client.send(`PUT / HTTP/1.1\r\n${HOST}${"a:b\r\n".repeat(2000)}Content-Length: 3\r\n\r\nabc`);
  assert.equal((await client.response()).body, "PUT / 3");
});

Deno.test("garbage after a request does not keep its answer back", async () => {
  const { promise: garbageSent, resolve } = Promise.withResolvers<void>();
  await using server = await listening(async () => {
    await garbageSent;
    await new Promise(setImmediate);
    return { status: 200, body: "the answer" };
  });
  using client = await RawClient.tcp(server.http);
  client.request("GET", "/");
  client.socket.write("\x00garbage\r\n\r\n", () => resolve());
  assert.match(await client.rest(), /^HTTP\/1.1 200 OK\r\n[^]*the answer$/);
});

Deno.test("CONNECT behind a request that is still running closes the connection", async () => {
  await using server = await listening(() => new Promise<never>(() => {}));
  using client = await RawClient.tcp(server.http);
  client.request("GET", "/");
  client.send(`CONNECT h:1 HTTP/1.1\r\n${HOST}\r\n`);
  assert.equal(await client.rest(), "");
});

Deno.test("body() fails as malformed when the upload breaks off", async (t) => {
  const uploads = { "with a length": withLength("10"), "in chunks": `${CHUNKED}5\r\nab` };
  for (const [name, sent] of Object.entries(uploads)) {
    for (const how of ["closes", "resets"] as const) {
      await t.step(`${name}, when the client ${how}`, async () => {
        const failed = Promise.withResolvers<unknown>();
        const begun = Promise.withResolvers<void>();
        await using server = await listening(async (exchange) => {
          begun.resolve();
          await exchange.body().catch(failed.resolve);
          return { status: 400 };
        });
        using client = await RawClient.tcp(server.http);
        client.send(sent);
        await begun.promise;
        if (how === "closes") client.socket.end();
        else client.socket.resetAndDestroy();
        assert.equal((await failed.promise as { code?: string }).code, "malformed");
        await assertServes(server.http);
        assert.deepEqual(server.log, []);
      });
    }
  }
});

Deno.test("a client that leaves before or during its answer disturbs nobody", async () => {
  const left = Promise.withResolvers<void>();
  await using server = await listening(async ({ target }) => {
    if (target === "/slow") await left.promise;
    return { status: 200, body: target === "/" ? "" : "x".repeat(20_000_000) };
  });
  const slow = await RawClient.tcp(server.http);
  slow.request("GET", "/slow");
  const large = await RawClient.tls(server.https);
  large.request("GET", "/large");
  await once(large.socket, "data");
  for (const { socket } of [slow, large]) {
    socket.resetAndDestroy();
    if (!socket.closed) await once(socket, "close");
  }
  left.resolve();
  await assertServes(server.http);
  await assertServes(server.http);
  assert.deepEqual(server.log, []);
});

Deno.test("what is no TLS on the HTTPS port is closed without disturbing others", async () => {
  await using server = await listening(echo);
  for (
    const sent of [
      `GET / HTTP/1.1\r\n${HOST}\r\n`,
      "\x16\x03\x01\x00\x05hello",
      "\x16\x03\x01\xff\xff" + "\0".repeat(70_000),
    ]
  ) {
    using client = await RawClient.tcp(server.https);
    client.send(sent);
    assert.doesNotMatch(await client.rest(), /HTTP/);
  }
  using client = await RawClient.tls(server.https);
  client.request("GET", "/");
  assert.equal((await client.response()).status, 200);
});

/** Another client is answered by the handler. */
async function assertServes(port: number): Promise<void> {
  using client = await RawClient.tcp(port);
  client.request("GET", "/");
  assert.ok((await client.response()).status < 500);
}
