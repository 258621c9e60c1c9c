import { deepEqual, equal, ok } from "node:assert/strict";
import { readConsentCookie } from "../../core/cors/cookie.ts";
import { FORM_LIFE, readConsent } from "../../core/cors/token.ts";
import { fakeExchange, type FakeRequest } from "../../tests/support/exchange.ts";
import { NOW } from "../../tests/support/issuing.ts";
import { CORS_KEY, newTestApp } from "../../tests/support/test_app.ts";
import type { Answer } from "../http/exchange.ts";

const FOO = "https://foo.example";
const BACK = "https://foo.example/back?x=1";
const SERVER = "https://ca.example.com:8010";
const FORM_TYPE = "application/x-www-form-urlencoded";
const APP = await newTestApp();

async function show(target: string, request: FakeRequest = {}): Promise<Answer> {
  return await APP.handler(fakeExchange({ headers: { host: "ca.example.com:8010" }, ...request, target }));
}

/** The query of a page that asks. */
function asking(origin = FOO, returnTo = BACK): string {
  return `/cors?${new URLSearchParams({ origin, return: returnTo })}`;
}

async function shownToken(from = APP, request: FakeRequest = {}): Promise<string> {
  const { body } = await from.handler(fakeExchange({ target: asking(), ...request }));
  return /name="token" value="([^"]+)"/.exec(String(body))?.[1] ?? "";
}

interface Post extends FakeRequest {
  readonly fields?: Readonly<Record<string, string>>;
}

async function post({ fields = {}, headers = {}, ...request }: Post, to = APP): Promise<Answer> {
  return await to.handler(fakeExchange({
    method: "POST",
    target: "/cors",
    body: new URLSearchParams({ origin: FOO, return_to: BACK, grant: "1", ...fields }).toString(),
    ...request,
    headers: { "host": "ca.example.com:8010", "content-type": FORM_TYPE, ...headers },
  }));
}

Deno.test("GET /cors asks the person about both parameters, by the name of the server that they used", async () => {
  const { status, body } = await show(asking("HTTPS://FOO.example:443"), { headers: { host: "10.0.0.1:8010" } });
  equal(status, 200);
  for (const text of [`<strong>${FOO}</strong>`, "<strong>https://10.0.0.1:8010</strong>", `<code>${BACK}</code>`]) {
    ok(String(body).includes(text), text);
  }
});

Deno.test("GET /cors shows hostile parameters as text", async () => {
  const { body } = await show(asking(FOO, 'https://foo.example/"><script>alert(1)</script>'));
  ok(!String(body).includes("<script"));
  ok(String(body).includes("<code>https://foo.example/&quot;&gt;&lt;script&gt;"));
});

Deno.test("GET /cors is 400 when a parameter is missing, repeated or not what it should be", async () => {
  const cases = [
    ...["/cors", "/cors?", `/cors?origin=${FOO}`, `/cors?return=${BACK}`, `/cors?origin=&return=${BACK}`],
    ...[`${asking()}&origin=${FOO}`, `${asking()}&return=${BACK}`, asking("null"), asking("foo.example")],
    ...[asking(`${FOO}/path`), asking("chrome-extension://id"), asking("<script>"), asking(FOO, "/back")],
    ...[asking(FOO, "javascript:alert(1)"), asking(FOO, "data:text/html,x"), asking(FOO, "//foo.example")],
    ...[asking(FOO, "http://foo.example/\r\nSet-Cookie: a=b"), asking(FOO, ""), "/cors?origin=%&return=%FF"],
  ];
  for (const target of cases) equal((await show(target)).status, 400, target);
});

Deno.test("GET /cors over HTTP redirects to the same path and query over HTTPS", async () => {
  const query = "?origin=http%3A%2F%2Ffoo.example&return=http://foo.example/";
  const cases: [string | undefined, string][] = [
    ["ca.example.com:8009", SERVER],
    ["ca.example.com", "https://ca.example.com"],
    ["[::1]:8009", "https://[::1]:8010"],
    ["evil.example/x?", SERVER],
    ["user@evil.example", SERVER],
    [undefined, SERVER],
  ];
  for (const [host, server] of cases) {
    const { status, headers } = await show(`/cors${query}`, { secure: false, headers: host ? { host } : {} });
    deepEqual([status, headers?.["Location"]], [302, `${server}/cors${query}`]);
  }
});

Deno.test("GET /cors over HTTP lets nothing into the redirect but a query", async () => {
  const cases: [string, string][] = [
    ["/cors", ""],
    ["//cors/?x", "?x"],
    ["http://evil.example/cors?x", "?x"],
    ["/cors?a b\u00fc\ud800", "?a%20b%C3%BC%EF%BF%BD"],
    ["/cors?x\r\nSet-Cookie: a=b", "?x%0D%0ASet-Cookie:%20a=b"],
  ];
  for (const [target, query] of cases) {
    const { headers } = await show(target, { secure: false, headers: {} });
    equal(headers?.["Location"], `${SERVER}/cors${query}`);
  }
});

