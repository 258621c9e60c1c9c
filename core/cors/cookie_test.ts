import { deepEqual, equal, ok } from "node:assert/strict";
import fc from "fast-check";
import { type ConsentTokens, readConsentCookie, setConsentCookie, withoutToken, withToken } from "./cookie.ts";

const ATTRIBUTES = "; Path=/; Max-Age=31536000; SameSite=None; Secure";
const CLEARED = "cors=; Path=/; Max-Age=0; SameSite=None; Secure";

/** What a browser that got this `Set-Cookie` sends. */
function sentBack(setCookie: string): string {
  return setCookie.split(";")[0] ?? "";
}

/** As Python's `http.cookies` quotes. */
function pythonQuoted(text: string): string {
  const octal = (character: string) => "\\" + character.charCodeAt(0).toString(8).padStart(3, "0");
  return `"${text.replace(/["\\]/g, "\\$&").replace(/[,;]|[^ -~]/g, octal)}"`;
}

Deno.test("readConsentCookie() reads the percent-encoded form, bare JSON, and what Python quoted", () => {
  const expected = new Map([["http://foo.example", "a.b.c"], ["https://[::1]:8443", "d"]]);
  const json = '{"http://foo.example": "a.b.c", "https://[::1]:8443": "d"}';
  const cases = [
    encodeURIComponent(json),
    json,
    String.raw`"{\"http://foo.example\": \"a.b.c\"\054 \"https://[::1]:8443\": \"d\"}"`,
    String.raw`"\173\042http://foo.example\042:\"a.b.c\"\054\"https://[::1]:8443\":\"\144\"}"`,
  ];
  for (const value of cases) deepEqual(readConsentCookie(`cors=${value}`), expected, value);
});

Deno.test("readConsentCookie() finds its cookie among others", () => {
  const expected = new Map([["http://a", "t"]]);
  for (
    const header of [
      'a=b; cors={"http://a":"t"}',
      'cors={"http://a":"t"};x=y',
      'xcors=1; cors={"http://a":"t"}; corsx=2',
    ]
  ) {
    deepEqual(readConsentCookie(header), expected, header);
  }
});

Deno.test("readConsentCookie() is empty when there is no cookie or a cleared one", () => {
  for (const header of [undefined, "", "a=b", "xcors=1", "cors", "cors=", 'cors=""', "Cors=x"]) {
    deepEqual(readConsentCookie(header), new Map(), header);
  }
});

Deno.test("readConsentCookie() is undefined when the cookie does not parse", () => {
  const cases = [
    "garbage",
    "%",
    "%7B",
    "[]",
    "1",
    "null",
    '"',
    '"{',
    '{"a":1}',
    '{"a":null}',
    "%FF",
    '"\\"',
    '{"a":{"b":"c"}}',
  ];
  for (const value of cases) equal(readConsentCookie(`cors=${value}`), undefined, value);
});

Deno.test("readConsentCookie() never throws", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (value) => {
    readConsentCookie(`cors=${value}`);
    readConsentCookie(`cors="${value}"`);
  }));
});

Deno.test("readConsentCookie() reads what setConsentCookie() wrote, and what Python would have", () => {
  const entries = fc.uniqueArray(fc.tuple(fc.webUrl(), fc.base64String({ maxLength: 60 })), {
    selector: ([origin]) => origin,
    minLength: 1,
    maxLength: 5,
  });
  fc.assert(fc.property(entries, (list) => {
    const tokens = new Map(list);
    deepEqual(readConsentCookie(sentBack(setConsentCookie(tokens))), tokens);
    deepEqual(readConsentCookie(`cors=${pythonQuoted(JSON.stringify(Object.fromEntries(list)))}`), tokens);
  }));
});

Deno.test("setConsentCookie() is for all paths, for a year, for requests of other sites' pages, for scripts", () => {
  equal(setConsentCookie(new Map([["http://a", "t"]])), `cors=%7B%22http%3A%2F%2Fa%22%3A%22t%22%7D${ATTRIBUTES}`);
});

Deno.test("setConsentCookie() clears the cookie when there is nothing to store", () => {
  equal(setConsentCookie(new Map()), CLEARED);
});

Deno.test("setConsentCookie() leaves the oldest out when browsers would drop the cookie for its size", () => {
  let tokens: ConsentTokens = new Map();
  for (let i = 0; i < 100; i++) tokens = withToken(tokens, `https://site-${i}.example`, "t".repeat(130));
  const line = setConsentCookie(tokens);
  ok(line.length <= 4096 && line.length > 3800);
  const kept = [...readConsentCookie(sentBack(line))?.keys() ?? []];
  deepEqual(kept, [...tokens.keys()].slice(-kept.length));
  equal(setConsentCookie(new Map([["http://a", "t".repeat(5000)]])), CLEARED);
});

Deno.test("setConsentCookie() uses all of the room that browsers give, whatever has to be escaped", () => {
  const others: [string, string][] = [["https://a.example", "old"], ["https://b.example", "ü,"]];
  const rest = setConsentCookie(new Map([...others, ["https://c.example", ""]])).length;
  const fitting = new Map([...others, ["https://c.example", "t".repeat(4096 - rest)]]);
  equal(setConsentCookie(fitting).length, 4096);
  deepEqual(readConsentCookie(sentBack(setConsentCookie(fitting))), fitting);
  const over = new Map([...others, ["https://c.example", "t".repeat(4097 - rest)]]);
  deepEqual(readConsentCookie(sentBack(setConsentCookie(over)))?.has("https://a.example"), false);
});

Deno.test("withToken() makes its token the newest, withoutToken() takes one away", () => {
  const tokens = new Map([["http://a", "1"], ["http://b", "2"]]);
  deepEqual([...withToken(tokens, "http://a", "3")], [["http://b", "2"], ["http://a", "3"]]);
  deepEqual([...withoutToken(tokens, "http://a")], [["http://b", "2"]]);
});
