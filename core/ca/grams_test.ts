import assert from "node:assert/strict";
import fc from "fast-check";
import { Grams } from "./grams.ts";

Deno.test("mayHave() says no only to what no text has in it", () => {
  const text = fc.string({ unit: "grapheme" });
  fc.assert(fc.property(fc.array(text, { minLength: 1 }), fc.nat(), fc.nat(), (texts, start, size) => {
    const grams = new Grams();
    for (const each of texts) grams.add(each);
    for (const each of texts) {
      const from = start % (each.length + 1);
      assert.ok(grams.mayHave(each.slice(from, from + size % 20)));
    }
  }));
});

Deno.test("mayHave() says no to nearly all that is nowhere in thousands of names", () => {
  const grams = new Grams();
  for (let n = 0; n < 4096; n++) grams.add(`host-${n}.example.org`);
  const absent = Array.from({ length: 1000 }, (_, n) => `host-${n + 10_000}.`);
  assert.ok(absent.filter((name) => grams.mayHave(name)).length < 500);
  assert.equal(grams.mayHave("example.com"), false);
});
