import assert from "node:assert/strict";
import { writeAll } from "./write_all.ts";

/** A stream that does what `answers` say, one for each call: takes that many bytes, or throws. */
function fakeStream(answers: (number | Error)[]) {
  const taken: number[] = [];
  const writeSync = (bytes: Uint8Array) => {
    const answer = answers.shift() ?? bytes.length;
    if (answer instanceof Error) throw answer;
    taken.push(...bytes.subarray(0, answer));
    return Math.min(answer, bytes.length);
  };
  return { writeSync, text: () => new TextDecoder().decode(new Uint8Array(taken)), answers };
}

Deno.test("writeAll() goes on where a write ended early, also within a character", () => {
  const stream = fakeStream([1, 2, 1]);
  writeAll(stream, "é€x");
  assert.equal(stream.text(), "é€x");
});

Deno.test("writeAll() waits for the reader of a full pipe", () => {
  const stream = fakeStream([2, new Deno.errors.WouldBlock(), new Deno.errors.WouldBlock(), 1]);
  writeAll(stream, "abcd");
  assert.equal(stream.text(), "abcd");
});

Deno.test("writeAll() stops without a word when the reader is gone", () => {
  const stream = fakeStream([1, new Deno.errors.BrokenPipe(), 1]);
  writeAll(stream, "abcd");
  assert.equal(stream.text(), "a");
  assert.equal(stream.answers.length, 1, "it must not try again");
});

Deno.test("writeAll() throws what else goes wrong", () => {
  const full = new Error("No space left on device (os error 28)");
  assert.throws(() => writeAll(fakeStream([full]), "abcd"), full);
});
