import assert from "node:assert/strict";
import fc from "fast-check";
import { utf8 } from "../bytes.ts";
import { DecimalInteger } from "./decimal_integer.ts";
import { readDer } from "./reader.ts";
import { TAG } from "./tags.ts";
import { derInteger } from "./writer.ts";

/** One for all, as it is used. */
const integer = new DecimalInteger();

/** The content that is written for `text`, in hexadecimal, among other bytes. */
function contentOf(text: string): string {
  assert.equal(integer.read(utf8(`xx${text};1`), 2), 2 + text.length);
  const buffer = new Uint8Array(100).fill(0xaa);
  const end = integer.write(buffer, 3);
  assert.equal(end, 3 + integer.size);
  assert.ok([...buffer.subarray(0, 3), ...buffer.subarray(end)].every((byte) => byte === 0xaa));
  return buffer.subarray(3, end).toHex();
}

const EDGES = [0, 1, 7, 8, 15, 16, 23, 24, 31, 32, 47, 48, 71, 72, 95, 96, 127, 128, 143, 144, 151, 158, 159].flatMap(
  (bits) => [-1n, 0n, 1n].map((step) => (1n << BigInt(bits)) + step),
);
const NUMBER = fc.oneof(
  fc.bigInt(0n, 10n ** 48n - 1n),
  fc.bigInt(0n, 10n ** 17n),
  fc.constantFrom(...EDGES, 10n ** 48n - 1n),
  fc.integer({ min: 0, max: 47 }).map((exponent) => 10n ** BigInt(exponent)),
);

Deno.test("DecimalInteger writes what derInteger() writes", () => {
  fc.assert(
    fc.property(NUMBER, (number) => {
      const content = readDer(derInteger(number), TAG.INTEGER, "number").content.toHex();
      assert.equal(contentOf(String(number)), content);
      assert.equal(contentOf(String(number).padStart(48, "0")), content, "with zeros in front");
    }),
    { numRuns: 2000 },
  );
});

Deno.test("DecimalInteger.read() takes one to 48 digits", () => {
  for (const [text, end] of [["", -1], [";1", -1], ["-1", -1], ["7", 1], ["7/", 1], ["7:", 1], ["1.5", 1]] as const) {
    assert.equal(integer.read(utf8(text), 0), end, text);
  }
  assert.equal(integer.read(utf8("9".repeat(48)), 0), 48);
  for (const digits of [49, 56, 57, 1000]) assert.equal(integer.read(utf8("0".repeat(digits)), 0), -1);
});
