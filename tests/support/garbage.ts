/** What hostile and broken clients send, for property tests. */
import fc from "fast-check";
import type { Bytes } from "../../core/bytes.ts";

/** Any UTF-16 at all: control characters and lone surrogates too, ASCII more often than not. */
export function garbageText(maxLength: number): fc.Arbitrary<string> {
  const unit = fc.oneof(fc.integer({ min: 0, max: 0x7f }), fc.integer({ min: 0, max: 0xffff }));
  return fc.array(unit, { maxLength }).map((units) => String.fromCharCode(...units));
}

interface Damage {
  /** Where, as a part of the whole. */
  readonly at: number;
  readonly removed: number;
  readonly inserted: Uint8Array;
}

const damage: fc.Arbitrary<Damage> = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  removed: fc.oneof(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 3000 })),
  inserted: fc.uint8Array({ maxLength: 4 }),
});

/** `bytes` with some of them gone, changed or added: most of what a reader expects is still there. */
export function mangled(bytes: Uint8Array): fc.Arbitrary<Bytes> {
  return fc.array(damage, { minLength: 1, maxLength: 3 }).map((damages) => {
    let result = [...bytes];
    for (const { at, removed, inserted } of damages) {
      const start = Math.floor(at * result.length);
      result = [...result.slice(0, start), ...inserted, ...result.slice(start + removed)];
    }
    return new Uint8Array(result);
  });
}
