import assert from "node:assert/strict";
import fc from "fast-check";
import { allBytes, copies, inChunks } from "../../tests/support/streams.ts";
import { concatBytes } from "../bytes.ts";
import { ChunkReader, piecesOf } from "./chunks.ts";

const cases = fc.tuple(
  fc.uint8Array({ maxLength: 200 }),
  fc.integer({ min: 1, max: 60 }),
  fc.integer({ min: 1, max: 60 }),
);

Deno.test("piecesOf() cuts the same bytes anew: all pieces of the size but the last, which is not empty", async () => {
  await fc.assert(fc.asyncProperty(cases, async ([bytes, chunk, size]) => {
    const pieces = await copies(piecesOf(inChunks(bytes, chunk), size));
    assert.deepEqual(concatBytes(...pieces), concatBytes(bytes));
    assert.deepEqual(pieces.slice(0, -1).filter(({ length }) => length !== size), []);
    assert.ok(pieces.length === 0 || (pieces.at(-1)?.length ?? 0) > 0);
  }));
});

Deno.test("take() and rest() divide a stream anywhere", async () => {
  await fc.assert(fc.asyncProperty(cases, async ([bytes, chunk, size]) => {
    const reader = new ChunkReader(inChunks(bytes, chunk));
    assert.deepEqual(await reader.take(size), concatBytes(bytes.subarray(0, size)));
    assert.deepEqual(await allBytes(reader.rest()), concatBytes(bytes.subarray(size)));
  }));
});

Deno.test("rest() ends the stream when its reader stops early", async () => {
  let ended = false;
  async function* endless() {
    try {
      for (;;) yield new Uint8Array(10);
    } finally {
      ended = true;
    }
  }
  const reader = new ChunkReader(endless());
  await reader.take(5);
  for await (const chunk of reader.rest()) {
    assert.equal(chunk.length, 5);
    break;
  }
  assert.ok(ended);
});
