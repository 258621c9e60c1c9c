import assert from "node:assert/strict";
import https from "node:https";
import { ManualClock } from "../../../core/host/clock.ts";
import { newIdentity } from "../../../tests/support/listening.ts";
import { httpAnswer, type RawAnswer, RawServer } from "../../../tests/support/raw_server.ts";
import {
  failureOf,
  FORBIDDEN,
  HAS_FORBIDDEN,
  HOST,
  KEY_AUTHORIZATION,
  provingServer,
  testNetwork,
  TOKEN,
  type WantedPolicy,
} from "../../../tests/support/validation.ts";
import { tryHttp01 } from "./http_01.ts";
import { TimeIsUp, withTimeLimit } from "./time_limit.ts";

const PATH = `/.well-known/acme-challenge/${TOKEN}`;

interface Wanted {
  readonly host?: string;
  readonly found?: readonly string[];
  readonly policy?: WantedPolicy;
  readonly others?: readonly number[];
  readonly signal?: AbortSignal;
}

function attempt(
  port: number,
  { host = "www.example", found, policy, others = [], signal }: Wanted = {},
): Promise<void> {
  const proof = { host, token: TOKEN, keyAuthorization: KEY_AUTHORIZATION };
  const means = { network: testNetwork({ found, policy }), ports: { http: port, others } };
  return tryHttp01(proof, means, signal ?? new AbortController().signal);
}

async function failureAt(answer: (request: string) => RawAnswer, wanted?: Wanted) {
  await using server = new RawServer(answer);
  return await failureOf(attempt(server.port, wanted));
}

Deno.test("http-01 asks for the token's path by the name, and takes white space after the proof", async () => {
  for (const after of ["", "\n", "\r\n", " \t\r\n\r\n"]) {
    await using server = new RawServer(() => httpAnswer(200, KEY_AUTHORIZATION + after));
    await attempt(server.port);
    const [request = ""] = server.requests;
    assert.ok(request.startsWith(`GET ${PATH} HTTP/1.1\r\n`), request);
    assert.match(request, new RegExp(`^host: www\\.example:${server.port}\r$`, "im"));
  }
});

Deno.test("http-01 proves an address", async () => {
  await using server = provingServer();
  await attempt(server.port, { host: HOST });
  assert.match(server.requests[0] ?? "", new RegExp(`^host: 127\\.0\\.0\\.1:${server.port}\r$`, "im"));
});

Deno.test("http-01 takes a proof in chunks, and one that ends with the connection", async () => {
  const half = KEY_AUTHORIZATION.length / 2 | 0;
  const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`;
  const chunks = [KEY_AUTHORIZATION.slice(0, half), KEY_AUTHORIZATION.slice(half), ""].map(chunk).join("");
  const answers = [
    `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}`,
    `HTTP/1.0 200 OK\r\n\r\n${KEY_AUTHORIZATION}`,
  ];
  for (const bytes of answers) {
    await using server = new RawServer(() => ({ bytes }));
    await attempt(server.port);
  }
});

Deno.test({
  name: "http-01 tries the next address of a name where nothing listens at the first",
  ignore: !HAS_FORBIDDEN,
  async fn() {
    await using server = provingServer();
    await attempt(server.port, { found: [FORBIDDEN, HOST], policy: { allow: ["127.0.0.0/8"] } });
  },
});

const REFUSED: Record<string, [answer: RawAnswer, detail: RegExp]> = {
  "another text": [httpAnswer(200, "<html>\u001b[31m\u202e"), /is "<html>\\1b\[31m\\e2\\80\\ae", and not LoqX/],
  "something before the proof": [httpAnswer(200, ` ${KEY_AUTHORIZATION}`), /, and not LoqX/],
  "something after the proof": [httpAnswer(200, `${KEY_AUTHORIZATION}\nx`), /, and not LoqX/],
  "the proof with another status": [httpAnswer(404, KEY_AUTHORIZATION), /answered 404/],
  "nothing": [httpAnswer(200, ""), /is "", and not/],
  "a redirect to nowhere": [httpAnswer(302, ""), /answered 302 without Location/],
  "a redirect to what is no URL": [httpAnswer(302, "", { Location: "http://[fe80::1%25lo]/" }), /which is no URL/],
  "a redirect to a file": [httpAnswer(302, "", { Location: "file:///etc/passwd" }), /only http and https/],
  "a redirect to another port": [
    httpAnswer(302, "", { Location: "http://www.example:22/" }),
    /port 22 is none of 80, 443/,
  ],
  "a redirect with a user name": [httpAnswer(302, "", { Location: "http://a:b@www.example/" }), /has a user name/],
};

for (const [name, [answer, detail]] of Object.entries(REFUSED)) {
  Deno.test(`http-01 is not proved by ${name}`, async () => {
    const failure = await failureAt(() => answer);
    assert.match(failure.detail, detail);
    assert.deepEqual([failure.type, failure.again], ["incorrectResponse", true]);
  });
}

const BROKEN: Record<string, [answer: RawAnswer, detail: RegExp]> = {
  "a body of more than 64 KiB": [httpAnswer(200, KEY_AUTHORIZATION + " ".repeat(65_536)), /more than 65536 bytes/],
  "an endless body": [
    { bytes: `HTTP/1.0 200 OK\r\n\r\n${"a".repeat(1_000_000)}`, stayOpen: true },
    /more than 65536 bytes/,
  ],
  "a head without end": [{ bytes: `HTTP/1.1 200 OK\r\n${"A: b\r\n".repeat(100_000)}` }, /HPE_HEADER_OVERFLOW|reset/],
  "what is not HTTP": [{ bytes: "SSH-2.0-OpenSSH_9.2\r\n" }, /HPE_|closed/],
  "a body that breaks off": [
    { bytes: `HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n${TOKEN}` },
    /broke off|reset|aborted|closed/,
  ],
  "a connection that is closed": [{ bytes: "" }, /closed|hang up|reset/],
};

for (const [name, [answer, detail]] of Object.entries(BROKEN)) {
  Deno.test(`http-01 is not proved by ${name}`, async () => {
    const failure = await failureAt(() => answer);
    assert.match(failure.detail, detail);
    assert.equal(failure.type, "connection");
  });
}

Deno.test("http-01 does not tell what a redirect to another host found", async () => {
  const failure = await failureAt((request) =>
    request.includes("inside.example") ? httpAnswer(200, "a secret") : httpAnswer(302, "", {
      Location: request.replace(/^.*host: www\.example:(\d+).*$/is, "http://inside.example:$1/"),
    })
  );
  assert.match(failure.detail, /inside\.example.* is something else, and not/);
  assert.doesNotMatch(failure.detail, /secret/);
});

Deno.test("http-01 tells no addresses of where a redirect leads", async () => {
  const nobody = provingServer();
  const { port } = nobody;
  await nobody[Symbol.asyncDispose]();
  for (const policy of [{}, { deny: ["127.0.0.9"] }]) {
    const redirect = httpAnswer(302, "", { Location: `http://inside.example:${port}/` });
    await using server = new RawServer(() => redirect);
    const network = testNetwork({ policy });
    const addresses = (name: string) =>
      Promise.resolve([name === "inside.example" && policy.deny ? "127.0.0.9" : HOST]);
    const proof = { host: "www.example", token: TOKEN, keyAuthorization: KEY_AUTHORIZATION };
    const means = {
      network: { ...network, lookup: { ...network.lookup, addresses } },
      ports: { http: server.port, others: [port] },
    };
    const failure = await failureOf(tryHttp01(proof, means, new AbortController().signal));
    assert.match(failure.detail, /inside\.example/);
    assert.doesNotMatch(failure.detail, /127\.0\.0/);
  }
});

