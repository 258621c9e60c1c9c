import assert from "node:assert/strict";
import { checkNested } from "./check.ts";
import { DerReader } from "./reader.ts";
import { derInteger, derSequence } from "./writer.ts";

function check(der: Uint8Array): void {
  checkNested(new DerReader(der, "thing").any(), "thing");
}

function nested(levels: number): Uint8Array {
  return levels === 0 ? derInteger(1) : derSequence(nested(levels - 1));
}

Deno.test("checkNested() takes what is well formed down to 16 levels", () => check(nested(16)));

Deno.test("checkNested() refuses one level more", () => {
  assert.throws(() => check(nested(17)), { code: "malformed", message: "thing is nested too deeply" });
});

for (const inner of ["02", "0205", "028000", "1f01"]) {
  Deno.test(`checkNested() refuses ${inner} inside`, () => {
    assert.throws(() => check(derSequence(derSequence(Uint8Array.fromHex(inner)))), { code: "malformed" });
  });
}

Deno.test("checkNested() does not look into primitive values", () => check(Uint8Array.of(0x04, 1, 0x02)));
