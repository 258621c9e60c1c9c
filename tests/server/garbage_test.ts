/** Hostile input over the network: it is refused, never answered 500, never in the log, and the server goes on. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { utf8 } from "../../core/bytes.ts";
import { certify, CSR_TYPE, firstUser, JSON_TYPE, submit } from "../support/desk.ts";
import { garbageText, mangled } from "../support/garbage.ts";
import { newEcKey } from "../support/issuing.ts";
import { RawClient } from "../support/raw_client.ts";
import { csrFor, renewalBody, revocationBody, userRevocationBody } from "../support/requests.ts";
import { runServer, type TestServer } from "../support/running_server.ts";

/** What may be answered to anything a client sends. */
const REFUSALS = [400, 401, 403, 404, 405, 409, 413, 507];

async function assertUnharmed(server: TestServer): Promise<void> {
  assert.equal((await server.ask("GET", "/cas/crt/ca.crt.pem")).status, 200);
  assert.deepEqual(server.warnings, []);
  assert.ok(!server.accessLog.some((line) => / 500 /.test(line)));
  for (const line of server.accessLog) assert.match(line, /^[\x20-\x7e]*$/, "nothing unescaped in the log");
}

Deno.test("requests, templates and messages with some bytes gone or changed are refused, or mean the same", async () => {
  await using server = await runServer();
  const as = await firstUser(server);
  const { cert, privateKey } = await certify(server, as);
  const csr = await csrFor(await newEcKey());
  const id = await submit(server, "cas", await csrFor(await newEcKey()));
  const renewal = await renewalBody(cert, privateKey, await csrFor(await newEcKey()));
  const revocation = await revocationBody(cert, privateKey);
  const named = userRevocationBody(cert);
  const templates = { as, headers: { ...CSR_TYPE } };
  const messages = { headers: JSON_TYPE };
  const targets = [
    { path: "/cas/csr", body: csr, options: {}, good: [201] },
    { path: `/cas/crt/${id}`, body: csr, options: templates, good: [204] },
    { path: "/cas/crt/renew", body: utf8(renewal), options: messages, good: [200] },
    { path: "/cas/crt/revoke", body: utf8(revocation), options: messages, good: [204] },
    { path: "/cas/crt/revoke", body: utf8(named), options: { as, ...messages }, good: [204] },
  ];
  for (const { path, body, options, good } of targets) {
    await fc.assert(
      fc.asyncProperty(mangled(body), async (sent) => {
        const { status, text } = await server.ask("PUT", path, { ...options, body: sent });
        assert.ok(REFUSALS.includes(status) || good.includes(status), `${path}: ${status} ${text}`);
        assert.ok(status < 400 || text.length <= 501);
      }),
      { numRuns: 60 },
    );
  }
  await assertUnharmed(server);
});

/**
 * What a header or target can hold on the wire: mostly bytes that the HTTP parser lets through, and never a line end.
 */
function wireText(maxLength: number): fc.Arbitrary<string> {
  const byte = fc.oneof(
    { weight: 60, arbitrary: fc.integer({ min: 0x21, max: 0x7e }) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 0xff }) },
  );
  const bytes = fc.array(byte.filter((code) => code !== 10 && code !== 13), { maxLength });
  return bytes.map((codes) => String.fromCharCode(...codes));
}

const anyHeader = fc.tuple(
  fc.constantFrom(
    "Origin",
    "Cookie",
    "Accept",
    "Content-Type",
    "If-None-Match",
    "If-Modified-Since",
    "User-Agent",
    "X",
  ),
  fc.oneof(
    wireText(60),
    garbageText(40).map(percentEncoded).map((text) => `cors=${text}`),
    fc.json().map((text) => `cors=${percentEncoded(text)}`),
    fc.constantFrom("null", "https://a.example", "application/json", "*", '"', "q=", "Thu, 99 Foo 2026 99:99:99 GMT"),
  ),
);

/** As `encodeURIComponent`, also for halves of a surrogate pair. */
function percentEncoded(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}

const anyTarget = fc.tuple(
  fc.constantFrom("/cas/crl/", "/cas/csr/", "/cau/crt/", "/cas/", "/cors?origin=", "/"),
  fc.oneof(wireText(20), fc.bigInt(-(2n ** 70n), 2n ** 170n).map(String), garbageText(10).map(percentEncoded)),
).map((parts) => parts.join("").replaceAll(" ", "%20"));

Deno.test("ids, targets, headers and cookies of any bytes are answered with a refusal or an answer, one for each", async () => {
  await using server = await runServer();
  const request = fc.record({
    method: fc.constantFrom("GET", "HEAD", "PUT", "DELETE", "POST", "OPTIONS", "PATCH"),
    target: anyTarget,
    headers: fc.array(anyHeader, { maxLength: 4 }).map((headers) => Object.fromEntries(headers)),
  });
  await fc.assert(
    fc.asyncProperty(request, async ({ method, target, headers }) => {
      using client = await RawClient.tcp(server.port);
      client.request(method, target, { headers: { ...headers, Connection: "close" } });
      const answer = await client.rest();
      const [, status = ""] = /^HTTP\/1\.1 (\d{3}) /.exec(answer) ?? [];
      assert.ok([...REFUSALS, 200, 204, 302, 304].includes(Number(status)), answer.slice(0, 200));
      assert.equal(answer.split(/HTTP\/1\.1 \d/).length, 2, "one answer, and nothing of the client's in its place");
    }),
    { numRuns: 300 },
  );
  await assertUnharmed(server);
});

Deno.test("a body over 10 MiB is 413, declared or in chunks, and one of just that size is read", async () => {
  await using server = await runServer({ serve: { limits: { lingerMs: 50 } } });
  const limit = 10_485_760;
  const atLimit = await server.ask("PUT", "/cas/csr", { body: new Uint8Array(limit).fill(0x20) });
  assert.equal(atLimit.status, 400, "read, and found to be no request");
  using declared = await RawClient.tcp(server.port);
  declared.request("PUT", "/cas/csr", { headers: { "Content-Length": `${limit + 1}` } });
  assert.equal((await declared.response()).status, 413);
  using chunked = await RawClient.tcp(server.port);
  chunked.request("PUT", "/cas/csr", { headers: { "Transfer-Encoding": "chunked" } });
  const piece = " ".repeat(1_048_576);
  for (let sent = 0; sent <= limit; sent += piece.length) chunked.send(`100000\r\n${piece}\r\n`);
  assert.equal((await chunked.response()).status, 413);
  await assertUnharmed(server);
});

Deno.test("JSON of megabytes is refused without keeping others waiting", async () => {
  await using server = await runServer();
  const bodies = [
    "9".repeat(5_000_000),
    `[${"1,".repeat(1_000_000)}1]`,
    "[".repeat(1_000_000),
    '{"digest":'.repeat(300_000),
  ];
  for (const body of bodies) {
    assert.equal((await server.ask("PUT", "/cas/crt/renew", { headers: JSON_TYPE, body })).status, 400);
  }
  await assertUnharmed(server);
});
