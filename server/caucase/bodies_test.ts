import assert from "node:assert/strict";
import { utf8 } from "../../core/bytes.ts";
import { fakeExchange } from "../../tests/support/exchange.ts";
import { isRefusal } from "../../tests/support/refusals.ts";
import { jsonBody, optionalTemplateBody } from "./bodies.ts";

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
