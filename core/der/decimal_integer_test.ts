import assert from "node:assert/strict";
import fc from "fast-check";
import { utf8 } from "../bytes.ts";
import { DecimalInteger } from "./decimal_integer.ts";
import { readDer } from "./reader.ts";
import { TAG } from "./tags.ts";
import { derInteger } from "./writer.ts";

/** The content that is written for `text`, in hexadecimal, among other bytes. */
function contentOf(text: string): string {
  // Another number stands before it, of which nothing may be left.
  const integer = new DecimalInteger(utf8(`${"9".repeat(48)};${text};1`));
  assert.equal(integer.read(0), 48);
  assert.equal(integer.read(49), 49 + text.length);
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
  const read = (text: string) => new DecimalInteger(utf8(text)).read(0);
  for (const [text, end] of [["", -1], [";1", -1], ["-1", -1], ["7", 1], ["7/", 1], ["7:", 1], ["1.5", 1]] as const) {
    assert.equal(read(text), end, text);
  }
  for (let digits = 1; digits <= 48; digits++) {
    for (const after of ["", ";", ";12345678", "/////", ":::::", "\u00b9", "x1"]) {
      assert.equal(read("9".repeat(digits) + after), digits);
    }
  }
  for (const digits of [49, 56, 57, 1000]) assert.equal(read("0".repeat(digits)), -1);
});

Deno.test("DecimalInteger.read() takes no other character for a digit", () => {
  for (let character = 0; character < 256; character++) {
    const isDigit = character >= 0x30 && character <= 0x39;
    for (let at = 0; at < 8; at++) {
      const text = utf8("12345678;");
      text[at] = character;
      assert.equal(new DecimalInteger(text).read(0), isDigit ? 8 : at === 0 ? -1 : at, `${character} at ${at}`);
    }
  }
});

Deno.test("DecimalInteger reads a view of a larger buffer", () => {
  const integer = new DecimalInteger(utf8("99912399").subarray(3, 6));
  assert.equal(integer.read(0), 3);
  const buffer = new Uint8Array(integer.size);
  integer.write(buffer, 0);
  assert.equal(buffer.toHex(), "7b");
});
