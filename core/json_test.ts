import assert from "node:assert/strict";
import { CaucaseError } from "./errors.ts";
import { parseJson } from "./json.ts";

Deno.test("parseJson() reads JSON", () => {
  assert.deepEqual(parseJson('{"a": [1, null]}', "it"), { a: [1, null] });
});

Deno.test("parseJson() names what is not JSON, and quotes nothing of it", () => {
  for (const text of ["", "{", "secret", '{"a": secret}', "{} {}"]) {
    assert.throws(() => parseJson(text, "the letter"), (error) => {
      assert.ok(error instanceof CaucaseError);
      assert.equal(`${error.code}: ${error.message} ${error.cause}`, "malformed: the letter is not JSON undefined");
      return true;
    });
  }
});

Deno.test("parseJson() takes text that is nested as deep as a body may be long", () => {
  const depth = 1_000_000;
  assert.ok(Array.isArray(parseJson("[".repeat(depth) + "]".repeat(depth), "it")));
});
