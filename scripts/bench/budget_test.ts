import assert from "node:assert/strict";
import { type Budget, budgetText, isMet, type Judged, type Medians } from "./budget.ts";

const VALUES: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  "ours": { "issue": 500, "issue, full": 450, "start": 300, "memory": 160, "CRL": 40 },
  "reference": { issue: 120, start: 270 },
  "step-ca": { issue: 400 },
};
const medians: Medians = (figure, program) => VALUES[program]?.[figure];

const [more, less] = [{ better: "more" }, { better: "less" }] as const;
const than = (program: "reference" | "step-ca", times: number): Budget => ({ kind: "program", than: program, times });
const absolute = (limit: number): Budget => ({ kind: "absolute", limit });

const CASES: readonly (Judged & { readonly text: string; readonly met: boolean | undefined })[] = [
  { name: "issue", ...more, text: "", met: undefined },
  { name: "issue", ...more, budget: absolute(500), text: ">= 500", met: true },
  { name: "issue", ...more, budget: absolute(501), text: ">= 501", met: false },
  { name: "start", ...less, budget: absolute(300), text: "<= 300", met: true },
  { name: "start", ...less, budget: absolute(299), text: "<= 299", met: false },
  { name: "issue", ...more, budget: than("reference", 4), text: ">= 4x reference", met: true },
  { name: "issue", ...more, budget: than("reference", 5), text: ">= 5x reference", met: false },
  { name: "issue", ...more, budget: than("step-ca", 1.2), text: ">= 1.2x step-ca", met: true },
  { name: "issue", ...more, budget: than("step-ca", 1.5), text: ">= 1.5x step-ca", met: false },
  { name: "start", ...less, budget: than("reference", 1), text: ">= 1x reference", met: false },
  { name: "memory", ...less, budget: { kind: "multiple", of: "CRL", times: 4 }, text: "<= 4x CRL", met: true },
  { name: "memory", ...less, budget: { kind: "multiple", of: "CRL", times: 3 }, text: "<= 3x CRL", met: false },
  { name: "issue, full", ...more, budget: { kind: "same as", figure: "issue" }, text: "as issue", met: true },
];

Deno.test("isMet() and budgetText() know every kind of budget", () => {
  for (const { text, met, ...judged } of CASES) {
    assert.equal(budgetText(judged), text);
    assert.equal(isMet(judged, medians), met, `${judged.name} ${text}`);
  }
});

Deno.test("isMet() says nothing where the other figure is missing", () => {
  const against = (budget: Budget) => isMet({ name: "issue, full", ...more, budget }, medians);
  assert.equal(against(than("reference", 5)), undefined);
  assert.equal(against({ kind: "same as", figure: "renew" }), undefined);
  assert.equal(isMet({ name: "renew", ...more, budget: absolute(1) }, medians), undefined);
});

Deno.test("isMet() takes a fifth of difference for the same", () => {
  const like = (figure: string): Judged => ({ name: figure, ...more, budget: { kind: "same as", figure: "a" } });
  const values: Medians = (figure) => ({ a: 120, b: 100, c: 99 })[figure];
  assert.equal(isMet(like("b"), values), true);
  assert.equal(isMet(like("c"), values), false);
});
