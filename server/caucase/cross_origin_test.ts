import { deepEqual, equal, ok, throws } from "node:assert/strict";
import type { CorsKeys } from "../../core/cors/key_set.ts";
import { signConsent } from "../../core/cors/token.ts";
import { fakeExchange, type FakeRequest } from "../../tests/support/exchange.ts";
import { createCrossOrigin, type Headers, withOriginHeaders } from "./cross_origin.ts";
import type { Answer } from "../http/exchange.ts";
import { createOwnOrigins } from "./own_origins.ts";

const NOW = 1_795_000_000;
const KEY = { expires: NOW + 1000, secret: "first key, of 43 printable characters or so." };
const FOO = "https://foo.example";

const keys: CorsKeys = { valid: () => [KEY], signing: () => Promise.resolve(KEY) };
const own = createOwnOrigins("ca.example:8009");
const options = { keys, whitelist: ["http://white.example"], own, clock: { now: () => NOW } };
const crossOrigin = createCrossOrigin(options);

function request(origin: string | undefined, { headers, ...other }: FakeRequest = {}) {
  const all = { host: "ca.example:8010", ...(origin !== undefined && { origin }), ...headers };
  return fakeExchange({ target: "/cas/crt/ca.crt.pem", ...other, headers: all });
}

async function refusal(...parameters: Parameters<typeof request>): Promise<Answer> {
  const verdict = await crossOrigin.judge(request(...parameters), "consent");
  ok(verdict.kind === "refuse");
  return verdict.answer;
}

function allowed(origin: string): Headers {
  return {
    "Access-Control-Allow-Credentials": "true",
    "Access-Control-Allow-Origin": origin,
    "Access-Control-Expose-Headers": "Location, WWW-Authenticate",
    "Vary": "Origin",
  };
}

Deno.test("judge() only says what the answer varies by when no other origin is involved", async () => {
  for (const origin of [undefined, "https://ca.example:8010"]) {
    for (const policy of ["any", "consent", "none"] as const) {
      const verdict = await crossOrigin.judge(request(origin), policy);
      deepEqual(verdict, { kind: "go on", headers: { Vary: "Origin" } });
    }
  }
});

Deno.test("judge() lets scripts of allowed origins read the answer", async () => {
  const token = await signConsent({ origin: FOO, allowed: true }, KEY);
  const cookie = `cors=${encodeURIComponent(JSON.stringify({ [FOO]: token }))}`;
  const cases = [
    { policy: "any", exchange: request(FOO), origin: FOO },
    { policy: "any", exchange: request("null"), origin: "null" },
    { policy: "consent", exchange: request("http://white.example"), origin: "http://white.example" },
    { policy: "consent", exchange: request(FOO, { headers: { cookie } }), origin: FOO },
  ] as const;
  for (const { policy, exchange, origin } of cases) {
    deepEqual(await crossOrigin.judge(exchange, policy), { kind: "go on", headers: allowed(origin) });
  }
});

Deno.test("judge() answers 401 and where to ask, readable for scripts, when nobody has decided", async () => {
  const { status, headers, body } = await refusal(FOO);
  equal(status, 401);
  deepEqual(headers, {
    ...allowed(FOO),
    "Content-Type": "text/plain; charset=utf-8",
    "X-Content-Type-Options": "nosniff",
    "WWW-Authenticate": 'cors url="https://ca.example:8010/cors?origin=https%3A%2F%2Ffoo.example{&return}"',
  });
  equal(body, "this origin needs a person's consent\n");
});

Deno.test("judge() asks at our HTTPS port, by the name that the request used", async () => {
  const cases: [FakeRequest, string][] = [
    [{ secure: false, headers: { host: "ca.example:8009" } }, "https://ca.example:8010"],
    [{ secure: false, headers: { host: "ca.example" } }, "https://ca.example"],
    [{ secure: false, headers: { host: "[::1]:8009" } }, "https://[::1]:8010"],
    [{ secure: true, headers: { host: "10.0.0.1:8010" } }, "https://10.0.0.1:8010"],
    [{ secure: true, headers: { host: 'x"/@evil' } }, "https://ca.example:8010"],
  ];
  for (const [from, server] of cases) {
    const challenge = (await refusal(FOO, from)).headers?.["WWW-Authenticate"];
    equal(challenge, `cors url="${server}/cors?origin=https%3A%2F%2Ffoo.example{&return}"`);
  }
});

Deno.test("judge() takes what is of no use out of the cookie, with the 401", async () => {
  for (const value of ["garbage", encodeURIComponent(JSON.stringify({ [FOO]: "x" }))]) {
    const { status, headers } = await refusal(FOO, { headers: { cookie: `cors=${value}` } });
    equal(status, 401);
    equal(headers?.["Set-Cookie"], "cors=; Path=/; Max-Age=0; SameSite=None; Secure");
  }
  equal((await refusal(FOO)).headers?.["Set-Cookie"], undefined);
});

Deno.test("judge() answers 403, unreadable for scripts, when the origin is refused", async () => {
  const token = await signConsent({ origin: FOO, allowed: false }, KEY);
  const denied = { cookie: `cors=${encodeURIComponent(JSON.stringify({ [FOO]: token }))}` };
  for (const answer of [await refusal("null"), await refusal("garbage"), await refusal(FOO, { headers: denied })]) {
    equal(answer.status, 403);
    deepEqual(Object.keys(answer.headers ?? {}), ["Content-Type", "X-Content-Type-Options", "Vary"]);
  }
});

Deno.test("preflight() tells other origins the path's methods and headers, before any consent", () => {
  for (const origin of [FOO, "null", "http://white.example"]) {
    const answer = crossOrigin.preflight(request(origin, { method: "OPTIONS" }), ["GET", "PUT", "OPTIONS"]);
    deepEqual(answer, {
      status: 204,
      headers: {
        ...allowed(origin),
        "Access-Control-Allow-Methods": "GET, PUT, OPTIONS",
        "Access-Control-Allow-Headers": "Content-Type, User-Agent",
      },
    });
  }
});

Deno.test("preflight() carries none of that when the origin is ours, absent or garbage", () => {
  for (const origin of [undefined, "https://ca.example:8010", "garbage"]) {
    deepEqual(crossOrigin.preflight(request(origin, { method: "OPTIONS" }), ["GET"]), { status: 204 });
  }
});

Deno.test("withOriginHeaders() adds to what the answer varies by, and keeps the rest", () => {
  const answer: Answer = { status: 200, headers: { "Vary": "Accept", "ETag": "x" }, body: "b" };
  const headers = { ...allowed(FOO), "ETag": "x", "Vary": "Accept, Origin" };
  deepEqual(withOriginHeaders(answer, allowed(FOO)), { status: 200, headers, body: "b" });
  deepEqual(withOriginHeaders({ status: 204 }, {}), { status: 204, headers: {} });
});

Deno.test("createCrossOrigin() refuses a whitelist that is none", () => {
  throws(() => createCrossOrigin({ ...options, whitelist: ["*"] }), { code: "usage" });
});
