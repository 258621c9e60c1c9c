import assert from "node:assert/strict";
import * as fc from "fast-check";
import { formatNumber, median, percentile, timesBetter } from "./statistics.ts";

Deno.test("median() is the middle value, or the mean of the two in the middle", () => {
  const cases: [number[], number][] = [[[7], 7], [[3, 1, 2], 2], [[4, 1, 3, 2], 2.5], [[10, 9, 100], 10]];
  for (const [values, expected] of cases) assert.equal(median(values), expected, `median of ${values}`);
});

Deno.test("median() refuses to make a number of nothing", () => {
  assert.throws(() => median([]), /no values/);
});

Deno.test("median() does not depend on the order, and changes nothing", () => {
  fc.assert(fc.property(fc.array(fc.integer(), { minLength: 1 }), (values) => {
    const before = [...values];
    assert.equal(median(values), median(values.toReversed()));
    assert.deepEqual(values, before);
  }));
});

Deno.test("percentile() is the value that so many do not exceed", () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
  const cases: [number[], number, number][] = [[hundred, 50, 50], [hundred, 99, 99], [hundred, 100, 100], [[7], 50, 7]];
  for (const [values, percent, expected] of cases) assert.equal(percentile(values, percent), expected, `${percent}`);
  assert.throws(() => percentile([], 50), /no values/);
});

Deno.test("timesBetter() is above 1 when ours is better, whichever way values count", () => {
  assert.equal(timesBetter(500, 100, "more"), 5);
  assert.equal(timesBetter(10, 50, "less"), 5);
  assert.equal(timesBetter(50, 10, "less"), 0.2);
});

Deno.test("formatNumber() shows three digits without an exponent", () => {
  const cases: [number, string][] = [
    [0, "0"],
    [21_345, "21300"],
    [456.7, "457"],
    [45.67, "45.7"],
    [4.567, "4.57"],
    [0.4567, "0.457"],
    [0.0000001234, "0.000000"],
    [1_234_567, "1230000"],
  ];
  for (const [value, expected] of cases) assert.equal(formatNumber(value), expected, `${value}`);
});
