import assert from "node:assert/strict";
import { RefusalBudget } from "./refusal_budget.ts";

Deno.test("RefusalBudget records thirty an hour of each user, and says how many it left out", () => {
  const budget = new RefusalBudget();
  for (let n = 0; n < 30; n++) assert.equal(budget.take("one", 1000 + n), 0);
  for (let n = 0; n < 7; n++) assert.equal(budget.take("one", 2000), undefined);
  assert.equal(budget.take("another", 2000), 0);
  assert.equal(budget.take("one", 1000 + 3600), 7);
  assert.equal(budget.take("one", 1000 + 3600), 0);
});

Deno.test("RefusalBudget goes on after a clock that was set back, and does not grow", () => {
  const budget = new RefusalBudget();
  for (let n = 0; n < 40; n++) budget.take("one", 1_000_000);
  assert.equal(budget.take("one", 1000), 10);
  for (let n = 0; n < 40; n++) budget.take("one", 1000);
  for (let n = 0; n < 1000; n++) budget.take(`user ${n}`, 1000);
  assert.equal(budget.take("one", 1000), 0, "forgotten");
});
