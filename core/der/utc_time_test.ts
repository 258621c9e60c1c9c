import assert from "node:assert/strict";
import fc from "fast-check";
import { isUtcTime, UtcTimeWriter } from "./utc_time.ts";
import { derTime } from "./writer.ts";

const FIRST = Date.UTC(1950, 0) / 1000;
const LAST = Date.UTC(2050, 0) / 1000 - 1;

Deno.test("UtcTimeWriter writes what derTime() writes, in any order of times", () => {
  const writer = new UtcTimeWriter();
  const day = fc.integer({ min: 0, max: 86_399 }).map((second) => 1_800_000_000 + second);
  const time = fc.oneof(fc.integer({ min: FIRST, max: LAST }), day, fc.constantFrom(FIRST, -1, 0, LAST));
  fc.assert(fc.property(time, (unixSeconds) => {
    const buffer = new Uint8Array(20);
    assert.equal(writer.write(unixSeconds, buffer, 3), 16);
    assert.equal(buffer.toHex(), `000000${derTime(unixSeconds).subarray(2).toHex()}00000000`);
  }));
});

Deno.test("isUtcTime() is what RFC 5280 4.1.2.5 says", () => {
  assert.deepEqual([FIRST - 1, FIRST, 0, LAST, LAST + 1].map(isUtcTime), [false, true, true, true, false]);
});
