/** A small fleet, for the gate; tests/long/fleet_test.ts runs a large one. */
import assert from "node:assert/strict";
import { simulateFleet } from "./support/fleet.ts";

Deno.test("12 hosts keep their certificates for 2 years of rollovers, outages, crashes and restarts", async () => {
  const { renewals, lostAnswers, hooks } = await simulateFleet(12, 2);
  // A certificate lives 93 days and is renewed 31 to 39 days before its end.
  assert.ok(renewals >= 12 * 10 && renewals <= 12 * 15, `${renewals} renewals`);
  assert.ok(lostAnswers > 0, "an answer was lost, and the host recovered");
  assert.equal(hooks.filter((count) => count >= 12).length, 12, "every host's hook ran, though it fails now and then");
});