Deno.test("POST /cors sends the person back with the decision in the cookie", async () => {
  for (const [grant, allowed] of [["1", true], ["0", false]] as const) {
    const { status, headers } = await post({ fields: { grant, token: await shownToken() } });
    deepEqual([status, headers?.["Location"], headers?.["Cache-Control"]], [302, BACK, "no-store"]);
    const [cookie = "", ...attributes] = String(headers?.["Set-Cookie"]).split("; ");
    deepEqual(attributes, ["Path=/", "Max-Age=31536000", "SameSite=None", "Secure"]);
    const token = readConsentCookie(cookie)?.get(FOO) ?? "";
    deepEqual(await readConsent(token, { keys: [CORS_KEY], now: NOW }), { origin: FOO, allowed });
  }
});

Deno.test("POST /cors keeps what was decided about other origins, and replaces what was about this one", async () => {
  const cookie = `cors=${encodeURIComponent(JSON.stringify({ "http://bar.example": "kept", [FOO]: "old" }))}`;
  for (const [sent, others] of [[cookie, ["http://bar.example"]], ["cors=garbage", []]] as const) {
    const { headers } = await post({ headers: { cookie: sent }, fields: { token: await shownToken() } });
    const tokens = readConsentCookie(String(headers?.["Set-Cookie"]).split(";")[0]);
    deepEqual([...tokens?.keys() ?? []], [...others, FOO]);
  }
});

Deno.test("POST /cors is not there over HTTP", async () => {
  equal((await post({ secure: false, fields: { token: await shownToken() } })).status, 404);
  equal((await post({ secure: false, headers: { origin: FOO } })).status, 404);
});

Deno.test("POST /cors is 403 to posts of other origins' pages, whatever they were granted", async () => {
  const token = await shownToken();
  const { headers } = await post({ fields: { token } });
  const cookie = String(headers?.["Set-Cookie"]).split(";")[0] ?? "";
  for (const origin of [FOO, "null", "https://white.example", "http://ca.example.com:8009", "garbage"]) {
    equal((await post({ headers: { origin, cookie }, fields: { token } })).status, 403, origin);
  }
  equal((await post({ headers: { origin: SERVER, cookie }, fields: { token } })).status, 302);
});

Deno.test("POST /cors is 403 when the token is not the one of the form that was shown", async () => {
  const token = await shownToken();
  const cases: Record<string, Post> = {
    "no token": {},
    "not a token": { fields: { token: "a.b.c" } },
    "another origin's": { fields: { token, origin: "https://bar.example" } },
    "another return address": { fields: { token, return_to: `${BACK}2` } },
    "shown to another peer, and no browser that names the form's origin": {
      fields: { token: await shownToken(APP, { remoteAddress: "192.0.2.2" }) },
    },
  };
  for (const [name, request] of Object.entries(cases)) {
    equal((await post(request)).status, 403, name);
  }
});

Deno.test("POST /cors takes a token from another address when the browser says that the form was ours", async () => {
  const token = await shownToken(APP, { remoteAddress: "2001:db8::1" });
  equal((await post({ headers: { origin: SERVER }, fields: { token } })).status, 302);
});

Deno.test("POST /cors takes a form for an hour", async () => {
  const own = await newTestApp();
  const token = await shownToken(own);
  own.clock.set(NOW + FORM_LIFE - 1);
  equal((await post({ fields: { token } }, own)).status, 302);
  own.clock.set(NOW + FORM_LIFE);
  equal((await post({ fields: { token } }, own)).status, 403);
});

Deno.test("POST /cors is 400 when the body is not the form", async () => {
  const token = await shownToken();
  const cases: Record<string, Post> = {
    "no type": { headers: { "content-type": "" } },
    "JSON": { headers: { "content-type": "application/json" }, body: "{}" },
    "another form type": { headers: { "content-type": "multipart/form-data; boundary=x" } },
    "no fields": { body: "" },
    "an unknown decision": { fields: { token, grant: "2" } },
    "no decision": { body: new URLSearchParams({ origin: FOO, return_to: BACK, token }).toString() },
    "two decisions": { body: `grant=0&${new URLSearchParams({ origin: FOO, return_to: BACK, token, grant: "1" })}` },
    "a return address that is not followed": { fields: { token, return_to: "javascript:alert(1)" } },
    "no site's origin": { fields: { token, origin: "null" } },
    "not UTF-8": { body: new Uint8Array([0xff]) },
  };
  for (const [name, request] of Object.entries(cases)) equal((await post(request)).status, 400, name);
});

Deno.test("POST /cors takes the form's type with a parameter and in any case", async () => {
  const headers = { "content-type": "Application/X-WWW-Form-URLencoded; charset=UTF-8" };
  equal((await post({ headers, fields: { token: await shownToken() } })).status, 302);
});

Deno.test("POST /cors refuses a form of over 64 KiB", async () => {
  equal((await post({ fields: { return_to: BACK + "x".repeat(65_536) } })).status, 400);
});
