import assert from "node:assert/strict";
import fc from "fast-check";
import { utf8 } from "../core/bytes.ts";
import { HiddenLine, type HiddenLineState } from "./hidden_line.ts";

function typed(...keys: string[]): HiddenLine {
  const line = new HiddenLine();
  for (const key of keys) line.type(utf8(key));
  return line;
}

const CASES: readonly [name: string, keys: string[], state: HiddenLineState, text: string][] = [
  ["takes a line as it is typed", ["s", "e", "same\r"], "entered", "sesame"],
  ["ends at a line feed too", ["sesame\n"], "entered", "sesame"],
  ["ends where the input does", ["sesame\x04"], "entered", "sesame"],
  ["leaves aside what comes after the end", ["sesame\rmore\r"], "entered", "sesame"],
  ["goes on until the end", ["sesame"], "typing", "sesame"],
  ["takes back one character, of any number of bytes", ["sé\x7fee\x08same\r"], "entered", "sesame"],
  ["takes back nothing where nothing is", ["\x7f\x08x\r"], "entered", "x"],
  ["takes back everything", ["wrong\x15sesame\r"], "entered", "sesame"],
  ["can be given up", ["ses\x03ame\r"], "interrupted", "ses"],
  ["keeps blanks", [" a b \r"], "entered", " a b "],
];

for (const [name, keys, state, text] of CASES) {
  Deno.test(`HiddenLine ${name}`, () => {
    const line = typed(...keys);
    assert.deepEqual({ state: line.state, text: line.text }, { state, text });
  });
}

Deno.test("HiddenLine gives back any text without control characters, however its bytes are cut", () => {
  // deno-lint-ignore no-control-regex
  const text = fc.string({ unit: "grapheme" }).filter((value) => !/[\x00-\x1f\x7f]/.test(value));
  fc.assert(fc.property(text, fc.nat(), (value, cut) => {
    const bytes = utf8(`${value}\r`);
    const line = new HiddenLine();
    const at = cut % bytes.length;
    for (const part of [bytes.subarray(0, at), bytes.subarray(at)]) line.type(part);
    assert.equal(line.text, value);
    assert.equal(line.state, "entered");
  }));
});

Deno.test("HiddenLine refuses what is not UTF-8", () => {
  const line = new HiddenLine();
  line.type(Uint8Array.of(0xff, 0x0d));
  assert.throws(() => line.text, { code: "malformed" });
});
