import assert from "node:assert/strict";
import { givenUpBefore, retryAfter, TRIED_FOR } from "./back_off.ts";

Deno.test("retryAfter() doubles from 10 s to an hour, however often it failed", () => {
  const waits = [1, 2, 3, 9, 10, 5000].map((failures) => retryAfter({ failures, since: 0 }));
  assert.deepEqual(waits, [10, 20, 40, 2560, 3600, 3600]);
});

Deno.test("givenUpBefore() gives nothing up before the receiver was asked for a day", () => {
  const streak = { failures: 9, since: 1000 };
  assert.equal(givenUpBefore(streak, 1000 + TRIED_FOR - 1), undefined);
  assert.equal(givenUpBefore(streak, 1000 + TRIED_FOR), 1000);
});
