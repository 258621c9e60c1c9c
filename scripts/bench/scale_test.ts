import assert from "node:assert/strict";
import { FULL, issuedOver, materialNeeded, QUICK, scaleOf } from "./scale.ts";

Deno.test("scaleOf() takes from the command line what it says, and no more", () => {
  assert.deepEqual(scaleOf(true, {}), QUICK);
  assert.deepEqual(scaleOf(false, { connections: [4] }), { ...FULL, connections: [4] });
});

Deno.test("materialNeeded() has a request for each that one server gets, over all numbers of connections", () => {
  const { issued, warmUp, revocations } = FULL;
  const { requests, holders } = materialNeeded({ ...FULL, connections: [1, 16, 256] });
  assert.equal(requests, warmUp.ours + issued.oneByOne.ours + issued.together.ours + 8 * 256);
  assert.equal(holders, 2 * revocations.ours + 1);
});

Deno.test("issuedOver() sends fewer requests over one connection, and several over each of many", () => {
  assert.equal(issuedOver(FULL, 1), FULL.issued.oneByOne);
  assert.deepEqual(issuedOver(FULL, 10), FULL.issued.together);
  assert.deepEqual(issuedOver(FULL, 256), { "ours": 2048, "step-ca": 2048, "reference": 2048 });
});
