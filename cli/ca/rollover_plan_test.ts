import assert from "node:assert/strict";
import { DAY, LIFE_SPAN, newCa, NOW } from "../../tests/support/issuing.ts";
import { phasedIssuers } from "./issuers.ts";
import { plannedSteps } from "./rollover_plan.ts";

Deno.test("plannedSteps() of a first CA certificate: the next one is made, it signs, the first one ends", async () => {
  const { certificate } = await newCa();
  const start = certificate.notBefore;
  const steps = plannedSteps("cas", [certificate], NOW).map(({ kind, at, keyIdentifier }) => [
    kind,
    Math.round((at - start) / LIFE_SPAN),
    keyIdentifier === null,
  ]);
  assert.deepEqual(steps, [["made", 2, true], ["signs", 3, true], ["ends", 4, false]]);
});

Deno.test("phases and steps of two CA certificates, while the second one is made known", async () => {
  const first = (await newCa()).certificate;
  const madeAt = first.notBefore + 2 * LIFE_SPAN;
  const second = (await newCa({ now: madeAt })).certificate;
  const phases = (now: number) => phasedIssuers([second, first], now).map(({ phase }) => phase);
  assert.deepEqual(phases(madeAt + DAY), ["signing", "next"]);
  assert.deepEqual(phases(madeAt + LIFE_SPAN + DAY), ["leaving", "signing"]);
  const kinds = plannedSteps("cau", [first, second], madeAt + DAY).map(({ kind, keyIdentifier }) => [
    kind,
    keyIdentifier === null ? "new" : keyIdentifier === first.keyIdentifier ? "first" : "second",
  ]);
  assert.deepEqual(kinds, [
    ["signs", "second"],
    // At the same moment.
    ["made", "new"],
    ["ends", "first"],
    ["signs", "new"],
    ["ends", "second"],
  ]);
});
