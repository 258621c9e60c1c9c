/** What is for users stays so however its path is spelled and whatever method the request says to mean. */
import assert from "node:assert/strict";
import { type Route, ROUTES } from "../../core/protocol/routes.ts";
import { type AgedServer, holderFrom, runAgedServer } from "../support/aged_server.ts";
import { type Holder, JSON_TYPE, submit } from "../support/desk.ts";
import { newEcKey } from "../support/issuing.ts";
import { RawClient, type RawResponse, type RequestParts } from "../support/raw_client.ts";
import { csrFor, unsignedBody } from "../support/requests.ts";
import { filledPath } from "../support/route_paths.ts";

/** Reaches the gate, which asks for a certificate. */
const SAME = [401];
/** Is another path or none, an id that is none, or no HTTP. */
const ELSEWHERE = [400, 404];
const OTHER_METHOD = 405;

const SPELLINGS: Readonly<Record<string, [spell: (path: string) => string, statuses: readonly number[]]>> = {
  "as it is": [(path) => path, SAME],
  "a slash at its end": [(path) => `${path}/`, SAME],
  "doubled slashes": [(path) => path.replaceAll("/", "//"), SAME],
  // Some routes look at their query first.
  "a query": [(path) => `${path}?user=1&_method=GET`, [...SAME, 400]],
  "an encoded letter": [(path) => path.replace("/ca", "/c%61"), SAME],
  "every byte encoded": [(path) => path.replace(/[^/]/g, (one) => `%${one.charCodeAt(0).toString(16)}`), SAME],
  "a URL of this host": [(path) => `http://caucase.test${path}`, SAME],
  "a URL of another host, over TLS": [(path) => `https://127.0.0.1:1${path}`, SAME],
  "two slashes before it": [(path) => `/${path}`, SAME],
  "a dot": [(path) => `/.${path}`, ELSEWHERE],
  "up and down again": [(path) => `/cors/..${path}`, ELSEWHERE],
  "up and down again, encoded": [(path) => `/cors/%2e%2e${path}`, ELSEWHERE],
  "up from a public path": [(path) => path.replace(/^\/(ca.\/)?/, "/$1crl/../"), ELSEWHERE],
  "encoded slashes": [(path) => `/${path.slice(1).replaceAll("/", "%2F")}`, ELSEWHERE],
  "slashes that were encoded twice": [(path) => `/${path.slice(1).replaceAll("/", "%252F")}`, ELSEWHERE],
  "backslashes": [(path) => path.replaceAll("/", "\\"), ELSEWHERE],
  "capitals in the CA's name": [(path) => path.replace(/^\/ca./, (ca) => ca.toUpperCase()), ELSEWHERE],
  "a capital in what is asked for": [
    (path) => path.replace(/\/(c[sre][rt]|re|ev|st|au|ea|ac)/, (one) => one.toUpperCase()),
    ELSEWHERE,
  ],
  // Where ids may be any text, they are looked for behind the gate.
  "a parameter of its last segment": [(path) => `${path};a=b`, [...SAME, ...ELSEWHERE]],
  "a zero byte at its end": [(path) => `${path}%00`, [...SAME, ...ELSEWHERE]],
  "a space at its end": [(path) => `${path}%20`, [...SAME, ...ELSEWHERE]],
  // Which may be for users, too, or for another method.
  "a segment more": [(path) => `${path}/x`, [...SAME, ...ELSEWHERE, OTHER_METHOD]],
  "the private CA": [(path) => path.replace(/^\/ca./, "/http_cas"), ELSEWHERE],
  "another scheme": [(path) => `file://${path}`, ELSEWHERE],
};

/** Method, target and more of a request that means the route's method and path without saying so. */
const DISGUISES: Readonly<Record<string, (route: Route, path: string) => [string, string, RequestParts?]>> = {
  "HEAD": (_, path) => ["HEAD", path],
  "OPTIONS": (_, path) => ["OPTIONS", path],
  "a preflight": ({ method }, path) => [
    "OPTIONS",
    path,
    { headers: { Origin: "https://a.example", "Access-Control-Request-Method": method } },
  ],
  "TRACE": (_, path) => ["TRACE", path],
  "PATCH": (_, path) => ["PATCH", path],
  "lower case": ({ method }, path) => [method.toLowerCase(), path],
  "overriding headers": ({ method }, path) => [
    "POST",
    path,
    { headers: { "X-HTTP-Method-Override": method, "X-HTTP-Method": method, "X-Method-Override": method } },
  ],
  "a field of a form": ({ method }, path) => [
    "POST",
    `${path}?_method=${method}`,
    { headers: { "Content-Type": "application/x-www-form-urlencoded" }, body: `_method=${method}` },
  ],
  "another path in a header": ({ method }, path) => [
    method,
    "/",
    { headers: { "X-Original-URL": path, "X-Rewrite-URL": path, "X-Forwarded-Prefix": path } },
  ],
};

