import assert from "node:assert/strict";
import { type AnswerHead, HttpClient, parseAnswerHead } from "./http_client.ts";

Deno.test("parseAnswerHead() tells status, length and whether the connection ends", () => {
  const [stays, location] = [{ closes: false }, undefined];
  const cases: [string, AnswerHead][] = [
    ["HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n", { status: 200, length: 12, location, ...stays }],
    ["HTTP/1.1 201 Created\r\ncontent-length:0\r\nConnection: close\r\nLocation: 7\r\n\r\n", {
      ...{ status: 201, length: 0, location: "7", closes: true },
    }],
    ["HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\n", { status: 200, length: 1, location, closes: true }],
    ["HTTP/1.1 204 No Content\r\nDate: x\r\n\r\n", { status: 204, length: 0, location, ...stays }],
    ["HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n", { status: 304, length: 0, location, ...stays }],
    ["HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", {
      ...{ status: 200, length: "chunked", location, closes: false },
    }],
  ];
  for (const [text, expected] of cases) assert.deepEqual(parseAnswerHead(text), expected, text);
});

Deno.test("parseAnswerHead() refuses what it cannot delimit", () => {
  assert.throws(() => parseAnswerHead("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n"), /Content-Length/);
  assert.throws(() => parseAnswerHead("SSH-2.0\r\n\r\n"), /not an HTTP answer/);
});

/** Answers each connection with its own list of pieces, one for each request, and closes it then. */
function serveScript(script: readonly (readonly string[])[]): Deno.TcpListener {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const buffer = new Uint8Array(1024);
  async function run(): Promise<void> {
    for (const answers of script) {
      const connection = await listener.accept();
      for (const answer of answers) {
        await connection.read(buffer);
        await connection.write(new TextEncoder().encode(answer));
      }
      connection.close();
    }
  }
  run();
  return listener;
}

Deno.test("HttpClient connects again where the server closed the connection, with or without saying so", async () => {
  const listener = serveScript([
    ["HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n"],
    ["HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"],
    [`HTTP/1.1 404 Not Found\r\nContent-Length: 200000\r\n\r\n${"x".repeat(200_000)}`],
  ]);
  using client = new HttpClient(listener.addr.port);
  const request = new TextEncoder().encode("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  const statuses = [];
  for (let count = 0; count < 4; count++) statuses.push((await client.send(request)).status);
  assert.deepEqual(statuses, [200, 201, 204, 404]);
  listener.close();
});

Deno.test("HttpClient finds the end of a body in chunks, however it arrives", async () => {
  const head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  const long = `${head}11170\r\n${"x".repeat(70_000)}\r\n0\r\n\r\n`;
  const listener = serveScript([[`${head}0\r\n\r\n`, long, `${head}2\r\n\r\n\r\n0\r\n\r\n`, long]]);
  using client = new HttpClient(listener.addr.port);
  await client.connect();
  for (let count = 0; count < 4; count++) {
    const { status } = await client.send(new TextEncoder().encode("GET / HTTP/1.1\r\n\r\n"));
    assert.equal(status, 200);
  }
  listener.close();
});
