import assert from "node:assert/strict";
import fc from "fast-check";
import { utf16 } from "../tests/support/saved_text.ts";
import { concatBytes, utf8 } from "./bytes.ts";
import { decodeText, decodeTextStrictly, encodingOf, isAsciiText, withoutUtf16 } from "./text.ts";

/** Ways to save the same text. */
const SAVED: Record<string, (text: string) => Uint8Array<ArrayBuffer>> = {
  "UTF-8": utf8,
  "UTF-8 with a mark": (text) => utf8(`\ufeff${text}`),
  "UTF-16, little-endian, with a mark": (text) => utf16(`\ufeff${text}`),
  "UTF-16, big-endian, with a mark": (text) => utf16(`\ufeff${text}`, "big"),
  "UTF-16, little-endian": (text) => utf16(text),
  "UTF-16, big-endian": (text) => utf16(text, "big"),
};

for (const [name, save] of Object.entries(SAVED)) {
  Deno.test(`decodeText() reads what was saved as ${name}`, () => {
    for (const text of ["-----BEGIN X-----\r\nä€\n", '{"a": "\u{1f511}"}']) {
      assert.equal(decodeText(save(text)), text);
      assert.equal(decodeTextStrictly(save(text)), text);
      assert.equal(decodeText(withoutUtf16(save(text))), text);
    }
  });
}

Deno.test("decodeText() reads any text after a mark", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: "binary" }),
      fc.constantFrom<"little" | "big">("little", "big"),
      (text, byteOrder) => {
        assert.equal(decodeText(utf16(`\ufeff${text}`, byteOrder)), text);
      },
    ),
  );
});

Deno.test("decodeText() takes text in other encodings as far as it is ASCII, decodeTextStrictly() does not", () => {
  const latin1 = concatBytes(utf8("Zo"), Uint8Array.of(0xeb), utf8("\n-----BEGIN X-----\n"));
  assert.match(decodeText(latin1), /^-----BEGIN X-----$/m);
  assert.throws(() => decodeTextStrictly(latin1), TypeError);
  assert.throws(() => decodeTextStrictly(concatBytes(utf16("\ufeffab"), Uint8Array.of(1))), TypeError);
});

Deno.test("encodingOf() takes nothing short, and no DER, for UTF-16", () => {
  for (const hex of ["", "30", "3000", "3082", "30820100", "00"]) {
    assert.equal(encodingOf(Uint8Array.fromHex(hex)), "utf-8", hex);
  }
});

Deno.test("withoutUtf16() leaves all else as it is", () => {
  const bytes = utf8("\ufeffa");
  assert.equal(withoutUtf16(bytes), bytes);
});

Deno.test("isAsciiText() is no for NUL and for bytes from 0x80 on", () => {
  assert.deepEqual(["", "a\n\x7f", "a\0", "é"].map((text) => isAsciiText(utf8(text))), [true, true, false, false]);
});
