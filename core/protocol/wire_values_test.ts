import assert from "node:assert/strict";
import fc from "fast-check";
import { timeFromText, timeToText } from "../utc_time.ts";

Deno.test("timeFromText() reads every time that timeToText() writes", () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 253_402_300_799 }), (time) => {
    assert.equal(timeFromText(timeToText(time)), time);
  }));
});

Deno.test("timeFromText() reads one form, and only dates that there are", () => {
  assert.equal(timeToText(1_800_000_000.9), "2027-01-15T08:00:00Z");
  const none = [
    "",
    "2027-01-15T08:00:00.000Z",
    "2027-01-15T08:00:00+00:00",
    "2027-01-15 08:00:00Z",
    "2027-02-30T08:00:00Z",
    "2027-01-15T24:00:00Z",
    " 2027-01-15T08:00:00Z",
    "2027-01-15T08:00:00Z\n",
  ];
  for (const text of none) assert.equal(timeFromText(text), undefined, JSON.stringify(text));
});
