import assert from "node:assert/strict";
import { isTooSteep, measureGrowth } from "./growth.ts";
import { defineTarget } from "./target.ts";

/** A target whose reading takes as many rounds as `work` says, of an input of so many bytes. */
function targetOf(work: (size: number) => number) {
  return defineTarget({
    name: "t",
    grammar: "bytes",
    codes: [],
    read(input) {
      let sum = 0;
      for (let round = work(input.length); round > 0; round--) sum = (sum + round) | 0;
      return sum;
    },
    check() {},
    grown: { "bytes": (size) => new Uint8Array(size) },
  });
}

Deno.test("measureGrowth() tells quadratic reading from linear", async () => {
  const [quadratic] = await measureGrowth(targetOf((size) => size ** 2 / 4));
  assert.ok(quadratic && isTooSteep(quadratic), JSON.stringify(quadratic));
  const [linear] = await measureGrowth(targetOf((size) => size * 50));
  assert.ok(linear && !isTooSteep(linear), JSON.stringify(linear));
});

Deno.test("isTooSteep() says nothing about what takes no time", () => {
  assert.equal(isTooSteep({ eighth: 0.1, whole: 20 }), false);
  assert.equal(isTooSteep({ eighth: 2, whole: 64 }), false);
  assert.equal(isTooSteep({ eighth: 2, whole: 65 }), true);
});
