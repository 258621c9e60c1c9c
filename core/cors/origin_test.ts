import { deepEqual, equal, throws } from "node:assert/strict";
import fc from "fast-check";
import { CaucaseError } from "../errors.ts";
import {
  httpsOrigin,
  httpsOriginOfNetloc,
  httpsSibling,
  isReturnAddress,
  isWebOrigin,
  parseOrigin,
  parseWhitelist,
  requestOrigin,
} from "./origin.ts";

Deno.test("parseOrigin() gives one form to all spellings of an origin", () => {
  const cases: [string, string][] = [
    ["http://foo.example", "http://foo.example"],
    ["HTTP://Foo.Example:80", "http://foo.example"],
    ["https://foo.example:443", "https://foo.example"],
    ["https://foo.example:80", "https://foo.example:80"],
    ["http://[0:0::1]:8009", "http://[::1]:8009"],
    ["http://127.0.0.1:8009", "http://127.0.0.1:8009"],
    ["http://xn--bcher-kva.example", "http://xn--bcher-kva.example"],
    ["chrome-extension://abcdefgh", "chrome-extension://abcdefgh"],
  ];
  for (const [text, origin] of cases) equal(parseOrigin(text), origin, text);
});

Deno.test("parseOrigin() gives undefined when it is not scheme, host and port alone", () => {
  const cases = [
    ...["", "null", "foo.example", "http://", "file://", "//foo.example", "http:foo.example"],
    ...["http://foo.example/", "http://foo.example/path", "http://foo.example?x", "http://foo.example#x"],
    ...["http://user@foo.example", "http://foo.example:", "http://foo.example:99999", "http://foo.example:8x"],
    ...["http://a.example http://b.example", "http://a.example, http://b.example", " http://foo.example"],
    ...["http://foo.example\n", 'http://foo.example"', "http://foo.example\\@x", "http://bücher.example", "http://%41"],
    ...["http://[::1", "http://[::1]x", "http://256.256.256.256", `http://${"a".repeat(300)}`],
  ];
  for (const text of cases) equal(parseOrigin(text), undefined, text);
});

Deno.test("parseOrigin() keeps what it gave", () => {
  fc.assert(fc.property(fc.webAuthority({ withPort: true }), fc.constantFrom("http", "https"), (authority, scheme) => {
    const origin = parseOrigin(`${scheme}://${authority}`);
    if (origin !== undefined) {
      equal(parseOrigin(origin), origin);
      equal(new URL(origin).origin, origin);
    }
  }));
});

Deno.test("parseOrigin() never throws", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    parseOrigin(text);
    parseOrigin(`http://${text}`);
  }));
});

Deno.test("isWebOrigin() is true for http and https only", () => {
  deepEqual(["http://a", "https://a", "httpx://a", "chrome-extension://a"].map(isWebOrigin), [
    true,
    true,
    false,
    false,
  ]);
});

Deno.test("parseWhitelist() takes origins in any spelling, with or without a final slash", () => {
  const whitelist = parseWhitelist(["HTTP://a.example:80/", "https://b.example:8443", "moz-extension://c"]);
  deepEqual([...whitelist], ["http://a.example", "https://b.example:8443", "moz-extension://c"]);
});

Deno.test("parseWhitelist() names the entry that is not an origin", () => {
  for (const entry of ["a.example", "null", "*", "https://a.example/path", "https://a.example//"]) {
    throws(() => parseWhitelist(["https://good.example", entry]), (error) => {
      return error instanceof CaucaseError && error.code === "usage" && error.message.includes(JSON.stringify(entry));
    });
  }
});

Deno.test("requestOrigin() is where the request was sent to, with the scheme's port left out", () => {
  const cases: [boolean, string | undefined, string | undefined][] = [
    [false, "ca.example", "http://ca.example"],
    [false, "CA.example:80", "http://ca.example"],
    [true, "ca.example:443", "https://ca.example"],
    [true, "ca.example:80", "https://ca.example:80"],
    [false, "[::1]:8009", "http://[::1]:8009"],
    [false, undefined, undefined],
    ...["", "a b", "x@ca.example", "ca.example/x", "ca.example:x", "ca.example\r\nX: y"].map(
      (host): [boolean, string, undefined] => [false, host, undefined],
    ),
  ];
  for (const [secure, host, origin] of cases) equal(requestOrigin({ secure, host }), origin, host);
});

Deno.test("httpsSibling() is on the next port, on 443 when HTTP is on 80", () => {
  const cases: [string, string | undefined][] = [
    ["http://ca.example", "https://ca.example"],
    ["http://ca.example:8009", "https://ca.example:8010"],
    ["http://[::1]:8009", "https://[::1]:8010"],
    ["http://ca.example:442", "https://ca.example"],
    ["http://ca.example:65535", undefined],
  ];
  for (const [http, https] of cases) equal(httpsSibling(http), https, http);
});

Deno.test("httpsOrigin() follows the request, and the configuration when the request does not say", () => {
  const cases: [boolean, string | undefined, string][] = [
    [false, "other.example:1234", "https://other.example:1235"],
    [false, "other.example", "https://other.example"],
    [true, "other.example:1235", "https://other.example:1235"],
    [true, "[::1]", "https://[::1]"],
    [false, "evil.example/?", "https://ca.example:8010"],
    [true, undefined, "https://ca.example:8010"],
    [false, "other.example:65535", "https://ca.example:8010"],
  ];
  const fallback = httpsOriginOfNetloc("ca.example:8009");
  for (const [secure, host, origin] of cases) equal(httpsOrigin({ secure, host }, fallback), origin, host);
});

Deno.test("httpsOriginOfNetloc() refuses what is no host and port", () => {
  equal(httpsOriginOfNetloc("ca.example"), "https://ca.example");
  for (const netloc of ["", "http://ca.example", "::1", "ca.example:65535", "ca.example/x"]) {
    throws(() => httpsOriginOfNetloc(netloc), { code: "usage" });
  }
});

Deno.test("isReturnAddress() is true for absolute http and https addresses that a header can hold", () => {
  const good = ["http://a.example", "https://a.example/x?y=%0A#z", "HTTPS://[::1]:8443/", 'http://a.example/"<>'];
  const bad = [
    ...["", "/x", "//a.example", "a.example", "http:a.example", "http:/a.example", "http://"],
    ...[
      "javascript:alert(1)",
      "data:text/html,x",
      "ftp://a.example",
      "file:///etc/passwd",
      "JavaScript://a/%0aalert(1)",
    ],
    ...["http://a.example/\r\nSet-Cookie: x=y", "http://a.example/ x", " http://a.example", "http://a.example/ü"],
  ];
  for (const text of good) equal(isReturnAddress(text), true, text);
  for (const text of bad) equal(isReturnAddress(text), false, text);
});
