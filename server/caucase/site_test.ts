import assert from "node:assert/strict";
import fc from "fast-check";
import type { Actor } from "../../core/ca/actor.ts";
import { CaucaseError } from "../../core/errors.ts";
import { type Route, ROUTES } from "../../core/protocol/routes.ts";
import { type AskOptions, certify, CSR_TYPE, firstUser, JSON_TYPE } from "../../tests/support/desk.ts";
import { garbageText } from "../../tests/support/garbage.ts";
import { random } from "../../tests/support/issuing.ts";
import { unsignedBody } from "../../tests/support/requests.ts";
import { filledPath } from "../../tests/support/route_paths.ts";
import { exchangeOf, newTestApp, NO_AUDIT, type TestApp } from "../../tests/support/test_app.ts";
import { RouteTable } from "../http/route_table.ts";
import { serveSites } from "../http/site.ts";
import { createOwnOrigins } from "./own_origins.ts";
import { refusal } from "./refusals.ts";
import { caucaseAdmissions } from "./site.ts";

/** From one wrong in everything to one that is right; each step mends one thing, in the order of judgement. */
interface JudgementStep {
  readonly mends: string;
  readonly method?: string;
  readonly path?: string;
  readonly options?: AskOptions;
  readonly status: number;
}

const EVIL = { origin: "null" };

const SIGNING: readonly JudgementStep[] = [
  { mends: "nothing", method: "PATCH", path: "/cas/crx/abc", options: { headers: EVIL, body: "x" }, status: 404 },
  { mends: "the path", path: "/cas/crt/abc", status: 405 },
  { mends: "the method", method: "PUT", status: 403 },
  { mends: "the origin", options: { headers: {}, body: "x" }, status: 400 },
  { mends: "the id", path: "/cas/crt/1", status: 400 },
  { mends: "the type of the body", options: { headers: CSR_TYPE, body: "x" }, status: 401 },
];

const REVOKING: readonly JudgementStep[] = [
  { mends: "nothing", method: "PATCH", path: "/casx/crt/revoke", options: { headers: EVIL, body: "x" }, status: 404 },
  { mends: "the path", path: "/cas/crt/revoke", status: 405 },
  { mends: "the method", method: "PUT", status: 403 },
  { mends: "the origin", options: { headers: {}, body: "x" }, status: 400 },
  { mends: "the type of the body", options: { headers: JSON_TYPE, body: "x" }, status: 400 },
  { mends: "the JSON", options: { headers: JSON_TYPE, body: unsignedBody("x") }, status: 401 },
];

/** Runs the steps; answers with the last one as it was asked. */
async function climb(app: TestApp, steps: readonly JudgementStep[]): Promise<{ path: string; options: AskOptions }> {
  let [method, path, options]: [string, string, AskOptions] = ["", "", {}];
  for (const step of steps) {
    ({ method = method, path = path, options = options } = step);
    const { status, text } = await app.ask(method, path, options);
    assert.equal(status, step.status, `mended ${step.mends}: ${text}`);
  }
  return { path, options };
}

Deno.test("the site judges path, method, origin, id, type and JSON of the body, then the user, then the payload", async () => {
  const app = await newTestApp();
  const as = await firstUser(app);
  const signing = await climb(app, SIGNING);
  assert.equal((await app.ask("PUT", signing.path, { ...signing.options, as })).status, 404, "a user asks: no such id");
  const revoking = await climb(app, REVOKING);
  const answer = await app.ask("PUT", revoking.path, { ...revoking.options, as });
  assert.equal(answer.status, 400);
  assert.match(answer.text, /payload/);
  assert.deepEqual(app.faults, []);
});

