import assert from "node:assert/strict";
import { utf8 } from "../../core/bytes.ts";
import { CaucaseError } from "../../core/errors.ts";
import { httpAnswer, type RawAnswer, RawServer } from "../../tests/support/raw_server.ts";
import { type HttpRequest, httpRequest } from "./http_request.ts";

interface Broken {
  readonly what: string;
  readonly answer: RawAnswer;
  readonly reason: RegExp;
  readonly request?: Partial<HttpRequest>;
  readonly scheme?: "https";
}

const HEAD = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n";
const SILENT = { bytes: "", stayOpen: true };
/** Long enough for any machine to answer, short enough to wait for. */
const IMPATIENT = { silence: 150 };

const BROKEN: readonly Broken[] = [
  { what: "no answer", answer: SILENT, reason: /no answer for 0.15 s$/, request: IMPATIENT },
  {
    what: "no TLS handshake",
    answer: SILENT,
    reason: /no answer for 0.15 s$/,
    request: IMPATIENT,
    scheme: "https",
  },
  {
    what: "half a head",
    answer: { bytes: "HTTP/1.1 200 OK\r\nCont", stayOpen: true },
    reason: /no answer for/,
    request: IMPATIENT,
  },
  {
    what: "half a body, then silence",
    answer: { bytes: `${HEAD}\r\nabc`, stayOpen: true },
    reason: /no answer for/,
    request: IMPATIENT,
  },
  {
    what: "half a body, and no end in time",
    answer: { bytes: `${HEAD}\r\nabc`, stayOpen: true },
    reason: /no whole answer in 0.15 s$/,
    request: { deadline: 150 },
  },
  {
    what: "no TLS handshake in time",
    answer: SILENT,
    reason: /no whole answer in 0.15 s$/,
    request: { deadline: 150 },
    scheme: "https",
  },
  { what: "half a body, then the end", answer: { bytes: `${HEAD}\r\nabc` }, reason: /: the answer broke off$/ },
  {
    what: "chunks without the last one",
    answer: { bytes: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n" },
    reason: /: the answer broke off$/,
  },
  { what: "nothing, then the end", answer: { bytes: "" }, reason: /: socket hang up$/ },
  { what: "another protocol", answer: { bytes: "SSH-2.0-OpenSSH_9.7\r\n\r\n" }, reason: /does not speak HTTP$/ },
  { what: "a head of a megabyte", answer: httpAnswer(200, "", { X: "x".repeat(1e6) }), reason: /: Parse Error/ },
  {
    what: "more than the limit",
    answer: httpAnswer(200, "x".repeat(11)),
    reason: /: an answer of more than 10 bytes$/,
    request: { maxBody: 10 },
  },
  {
    what: "more than the limit without saying so",
    answer: { bytes: `HTTP/1.1 200 OK\r\n\r\n${"x".repeat(100_000)}` },
    reason: /: an answer of more than 10000 bytes$/,
    request: { maxBody: 10_000 },
  },
  { what: "no TLS", answer: { bytes: "HTTP/1.1 400 -\r\n\r\n" }, reason: /: .+$/, scheme: "https" },
];

for (const { what, answer, reason, request, scheme = "http" } of BROKEN) {
  Deno.test(`httpRequest() is unreachable for ${what}${scheme === "https" ? " over HTTPS" : ""}`, async () => {
    await using server = new RawServer(() => answer);
    const url = new URL(`${scheme}://127.0.0.1:${server.port}/cas/crl`);
    await assert.rejects(httpRequest({ method: "GET", url, ...request }), (error) => {
      assert.ok(error instanceof CaucaseError, `${error}`);
      assert.equal(error.code, "unreachable");
      assert.ok(error.message.startsWith(`GET ${url.href}: `), error.message);
      assert.match(error.message, reason);
      return true;
    });
  });
}

Deno.test("httpRequest() is unreachable where nobody listens", async () => {
  const server = new RawServer(() => httpAnswer(200, ""));
  const url = new URL(server.url);
  await server[Symbol.asyncDispose]();
  await assert.rejects(httpRequest({ method: "GET", url }), { code: "unreachable", message: /connection refused$/ });
});

Deno.test("httpRequest() ends with the signal's reason when it is aborted", async () => {
  await using server = new RawServer(() => SILENT);
  const reason = new Error("stopped");
  const stop = new AbortController();
  const waiting = httpRequest({ method: "GET", url: new URL(server.url), signal: stop.signal });
  stop.abort(reason);
  await assert.rejects(waiting, reason);
});

const WHOLE: readonly (readonly [what: string, answer: RawAnswer, status: number, body: string])[] = [
  ["a body of a known length", httpAnswer(200, "häh"), 200, "häh"],
  ["a body of just the limit", httpAnswer(200, "x".repeat(20)), 200, "x".repeat(20)],
  ["a body up to the end", { bytes: "HTTP/1.1 200 OK\r\n\r\nabc" }, 200, "abc"],
  [
    "chunks",
    {
      bytes: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1;x=y\r\nc\r\n0\r\n\r\n",
    },
    200,
    "abc",
  ],
  ["no body", { bytes: "HTTP/1.1 204 -\r\n\r\n", stayOpen: true }, 204, ""],
  ["HTTP/1.0", { bytes: "HTTP/1.0 200 OK\r\n\r\nabc" }, 200, "abc"],
  ["a redirection, which is not followed", httpAnswer(302, "", { Location: "http://127.0.0.1:1/" }), 302, ""],
  ["an error", httpAnswer(500, "oh"), 500, "oh"],
];

for (const [what, answer, status, body] of WHOLE) {
  Deno.test(`httpRequest() takes ${what}`, async () => {
    await using server = new RawServer(() => answer);
    const response = await httpRequest({ method: "GET", url: new URL(server.url), maxBody: 20 });
    assert.deepEqual([response.status, new TextDecoder().decode(response.body)], [status, body]);
  });
}

Deno.test("httpRequest() sends what it is told and little else", async () => {
  await using server = new RawServer(() => httpAnswer(204, ""));
  const url = new URL(`${server.url}/a%20b?c`);
  await httpRequest({ method: "GET", url });
  await httpRequest({ method: "PUT", url, body: utf8("ä"), contentType: "application/json" });
  await httpRequest({ method: "PUT", url });
  const common = [`Host: 127.0.0.1:${server.port}`, "Connection: close"];
  assert.deepEqual(
    server.requests.map(sortedLines),
    [
      ["GET /a%20b?c HTTP/1.1", ...common],
      ["PUT /a%20b?c HTTP/1.1", ...common, "Content-Type: application/json", "Content-Length: 2", "ä"],
      ["PUT /a%20b?c HTTP/1.1", ...common, "Content-Length: 0"],
    ].map((lines) => lines.toSorted()),
  );
});

/** Lines that are not empty; `User-Agent` has to be ours, and is left out. */
function sortedLines(request: string): string[] {
  assert.match(request, /^User-Agent: caucase\/\d+\.\d+\.\d+\r$/m);
  return request.split("\r\n").filter((line) => line !== "" && !line.startsWith("User-Agent")).toSorted();
}
