import assert from "node:assert/strict";
import fc from "fast-check";
import { utf8 } from "../../core/bytes.ts";
import { CaucaseError } from "../../core/errors.ts";
import { MAX_SERIAL } from "../../core/protocol/revocation.ts";
import { fakeExchange } from "../../tests/support/exchange.ts";
import { garbageText } from "../../tests/support/garbage.ts";
import { isRefusal } from "../../tests/support/refusals.ts";
import { jsonBody, optionalTemplateBody, parseCrlId, parseRequestId, parseSerial } from "./request_parts.ts";

const LARGEST = 2n ** 63n - 1n;
const MALFORMED = [
  "",
  "abc",
  "0x1f",
  "1e3",
  "1.0",
  "1 2",
  " 1",
  "1\n",
  "--1",
  "+-1",
  "١",
  "1_000",
  "１",
  "crt.pem",
  "∞",
];
const OUT_OF_RANGE = ["-1", `${LARGEST + 1n}`, "9".repeat(20), "9".repeat(10_000), `-${LARGEST}`];

function code(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    return error instanceof CaucaseError ? error.code : String(error);
  }
  return "none";
}

Deno.test("parseRequestId() gives every 63-bit integer back exactly", () => {
  fc.assert(fc.property(fc.bigInt(0n, LARGEST), (id) => {
    assert.equal(parseRequestId(`${id}`), id);
    assert.equal(parseRequestId(`+${id}`), id);
  }));
  assert.equal(parseRequestId("007"), 7n);
});

Deno.test("parseRequestId() refuses what is no decimal integer as malformed, and what no id can be as not found", () => {
  for (const text of MALFORMED) assert.equal(code(() => parseRequestId(text)), "malformed", JSON.stringify(text));
  for (const text of OUT_OF_RANGE) assert.equal(code(() => parseRequestId(text)), "not-found", text.slice(0, 30));
});

Deno.test("parseCrlId() takes an unsigned decimal integer of up to 49 digits, alone or with .der", () => {
  fc.assert(fc.property(fc.bigInt(0n, 2n ** 160n - 1n), fc.boolean(), (number, der) => {
    assert.deepEqual(parseCrlId(`${number}${der ? ".der" : ""}`), { number, der });
  }));
});

Deno.test("parseCrlId() refuses all else as not found", () => {
  const texts = [...MALFORMED, "-1", "+1", "9".repeat(50), "9".repeat(100_000), "1.pem", "1.DER", "1.der.der", ".der"];
  for (const text of texts) assert.equal(code(() => parseCrlId(text)), "not-found", text.slice(0, 30));
});

Deno.test("ids: garbage is refused with one of the two codes", () => {
  fc.assert(fc.property(garbageText(60), (text) => {
    assert.ok(["none", "malformed", "not-found"].includes(code(() => parseRequestId(text))));
    assert.ok(["none", "not-found"].includes(code(() => parseCrlId(text))));
  }));
});

function withType(type: string | undefined, body: string | Uint8Array<ArrayBuffer>) {
  return fakeExchange({ headers: type === undefined ? {} : { "content-type": type }, body });
}

Deno.test("jsonBody() takes application/json in any case and with parameters", async () => {
  for (
    const type of ["application/json", "Application/JSON", "application/json;charset=utf-8", " application/json ; a=b"]
  ) {
    assert.equal(await jsonBody(withType(type, '{"ü": 1}')), '{"ü": 1}', type);
  }
});

Deno.test("jsonBody() refuses another type before it reads the body", async () => {
  for (const type of [undefined, "", "text/json", "application/json5", "application/jsonx; application/json", ";"]) {
    const exchange = { ...withType(type, "{}"), body: () => assert.fail("the body was read") };
    await assert.rejects(jsonBody(exchange), isRefusal("malformed"), type);
  }
});

Deno.test("jsonBody() refuses bytes that are not UTF-8", async () => {
  for (const bytes of [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0x7b, 0xe2, 0x82]]) {
    await assert.rejects(jsonBody(withType("application/json", new Uint8Array(bytes))), isRefusal("malformed"));
  }
});

Deno.test("optionalTemplateBody() is undefined for an empty body of any type", async () => {
  for (const type of [undefined, "application/pkcs10", "text/html", "garbage"]) {
    assert.equal(await optionalTemplateBody(withType(type, "")), undefined, type);
  }
});

Deno.test("optionalTemplateBody() wants application/pkcs10 for a body with content", async () => {
  assert.deepEqual(await optionalTemplateBody(withType("application/pkcs10; v=1", "x")), utf8("x"));
  for (const type of [undefined, "application/json", "application/x-pkcs10"]) {
    await assert.rejects(optionalTemplateBody(withType(type, "x")), isRefusal("malformed"), type);
  }
});

Deno.test("parseSerial() takes decimal digits up to the largest serial number, and nothing else", () => {
  for (const serial of [0n, 1n, MAX_SERIAL]) assert.equal(parseSerial(`${serial}`), serial);
  for (const text of ["", "-1", "+1", "0x1", "1.0", " 1", "1e3", "\u0661"]) {
    assert.throws(() => parseSerial(text), isRefusal("malformed"), text);
  }
  for (const text of [`${MAX_SERIAL + 1n}`, "9".repeat(50), "9".repeat(100_000)]) {
    assert.throws(() => parseSerial(text), isRefusal("not-found"), text.slice(0, 60));
  }
});