Deno.test("the table closes every route for users to those without a certificate, and to services", async () => {
  const app = await newTestApp();
  const service = await certify(app, await firstUser(app));
  const closed = Object.values<Route>(ROUTES).filter(({ access }) => access === "user");
  assert.deepEqual(
    closed.map(({ method, path }) => `${method} ${path}`).toSorted(),
    [
      "DELETE /{ca}/csr/{csr_id}",
      "GET /{ca}/csr",
      "GET /{ca}/certificates",
      "GET /{ca}/csr/{csr_id}/details",
      "GET /{ca}/certificates/{serial}",
      "GET /{ca}/events",
      "GET /audit/checkpoint",
      "GET /audit/key",
      "GET /audit/tile/{level}/{tile}",
      "GET /audit/tile/{level}/{tile}/{next}",
      "GET /audit/tile/{level}/{tile}/{next}/{last}",
      "GET /status",
      "GET /eab-keys",
      "POST /eab-keys",
      "DELETE /eab-keys/{id}",
      "GET /accounts",
      "GET /accounts/{id}",
      "DELETE /accounts/{id}",
      "PUT /{ca}/crt/{crt_id}",
    ].toSorted(),
  );
  for (const { method, path, secure } of closed) {
    for (const ca of ["cau", "cas"] as const) {
      const target = filledPath(path, ca, "5");
      for (const as of [undefined, null, service]) {
        const { status, headers } = await app.ask(method, target, as === undefined ? {} : { as });
        const expected = secure && as === undefined ? [404, undefined] : [401, "transport"];
        assert.deepEqual([status, headers["www-authenticate"]], expected, `${method} ${target}`);
      }
    }
  }
});

Deno.test("a new route for users is closed by its access alone, and a handler behind it knows the user", async () => {
  const app = await newTestApp();
  const user = await firstUser(app);
  const done: Actor[] = [];
  const table = new RouteTable({
    prefix: "",
    routes: { erase: { method: "DELETE", path: "/everything/{name}", access: "user" } },
    closed: {},
    handlers: {
      erase: ({ parameters: { name } }) => ({ actor, user: { serial } }) => {
        done.push(actor);
        return { status: 200, body: `${name} ${serial}` };
      },
    },
    admissions: caucaseAdmissions({
      authorities: app.authorities,
      httpCa: app.authorities.http_cas,
      own: createOwnOrigins("ca.example.com:8009"),
      events: () => Promise.resolve([]),
      status: () => Promise.reject(new Error("nobody asks")),
      clock: app.clock,
      audit: NO_AUDIT,
      acme: app.storage.acme,
      random,
      recordRefused: (ca, refused, by) => app.storage.recordRefused(ca, refused, by),
    }),
  });
  const handler = serveSites([{
    prefix: "",
    refuse: refusal,
    answer: (exchange, refuse) => table.run(table.select(table.match(exchange.target), exchange), { exchange, refuse }),
  }], (error) => app.faults.push(error));
  const ask = async (as?: typeof user | null) =>
    await handler(exchangeOf("DELETE", "/everything/x", as === undefined ? {} : { as }));
  const service = await certify(app, user);
  for (const as of [undefined, null, service]) assert.equal((await ask(as)).status, 401);
  assert.deepEqual(done, []);
  const { serial, issuer } = { ...user.certificate, issuer: user.certificate.authorityKeyIdentifier };
  assert.deepEqual(await ask(user), { status: 200, body: `x ${serial}`, user: `${serial}` });
  assert.deepEqual(done, [{ kind: "user", issuer, serial, address: "192.0.2.1" }]);
  assert.deepEqual(app.faults, []);
});

Deno.test("the site judges ids before users where nothing else is sent", async () => {
  const app = await newTestApp();
  for (const [method, path] of [["DELETE", "/cas/csr/"], ["PUT", "/cas/crt/"]] as const) {
    assert.equal((await app.ask(method, `${path}abc`)).status, 400, method);
    assert.equal((await app.ask(method, `${path}${2n ** 63n}`)).status, 404, method);
    assert.equal((await app.ask(method, `${path}5`)).status, 401, method);
  }
  const { status, headers } = await app.ask("GET", "/cas/csr");
  assert.equal(status, 401);
  assert.equal(headers["www-authenticate"], "transport");
});

Deno.test("the site answers unknown paths 404 with any method, and known ones 405 with Allow", async () => {
  const app = await newTestApp();
  for (const method of ["GET", "HEAD", "PUT", "POST", "DELETE", "OPTIONS", "PATCH", "TRACE", "FOO"]) {
    for (const path of ["/nowhere", "/cas/csr/1/2", "/http_cas", "/cas/crt"]) {
      assert.equal((await app.ask(method, path)).status, 404, `${method} ${path}`);
    }
  }
  for (
    const [method, path, allow] of [["POST", "/cas/crl", "GET, OPTIONS"], ["GET", "/cau/crt/renew", "PUT, OPTIONS"]]
  ) {
    const { status, headers } = await app.ask(method ?? "", path ?? "");
    assert.equal(status, 405, path);
    assert.equal(headers["allow"], allow);
  }
});

