/** A fleet, its server and its network in memory: five years take a few minutes. */
import assert from "node:assert/strict";
import { simulateFleet } from "../support/fleet.ts";

Deno.test("200 hosts keep their certificates for 5 years of rollovers, outages, crashes and restarts", async () => {
  const { renewals, busiestHour, lostAnswers, hooks } = await simulateFleet(200, 5);
  assert.ok(renewals >= 200 * 26 && renewals <= 200 * 36, `${renewals} renewals`);
  assert.ok(busiestHour <= 0.05 * 200, `${busiestHour} hosts renewed in the same hour`);
  assert.ok(lostAnswers > 200, `${lostAnswers} answers were lost after the server had signed`);
  assert.equal(hooks.filter((count) => count >= 30).length, 200, "every host's hook ran, though it fails now and then");
});
