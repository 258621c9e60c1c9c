import assert from "node:assert/strict";
import { utf8 } from "./bytes.ts";
import { chainBodies, joinBody, Pieces } from "./pieces.ts";

const PARTS = ["abc", "", "de", "f"].map((text) => utf8(text));

Deno.test("Pieces are as long as their parts, and join them", () => {
  const pieces = new Pieces(PARTS);
  assert.equal(pieces.length, 6);
  assert.deepEqual(pieces.join(), utf8("abcdef"));
  assert.deepEqual([...pieces.pieces()], PARTS);
});

Deno.test("Pieces.tail() takes the last bytes across parts", () => {
  const tails = ["", "f", "ef", "def", "cdef", "bcdef", "abcdef", "abcdef"];
  for (const [size, tail] of tails.entries()) assert.deepEqual(new Pieces(PARTS).tail(size), utf8(tail));
});

Deno.test("chainBodies() puts bodies one after the other and counts the memory of the first", () => {
  const pieces = new Pieces(PARTS, {});
  const chain = chainBodies([pieces, utf8("xy"), utf8("z")]);
  assert.equal(chain.length, 9);
  assert.equal(chain.source, pieces.source);
  for (let time = 1; time <= 2; time++) assert.deepEqual(joinBody(chain), utf8("abcdefxyz"));
});