Deno.test("HEAD of every path that can be read has the status and headers of GET", async () => {
  const app = await newTestApp();
  const as = await firstUser(app);
  for (const { method, path } of Object.values<Route>(ROUTES)) {
    if (method !== "GET") continue;
    const target = path.replace("{ca}", "cas").replace(/\{\w+\}/, "1");
    const [head, get] = [await app.ask("HEAD", target, { as }), await app.ask("GET", target, { as })];
    assert.equal(head.status, get.status, target);
    assert.deepEqual(Object.keys(head.headers), Object.keys(get.headers), target);
  }
});

Deno.test("OPTIONS is 204 for every path and *, and carries headers of CORS for other origins alone", async () => {
  const app = await newTestApp();
  const headers = { origin: "https://elsewhere.example" };
  for (const { path } of Object.values<Route>(ROUTES)) {
    const target = path.replace("{ca}", "cau").replace(/\{\w+\}/, "abc");
    const plain = await app.ask("OPTIONS", target);
    assert.equal(plain.status, 204, target);
    assert.deepEqual(Object.keys(plain.headers).filter((name) => name.startsWith("access-control")), [], target);
    const foreign = await app.ask("OPTIONS", target, { headers });
    assert.equal(foreign.status, 204, target);
    assert.equal(foreign.headers["access-control-allow-origin"], headers.origin);
    assert.match(foreign.headers["access-control-allow-methods"] ?? "", /OPTIONS$/);
  }
  assert.deepEqual(await app.answer("OPTIONS", "*"), { status: 204 });
});

Deno.test("a refusal carries the headers that let another origin's script read it", async () => {
  const app = await newTestApp();
  const headers = { origin: "https://white.example" };
  for (const [method, path] of [["GET", "/cas/csr/abc"], ["GET", "/cas/csr/1"], ["GET", "/cas/csr"]] as const) {
    const answer = await app.ask(method, path, { headers });
    assert.ok(answer.status >= 400);
    assert.equal(answer.headers["access-control-allow-origin"], headers.origin, path);
    assert.match(answer.headers["vary"] ?? "", /Origin/);
  }
});

Deno.test("the site answers a fault of ours 500 without a word, and reports it", async () => {
  const app = await newTestApp();
  const fault = new Error("secret path /var/x");
  const cases: readonly unknown[] = [fault, new CaucaseError("storage", "secret: disk is full"), "a thrown text"];
  for (const thrown of cases) {
    app.storage.ca("cas").requests.find = () => Promise.reject(thrown);
    const answer = await app.answer("GET", "/cas/csr/1");
    assert.equal(answer.status, 500);
    assert.equal(answer.body, undefined);
    assert.doesNotMatch(JSON.stringify(answer.headers ?? {}), /secret/);
  }
  assert.deepEqual(app.faults, cases);
});

const anyMethod = fc.constantFrom("GET", "HEAD", "PUT", "POST", "DELETE", "OPTIONS", "PATCH");
const anyPath = fc.oneof(
  fc.constantFrom("/cas/csr", "/cau/crt/renew", "/cas/crt/revoke", "/cas/crl", "/cors", "/cas", "/"),
  fc.tuple(fc.constantFrom("/cas/crl/", "/cas/csr/", "/cau/crt/", "/cors?"), garbageText(30)).map((parts) =>
    parts.join("")
  ),
);
const anyHeaders = fc.dictionary(
  fc.constantFrom("origin", "cookie", "accept", "host", "content-type", "if-none-match", "if-modified-since"),
  fc.oneof(
    garbageText(80),
    garbageText(40).map((text) => `cors=${text}`),
    fc.constantFrom("application/json", "application/pkcs10", "application/x-www-form-urlencoded", "https://a.example"),
  ),
);

Deno.test("the site never answers 500 and never throws, whatever is asked", async () => {
  const app = await newTestApp();
  const request = fc.record({ method: anyMethod, path: anyPath, headers: anyHeaders, body: garbageText(40) });
  await fc.assert(
    fc.asyncProperty(request, fc.boolean(), async ({ method, path, headers, body }, secure) => {
      const { status } = await app.answer(method, path, { headers, body, ...(secure && { as: null }) });
      assert.ok(status < 500, `${status}`);
      assert.deepEqual(app.faults, []);
    }),
    { numRuns: 1000 },
  );
});
