/** What arrives with an HTTP request beside its body, and what an administrator writes. */
import assert from "node:assert/strict";
import { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import { utf8 } from "../../../core/bytes.ts";
import { readConsentCookie, setConsentCookie } from "../../../core/cors/cookie.ts";
import { formatKeySet, parseKeySet } from "../../../core/cors/key_set.ts";
import {
  httpsOriginOfNetloc,
  httpsSibling,
  isReturnAddress,
  parseOrigin,
  parseWhitelist,
  requestOrigin,
} from "../../../core/cors/origin.ts";
import { readConsent, readForm } from "../../../core/cors/token.ts";
import { parseNetloc } from "../../../core/protocol/netloc.ts";
import { nameToText } from "../../../core/x509/name.ts";
import { nameFromText } from "../../../core/x509/name_text.ts";
import { canonicalAddress } from "../../../server/http/addresses.ts";
import { parseCrlId, parseRequestId } from "../../../server/caucase/request_parts.ts";
import { checkRequest } from "../../../server/http/request_check.ts";
import { ROUTES } from "../../../core/protocol/routes.ts";
import { PUBLIC_CAS } from "../../../server/caucase/handlers.ts";
import { Router } from "../../../server/http/router.ts";
import { FUZZ_NOW } from "../material.ts";
import { defineTarget } from "../target.ts";

/** The key that tokens of the corpus are signed with. */
export const CORS_KEY = { expires: FUZZ_NOW + 1000, secret: "k".repeat(43) };

const HEADER_SAFE = /^[\x20-\x7e]*$/;

export const cookie = defineTarget({
  name: "cookie",
  grammar: "text",
  words: [
    "cors=",
    "; ",
    '"',
    "%22",
    "%7B",
    "%7D",
    "\\054",
    "\\073",
    "http://a.example",
    "{",
    "}",
    ":",
    ",",
    "__proto__",
  ],
  codes: [],
  read(input) {
    const tokens = readConsentCookie(textOf(input));
    return tokens && { tokens, line: setConsentCookie(tokens) };
  },
  check: async (found) => {
    if (found === undefined) return;
    const { tokens, line } = found;
    assert.ok(line.length <= 4096 && HEADER_SAFE.test(line), "it fits a header");
    const kept = readConsentCookie(line.split(";", 1)[0]);
    assert.ok(kept !== undefined && [...kept].every(([origin, token]) => tokens.get(origin) === token));
    for (const token of [...kept.values()].slice(0, 3)) {
      await readConsent(token, { keys: [CORS_KEY], now: FUZZ_NOW });
      await readForm(token, { keys: [CORS_KEY], now: FUZZ_NOW });
    }
  },
  grown: {
    "cookies": (size) => utf8("a=b; ".repeat(size / 5)),
    "escapes": (size) => utf8(`cors="${"\\054".repeat(size / 4)}"`),
    "origins": (size) => utf8(`cors={${Array.from({ length: size / 12 }, (_, n) => `"${n}":""`).join()}}`),
    "blanks": (size) => utf8(`${" ".repeat(size)}cors=`),
  },
});

export const keySet = defineTarget({
  name: "cors-keys",
  grammar: "json",
  codes: ["malformed"],
  read: (input) => parseKeySet(textOf(input)),
  check(keys) {
    const again = parseKeySet(formatKeySet(keys));
    assert.deepEqual(new Set(again.map(({ secret }) => secret)), new Set(keys.map(({ secret }) => secret)));
  },
});

export const origin = defineTarget({
  name: "origin",
  grammar: "text",
  words: [
    "http://",
    "https://",
    "localhost",
    "[::1]",
    ":80",
    ":443",
    ":65535",
    "@",
    "/",
    "?",
    "#",
    "%2e",
    "xn--",
    ".",
    "null",
  ],
  codes: ["usage"],
  quotes: true,
  read: (input) => [parseOrigin(textOf(input)), requestOrigin({ secure: false, host: textOf(input) })],
  check(origins, input) {
    const text = textOf(input);
    for (const found of origins.filter((origin) => origin !== undefined)) {
      assert.equal(parseOrigin(found), found, "the normal form is its own");
      assert.match(found, /^[a-z][a-z0-9+.-]*:\/\/[^/?#@\\\s]+$/);
      if (found.startsWith("http:")) httpsSibling(found);
    }
    if (isReturnAddress(text)) assert.ok(HEADER_SAFE.test(text) && /^https?:/.test(new URL(text).protocol));
    parseWhitelist([text]);
  },
});

export const netloc = defineTarget({
  name: "netloc",
  grammar: "text",
  words: ["localhost", "[::1]", ":", "80", "443", "65535", "65534", ".", "example.com", "@", "/", "[", "]", "0x7f.1"],
  codes: ["usage"],
  quotes: true,
  read: (input) => parseNetloc(textOf(input)),
  check({ host, port }, input) {
    assert.ok(port >= 1 && port < 65_535 && !/[[\]/@]/.test(host));
    const written = host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
    assert.deepEqual([parseNetloc(written).host, parseNetloc(written).port], [host, port]);
    httpsOriginOfNetloc(textOf(input));
    canonicalAddress(host);
  },
});

const router = new Router(ROUTES, { prefix: "", closed: { ca: PUBLIC_CAS } });

/** First line: method, target, version; then headers. The parser before us lets more through than a corpus can hold. */
export const requestTarget = defineTarget({
  name: "request-target",
  grammar: "text",
  words: [
    "GET",
    "PUT",
    "OPTIONS",
    "/",
    "*",
    "http://h",
    "cas",
    "crt",
    "csr",
    "Host: a\n",
    "Transfer-Encoding: chunked\n",
    "%2f",
    "%",
  ],
  codes: ["malformed", "not-found"],
  read: (input) => router.match(checkRequest(requestOf(textOf(input))).target),
  check({ values }) {
    const id = values.at(-1) ?? "";
    assert.ok(parseRequestId(id) >= 0n || parseCrlId(id).number >= 0n);
  },
  grown: {
    "segments": (size) => utf8(`GET ${"/a".repeat(size / 2)} 1.1\nHost: a\n`),
    "slashes": (size) => utf8(`GET ${"/".repeat(size)} 1.1\nHost: a\n`),
    "digits": (size) => utf8(`GET /cas/csr/${"9".repeat(size)} 1.1\nHost: a\n`),
    "an authority": (size) => utf8(`GET http://${"a".repeat(size)} 1.1\nHost: a\n`),
  },
});

function requestOf(text: string): IncomingMessage {
  const [first = "", ...lines] = text.split("\n");
  const [method = "", url = "", version = ""] = first.split(" ");
  const request = new IncomingMessage(new Socket());
  const headers = lines.map((line) => line.split(": ", 2)).filter(([name]) => name !== "");
  const [major = "", minor = ""] = version.split(".");
  Object.assign(request, { method, url, httpVersionMajor: Number(major), httpVersionMinor: Number(minor) });
  request.rawHeaders = headers.flatMap(([name = "", value = ""]) => [name, value]);
  request.headers = Object.fromEntries(headers.map(([name = "", value = ""]) => [name.toLowerCase(), value]));
  return request;
}

export const nameText = defineTarget({
  name: "name-text",
  grammar: "text",
  words: [
    "CN=",
    "O=",
    "C=",
    ",",
    "+",
    "\\,",
    "\\2B",
    "\\c3\\a9",
    "1.2.3=",
    "#04",
    '"',
    " ",
    "=",
    ";",
    "<",
    "DC=",
    "UID=",
  ],
  codes: ["malformed"],
  quotes: true,
  read: (input) => nameFromText(textOf(input)),
  check: (name) =>
    assert.equal(nameFromText(nameToText(name)).toHex(), name.toHex(), "the text of a name is that name"),
  grown: {
    "parts": (size) => utf8(`CN=a${",CN=a".repeat(size / 5)}`),
    "attributes of a part": (size) => utf8(`CN=a${"+CN=a".repeat(size / 5)}`),
    "escapes": (size) => utf8(`CN=${"\\41".repeat(size / 3)}`),
    "backslashes": (size) => utf8(`CN=${"\\\\".repeat(size / 2)}`),
  },
});

function textOf(input: Uint8Array): string {
  return new TextDecoder().decode(input);
}
