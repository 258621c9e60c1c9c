import assert from "node:assert/strict";
import fc from "fast-check";
import { fromWireTime, wireTime } from "./wire_time.ts";

Deno.test("fromWireTime() reads every time that wireTime() writes", () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 253_402_300_799 }), (time) => {
    assert.equal(fromWireTime(wireTime(time)), time);
  }));
});

Deno.test("fromWireTime() reads one form, and only dates that there are", () => {
  assert.equal(wireTime(1_800_000_000.9), "2027-01-15T08:00:00Z");
  const none = [
    "",
    "2027-01-15T08:00:00.000Z",
    "2027-01-15T08:00:00+00:00",
    "2027-01-15 08:00:00Z",
    "2027-02-30T08:00:00Z",
    "2027-01-15T24:00:00Z",
    "1969-12-31T23:59:59Z",
    " 2027-01-15T08:00:00Z",
    "2027-01-15T08:00:00Z\n",
  ];
  for (const text of none) assert.equal(fromWireTime(text), undefined, JSON.stringify(text));
});
