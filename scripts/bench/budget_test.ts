import assert from "node:assert/strict";
import { budgetText, isMet, type Judged, type Medians } from "./budget.ts";

const medians: Medians = {
  ours: (figure) => ({ issue: 500, "issue, full": 450, start: 300 })[figure],
  reference: (figure) => ({ issue: 120, start: 270 })[figure],
};

const CASES: readonly (Judged & { readonly text: string; readonly met: boolean | undefined })[] = [
  { name: "issue", better: "more", text: "", met: undefined },
  { name: "issue", better: "more", budget: { kind: "absolute", limit: 500 }, text: ">= 500", met: true },
  { name: "issue", better: "more", budget: { kind: "absolute", limit: 501 }, text: ">= 501", met: false },
  { name: "start", better: "less", budget: { kind: "absolute", limit: 300 }, text: "<= 300", met: true },
  { name: "start", better: "less", budget: { kind: "absolute", limit: 299 }, text: "<= 299", met: false },
  { name: "issue", better: "more", budget: { kind: "reference", times: 4 }, text: ">= 4x reference", met: true },
  { name: "issue", better: "more", budget: { kind: "reference", times: 5 }, text: ">= 5x reference", met: false },
  { name: "start", better: "less", budget: { kind: "reference", times: 1 }, text: ">= 1x reference", met: false },
  { name: "issue, full", better: "more", budget: { kind: "same as", figure: "issue" }, text: "as issue", met: true },
];

Deno.test("isMet() and budgetText() know every kind of budget", () => {
  for (const { text, met, ...judged } of CASES) {
    assert.equal(budgetText(judged), text);
    assert.equal(isMet(judged, medians), met, `${judged.name} ${text}`);
  }
});

Deno.test("isMet() says nothing where the other figure is missing", () => {
  const against = (budget: Judged["budget"]) =>
    isMet({ name: "issue, full", better: "more", ...(budget && { budget }) }, medians);
  assert.equal(against({ kind: "reference", times: 5 }), undefined);
  assert.equal(against({ kind: "same as", figure: "renew" }), undefined);
  assert.equal(isMet({ name: "renew", better: "more", budget: { kind: "absolute", limit: 1 } }, medians), undefined);
});

Deno.test("isMet() takes a fifth of difference for the same", () => {
  const like = (figure: string): Judged => ({ name: figure, better: "more", budget: { kind: "same as", figure: "a" } });
  const values: Medians = { ours: (figure) => ({ a: 120, b: 100, c: 99 })[figure], reference: () => undefined };
  assert.equal(isMet(like("b"), values), true);
  assert.equal(isMet(like("c"), values), false);
});
