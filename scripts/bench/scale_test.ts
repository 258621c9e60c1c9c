import assert from "node:assert/strict";
import { FULL, issuedOver, materialNeeded, QUICK, scaleOf } from "./scale.ts";

Deno.test("scaleOf() takes from the command line what it says, and no more", () => {
  assert.deepEqual(scaleOf(true, {}), QUICK);
  assert.deepEqual(scaleOf(false, { connections: [4] }), { ...FULL, connections: [4] });
});

Deno.test("materialNeeded() has a request for each that one server gets, over all numbers of connections", () => {
  const { issued, warmUp, revocations } = FULL;
  const { requests, holders } = materialNeeded({ ...FULL, connections: [1, 16, 256] });
  assert.equal(requests, warmUp.ours + issued.oneByOne.ours + 2 * issued.together.ours);
  assert.equal(holders, 2 * revocations.ours + 1);
});

Deno.test("issuedOver() sends fewer requests over one connection", () => {
  assert.equal(issuedOver(FULL, 1), FULL.issued.oneByOne);
  assert.equal(issuedOver(FULL, 256), FULL.issued.together);
});