/** One that `path` is the path of, ready to be carried out if anybody lets it. */
interface Protected {
  readonly route: Route;
  readonly path: string;
  readonly parts: RequestParts;
}

async function protectedRequests({ server }: AgedServer, ca: "cau" | "cas"): Promise<Protected[]> {
  const id = await submit(server, ca, await csrFor(await newEcKey()));
  const routes = Object.values<Route>(ROUTES).filter(({ access }) => access === "user");
  const revocation = { headers: JSON_TYPE, body: unsignedBody('{"revoke_serial": 5}') };
  return [
    ...routes.map((route) => ({ route, path: filledPath(route.path, ca, id), parts: {} })),
    { route: ROUTES.revoke, path: ROUTES.revoke.path.replace("{ca}", ca), parts: revocation },
  ];
}

/** Over HTTP, or over HTTPS without a certificate or as a user, on a connection of its own. */
async function ask(
  { server }: AgedServer,
  who: "HTTP" | "HTTPS" | Holder,
  [method, target, { headers = {}, body = "" } = {}]: readonly [string, string, RequestParts?],
): Promise<RawResponse> {
  using client = who === "HTTP"
    ? await RawClient.tcp(server.port)
    : await RawClient.tls(server.port + 1, who === "HTTPS" ? undefined : who);
  const length = body === "" ? {} : { "Content-Length": `${body.length}` };
  client.request(method, target, { headers: { ...headers, ...length }, body });
  return await client.response(method);
}

for (const [ca, who] of [["cau", "HTTPS"], ["cas", "HTTP"]] as const) {
  const where = `${ca}, over ${who}`;

  Deno.test(`without a certificate no spelling of a path gets past the gate: ${where}`, async () => {
    await using aged = await runAgedServer();
    const before = await prepared(aged, ca);
    for (const { route, path, parts } of before.requests) {
      // What is over HTTPS only is nowhere else; what was asked is judged before who asks.
      for (const [name, [spell, statuses]] of Object.entries(SPELLINGS)) {
        const { status, body } = await ask(aged, who, [route.method, spell(path), parts]);
        // What is over HTTPS only is nowhere else; what a spelling leaves as it is is the same path.
        const nowhere = [...ELSEWHERE, ...statuses.filter((one) => one === OTHER_METHOD)];
        const expected = route.secure && who === "HTTP" ? nowhere : spell(path) === path ? SAME : statuses;
        assert.ok(expected.includes(status), `${route.method} ${spell(path)} (${name}): ${status}`);
        assert.doesNotMatch(body, /CERTIFICATE REQUEST/, name);
      }
    }
    assert.ok(aged.database.contents() === before.contents);
  });

  Deno.test(`without a certificate no disguise of a method gets past the gate: ${where}`, async () => {
    await using aged = await runAgedServer();
    const before = await prepared(aged, ca);
    for (const { route, path, parts } of before.requests) {
      for (const [name, disguise] of Object.entries(DISGUISES)) {
        const [method, target, more] = disguise(route, path);
        const { status, body } = await ask(aged, who, [method, target, { ...parts, ...more }]);
        assert.ok(status < 500, `${method} ${target} (${name}): ${status}`);
        assert.ok(aged.database.contents() === before.contents, `${method} ${target} (${name})`);
        assert.doesNotMatch(body, /"csr"/, name);
      }
    }
  });
}

Deno.test("what a page elsewhere can make a user's browser send changes nothing, whatever method it is to mean", async () => {
  await using aged = await runAgedServer();
  const user = await holderFrom(aged.cau);
  const before = await prepared(aged, "cas");
  for (const { route, path, parts } of before.requests) {
    for (const [name, disguise] of Object.entries(DISGUISES)) {
      const [method, target, more] = disguise(route, path);
      await ask(aged, user, [method, target, { ...parts, ...more }]);
      assert.ok(aged.database.contents() === before.contents, `${method} ${target} (${name})`);
    }
  }
});

async function prepared(aged: AgedServer, ca: "cau" | "cas") {
  const requests = await protectedRequests(aged, ca);
  assert.ok(requests.length >= 4);
  return { requests, contents: aged.database.contents() };
}
