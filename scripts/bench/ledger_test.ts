import assert from "node:assert/strict";
import { BenchLedger, type Figure } from "./ledger.ts";

const ISSUE: Figure = {
  ...{ name: "issue", unit: "/s", better: "more" },
  budget: { kind: "program", than: "step-ca", times: 1.5 },
};
const START: Figure = { name: "start", unit: "ms", better: "less", budget: { kind: "absolute", limit: 300 } };

Deno.test("Ledger shows medians, how many times better ours is, and whether the budget is met", () => {
  const ledger = new BenchLedger();
  for (const value of [600, 500, 900]) {
    ledger.add(ISSUE, "ours", { value, cpuMs: value / 100, latency: { p50: 20, p99: value / 10 } });
  }
  for (const value of [100, 150, 90]) ledger.add(ISSUE, "reference", { value });
  ledger.add(ISSUE, "step-ca", { value: 300, cpuMs: 4, latency: { p50: 33, p99: 44 } });
  ledger.add(START, "ours", { value: 400 });
  const [titles, , issue, start] = ledger.toTable().split("\n").map((line) => line.split(/ {2,}/));
  assert.deepEqual(titles?.slice(2, 5), ["ours", "step-ca", "reference"]);
  assert.deepEqual(issue?.slice(0, 7), ["issue", "/s", "600", "300", "100", "2.00x", "6.00x"]);
  assert.deepEqual(issue?.slice(7), [
    "20.0",
    "33.0",
    "60.0",
    "44.0",
    "6.00",
    "4.00",
    "0.667x",
    ">= 1.5x step-ca",
    "yes",
  ]);
  assert.deepEqual(start, ["start", "ms", "400", "<= 300", "NO"]);
});

Deno.test("Ledger knows no median of what was not measured", () => {
  const ledger = new BenchLedger();
  ledger.add(ISSUE, "ours", { value: 1 });
  assert.equal(ledger.median("issue", "ours"), 1);
  assert.equal(ledger.median("issue", "reference"), undefined);
  assert.equal(ledger.medianCpuMs("issue", "ours"), undefined);
  assert.equal(ledger.median("renew", "ours"), undefined);
});

Deno.test("Ledger.toJson() keeps every sample", () => {
  const ledger = new BenchLedger();
  for (const value of [3, 1, 2]) ledger.add(START, "ours", { value });
  assert.deepEqual(ledger.toJson(), [{
    ...START,
    "ours": { median: 2, samples: [{ value: 3 }, { value: 1 }, { value: 2 }] },
    "step-ca": { median: undefined, samples: [] },
    "reference": { median: undefined, samples: [] },
    "met": true,
  }]);
});
