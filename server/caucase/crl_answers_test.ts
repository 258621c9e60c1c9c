import assert from "node:assert/strict";
import type { PublishedCrl } from "../../core/ca/crl_publisher.ts";
import { utf8 } from "../../core/bytes.ts";
import { joinBody } from "../../core/pieces.ts";
import type { Answer } from "../http/exchange.ts";
import { fakeExchange } from "../../tests/support/exchange.ts";
import { NOW } from "../../tests/support/issuing.ts";
import { crlAnswer, crlListAnswer } from "./crl_answers.ts";

/** A CRL that changed last at `NOW - 100` and is renewed in an hour. */
function published(changes: Partial<PublishedCrl> = {}): PublishedCrl {
  return {
    keyIdentifier: "01",
    number: 7n,
    entries: 0,
    thisUpdate: NOW - 1000,
    nextUpdate: NOW + 8000,
    modifiedAt: NOW - 100,
    renewalDueAt: NOW + 3600,
    tag: "0a",
    der: () => utf8("DER of the one"),
    pem: () => utf8("PEM of the one\n"),
    ...changes,
  };
}

function bytesOf(body: Answer["body"]): Uint8Array {
  assert.ok(body !== undefined && typeof body !== "string");
  return joinBody(body);
}

function ask(headers: Record<string, string> = {}, { crl = published(), now = NOW, der = false } = {}) {
  return crlAnswer(fakeExchange({ headers }), crl, { der, now });
}

function header(name: string, headers: Record<string, string> = {}, options = {}) {
  return ask(headers, options).headers?.[name];
}

Deno.test("crlAnswer() is DER only when Accept names the type, or the path does", () => {
  const cases: [string | undefined, boolean][] = [
    [undefined, false],
    ["", false],
    ["*/*", false],
    ["application/*", false],
    ["application/x-pem-file", false],
    ["application/pkix-crlx", false],
    ["application/pkix-crl", true],
    ["Application/PKIX-CRL", true],
    ["text/html, application/pkix-crl;q=0.5, */*", true],
    ["application/pkix-crl ; q=0.001", true],
    ["application/pkix-crl;q=0", false],
    ["application/pkix-crl; q=0.000", false],
    ["application/pkix-crl;q=0, application/pkix-crl", true],
  ];
  for (const [accept, der] of cases) {
    const { body } = ask(accept === undefined ? {} : { accept });
    assert.deepEqual(body, utf8(der ? "DER of the one" : "PEM of the one\n"), accept);
    assert.deepEqual(ask(accept === undefined ? {} : { accept }, { der: true }).body, utf8("DER of the one"));
  }
});

Deno.test("crlAnswer() tells caches what it depends on and how long it is good", () => {
  const { status, headers = {} } = ask();
  assert.equal(status, 200);
  assert.equal(headers["Content-Type"], "application/pkix-crl");
  assert.equal(headers["Vary"], "Accept");
  assert.equal(headers["Last-Modified"], "Mon, 23 Nov 2026 13:58:20 GMT");
  assert.match(String(headers["ETag"]), /^"[^"]+"$/);
});

Deno.test("crlAnswer() is never good past the next scheduled renewal", () => {
  const ages = [[3600, 60], [60, 60], [59, 59], [1, 1], [0, 0], [-5, 0]] as const;
  for (const [left, age] of ages) {
    const crl = published({ renewalDueAt: NOW + left });
    assert.equal(header("Cache-Control", {}, { crl }), `max-age=${age}`);
  }
});

Deno.test("crlAnswer() sends no date from the future", () => {
  const crl = published({ modifiedAt: NOW + 1 });
  const date = String(header("Last-Modified", {}, { crl }));
  assert.equal(date, new Date(NOW * 1000).toUTCString());
  assert.equal(ask({ "if-modified-since": date }, { crl }).status, 200, "content may still change within this second");
  assert.equal(ask({ "if-modified-since": date }, { crl, now: NOW + 5 }).status, 200);
});

Deno.test("crlAnswer() gives different content and forms different tags", () => {
  const tag = (crl: PublishedCrl, der = false) => header("ETag", {}, { crl, der });
  const tags = [
    tag(published()),
    tag(published(), true),
    tag(published({ number: 8n })),
    tag(published({ tag: "0b" })),
  ];
  assert.equal(new Set(tags).size, 4);
  assert.equal(tag(published()), tag(published({ modifiedAt: NOW - 5 })), "the same content has the same tag");
});

Deno.test("crlAnswer() is 304 without a body, but with the headers, when the copy is still good", () => {
  const etag = String(header("ETag"));
  const date = String(header("Last-Modified"));
  const cases: [string, Record<string, string>, number][] = [
    ["the tag", { "if-none-match": etag }, 304],
    ["one of the tags", { "if-none-match": `"x", W/${etag} ,"y"` }, 304],
    ["any", { "if-none-match": "*" }, 304],
    ["another tag", { "if-none-match": '"x"' }, 200],
    ["the tag without quotes", { "if-none-match": etag.replaceAll('"', "") }, 200],
    ["the date", { "if-modified-since": date }, 304],
    ["a later date", { "if-modified-since": "Mon, 23 Nov 2026 13:59:00 GMT" }, 304],
    ["an earlier date", { "if-modified-since": "Mon, 23 Nov 2026 13:58:19 GMT" }, 200],
    ["no date", { "if-modified-since": "yesterday" }, 200],
    ["a tag outranks a date", { "if-none-match": '"x"', "if-modified-since": date }, 200],
    ["the tag of the other form", { "if-none-match": etag, accept: "application/pkix-crl" }, 200],
  ];
  for (const [what, headers, status] of cases) {
    const answer = ask(headers);
    assert.equal(answer.status, status, what);
    assert.equal(answer.body === undefined, status === 304, what);
    assert.ok(answer.headers?.["ETag"] && answer.headers["Last-Modified"] && answer.headers["Cache-Control"], what);
  }
});

Deno.test("crlListAnswer() joins the PEM of all by a newline and is as new as the newest", () => {
  const older = published({ modifiedAt: NOW - 500, renewalDueAt: NOW + 30 });
  const newer = published({ tag: "0b", pem: () => utf8("PEM of the other\n") });
  const answer = (headers = {}) => crlListAnswer(fakeExchange({ headers }), [older, newer], NOW);
  const { body, headers = {} } = answer();
  assert.deepEqual(bytesOf(body), utf8("PEM of the one\n\nPEM of the other\n"));
  assert.equal(headers["Last-Modified"], "Mon, 23 Nov 2026 13:58:20 GMT");
  assert.equal(headers["Cache-Control"], "max-age=30");
  assert.equal(answer({ "if-none-match": String(headers["ETag"]) }).status, 304);
  const asked = answer({ accept: "application/pkix-crl" });
  assert.deepEqual(bytesOf(asked.body), bytesOf(body), "there is no DER of several CRLs");
  const alone = crlListAnswer(fakeExchange({ headers: {} }), [newer], NOW);
  assert.notEqual(alone.headers?.["ETag"], headers["ETag"]);
});

Deno.test("crlListAnswer() hands out the bytes that are kept, without a copy for each reader, where there is one CRL", () => {
  const pem = utf8("PEM of megabytes\n");
  assert.equal(crlListAnswer(fakeExchange({ headers: {} }), [published({ pem: () => pem })], NOW).body, pem);
});
