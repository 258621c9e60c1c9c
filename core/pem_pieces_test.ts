import assert from "node:assert/strict";
import fc from "fast-check";
import { concatBytes, fromUtf8, joinBytes } from "./bytes.ts";
import { encodePem } from "./pem.ts";
import { encodePemPieces } from "./pem_pieces.ts";
import { Pieces } from "./pieces.ts";

const SLICE = 48 * 1008;

function assertSamePem(parts: readonly Uint8Array[]): void {
  const der = new Pieces(parts);
  const pem = encodePemPieces("X509 CRL", der);
  const text = fromUtf8(joinBytes([...pem.pieces()]));
  assert.ok(text === encodePem("X509 CRL", der.join()), `${parts.map(({ length }) => length)} differ`);
  assert.equal(pem.length, text.length);
  assert.equal(pem.source, der.source);
}

Deno.test("encodePemPieces() writes what encodePem() writes, wherever the pieces end", () => {
  const part = fc.uint8Array({ maxLength: 120 });
  const parts = fc.tuple(fc.uint8Array({ minLength: 1 }), fc.array(part)).map(([first, others]) => [first, ...others]);
  fc.assert(fc.property(parts, assertSamePem));
});

Deno.test("encodePemPieces() writes what encodePem() writes around the ends of slices", () => {
  const bytes = crypto.getRandomValues(new Uint8Array(60_000));
  const large = concatBytes(bytes, bytes, bytes);
  for (const length of [SLICE - 1, SLICE, SLICE + 1, 2 * SLICE, 3 * SLICE + 47]) {
    assertSamePem([large.subarray(0, length)]);
    assertSamePem([large.subarray(0, 100), large.subarray(100, SLICE + 7), large.subarray(SLICE + 7, length)]);
  }
});

Deno.test("encodePemPieces() makes pieces that stay as they are, none larger than 64 KiB", () => {
  const pieces = [...encodePemPieces("X509 CRL", new Pieces([new Uint8Array(3 * SLICE).fill(5)])).pieces()];
  assert.equal(pieces.length, 5);
  assert.ok(pieces.every(({ length }) => length <= 65_536));
  assert.deepEqual(pieces[1], pieces[2]);
  assert.notEqual(pieces[1]?.buffer, pieces[2]?.buffer);
});

Deno.test("encodePemPieces() can be read more than once, also side by side", () => {
  const pem = encodePemPieces("X509 CRL", new Pieces([new Uint8Array(SLICE).fill(1), new Uint8Array(SLICE).fill(2)]));
  const one = pem.pieces()[Symbol.iterator]();
  one.next();
  const first = one.next();
  const other = [...pem.pieces()];
  assert.deepEqual(first.value, other[1]);
  assert.deepEqual(one.next().value, other[2]);
});