Deno.test("http-01 follows ten redirects and no more", async () => {
  for (const [count, isEnough] of [[10, true], [11, false]] as const) {
    await using server = new RawServer((request) => {
      const step = Number(/^GET \/step(\d+)/.exec(request)?.[1] ?? 0);
      return step === count
        ? httpAnswer(200, KEY_AUTHORIZATION)
        : httpAnswer(307, "", { Location: `/step${step + 1}?a=b#c` });
    });
    if (isEnough) await attempt(server.port);
    else assert.match((await failureOf(attempt(server.port))).detail, /more than 10 redirects/);
    assert.equal(server.requests.length, 11);
  }
});

Deno.test("http-01 follows a redirect to https, with any certificate", async () => {
  const { key, cert } = await newIdentity();
  const secure = https.createServer({ key, cert }, (_, response) => response.end(KEY_AUTHORIZATION));
  await new Promise<void>((resolve) => secure.listen(0, HOST, resolve));
  const address = secure.address();
  const port = typeof address === "object" ? address?.port ?? 0 : 0;
  try {
    await using server = new RawServer(() => httpAnswer(301, "", { Location: `https://www.example:${port}/x` }));
    await attempt(server.port, { others: [port] });
  } finally {
    secure.closeAllConnections();
    await new Promise((resolve) => secure.close(resolve));
  }
});

Deno.test("http-01 is not proved by a redirect to https where nobody speaks TLS", async () => {
  await using plain = new RawServer(() => httpAnswer(400, ""));
  const redirect = httpAnswer(301, "", { Location: `https://www.example:${plain.port}/` });
  const failure = await failureAt(() => redirect, { others: [plain.port] });
  assert.match(failure.detail, /^TLS with www\.example: /);
  assert.equal(failure.type, "tls");
});

Deno.test("http-01 is not proved where nothing listens", async () => {
  const server = provingServer();
  const { port } = server;
  await server[Symbol.asyncDispose]();
  const failure = await failureOf(attempt(port));
  assert.equal(failure.detail, `connecting to 127.0.0.1:${port}: connection refused`);
  assert.deepEqual([failure.type, failure.again], ["connection", true]);
});

for (
  const [name, bytes] of Object.entries({
    "an answer": "",
    "the end of a body": "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\na",
  })
) {
  Deno.test(`http-01 does not wait for ${name} when its time is up`, async () => {
    const asked = Promise.withResolvers<void>();
    await using server = new RawServer(() => {
      asked.resolve();
      return { bytes, stayOpen: true };
    });
    const clock = new ManualClock(1000);
    const limit = { clock, seconds: 10, signal: new AbortController().signal };
    const outcome = assert.rejects(withTimeLimit(limit, (signal) => attempt(server.port, { signal })), TimeIsUp);
    await asked.promise;
    await clock.advance(11);
    await outcome;
  });
}
