import assert from "node:assert/strict";
import { growthOf, isFlat, type Point } from "./growth.ts";

const TOLERANCE = { noise: 1, perRequest: 200 };
const RUN = { seconds: 60, requests: 9000, tolerance: TOLERANCE };

function points(megabytes: (seconds: number) => number): Point[] {
  return Array.from({ length: 60 }, (_, seconds) => ({ seconds, megabytes: megabytes(seconds) }));
}

Deno.test("growthOf() takes the least of the middle and of the last third, and allows for noise and requests", () => {
  const growth = growthOf(points((seconds) => seconds), RUN);
  assert.deepEqual([growth.middle, growth.last], [20, 40]);
  assert.ok(Math.abs(growth.limit - 1.6) < 1e-9);
  assert.throws(() => growthOf([], RUN), /no figures/);
});

const COURSES: [string, (seconds: number) => number, boolean][] = [
  ["flat", () => 80, true],
  ["warming up, then flat", (seconds) => Math.min(80, 20 + seconds * 4), true],
  ["up and down like a saw", (seconds) => 80 + seconds % 7, true],
  ["held for a while, more often than not", (seconds) => seconds % 3 > 0 ? 80 + seconds : 80, true],
  ["a single peak", (seconds) => seconds === 50 ? 500 : 80, true],
  ["falling", (seconds) => 200 - seconds, true],
  ["a leak of 1 kB per request", (seconds) => 80 + seconds * RUN.requests / 60 * 1000 / 1e6, false],
  ["a leak in a saw", (seconds) => 80 + seconds % 7 + seconds * 0.15, false],
];

for (const [course, megabytes, flat] of COURSES) {
  Deno.test(`isFlat() is ${flat} for memory that is ${course}`, () => {
    assert.equal(isFlat(growthOf(points(megabytes), RUN)), flat);
  });
}
