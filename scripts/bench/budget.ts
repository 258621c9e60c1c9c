/** What a figure of ours should be, and whether it is. Information for people, never a verdict. */
import type { ProgramName } from "./program_name.ts";
import type { Better } from "./statistics.ts";

export type Budget =
  /** Our value itself, in the figure's unit. */
  | { readonly kind: "absolute"; readonly limit: number }
  /** So many times as good as another program. */
  | { readonly kind: "program"; readonly than: ProgramName; readonly times: number }
  /** So many times another figure of ours, at most. */
  | { readonly kind: "multiple"; readonly of: string; readonly times: number }
  /** As good as another figure of ours, within a fifth: the machine is shared. */
  | { readonly kind: "same as"; readonly figure: string };

/** How far two figures that should be alike may be apart: measurements of one thing differ by as much. */
const LIKE = 1.2;

/** The median of a figure; undefined where nothing was measured. */
export type Medians = (figure: string, program: ProgramName) => number | undefined;

export interface Judged {
  readonly name: string;
  readonly better: Better;
  readonly budget?: Budget;
}

/** The budget in a few words. */
export function budgetText({ better, budget }: Judged): string {
  switch (budget?.kind) {
    case undefined:
      return "";
    case "absolute":
      return `${better === "more" ? ">=" : "<="} ${budget.limit}`;
    case "program":
      return `>= ${budget.times}x ${budget.than}`;
    case "multiple":
      return `<= ${budget.times}x ${budget.of}`;
    case "same as":
      return `as ${budget.figure}`;
  }
}

/** Whether the budget is met; undefined without one, or where what it needs was not measured. */
export function isMet({ name, better, budget }: Judged, medians: Medians): boolean | undefined {
  const ours = medians(name, "ours");
  if (budget === undefined || ours === undefined) return undefined;
  const limit = limitOf(budget, { name, better }, medians);
  if (limit === undefined) return undefined;
  return better === "more" ? ours >= limit : ours <= limit;
}

function limitOf(budget: Budget, { name, better }: Judged, medians: Medians): number | undefined {
  const scaled = (value: number | undefined, factor: number) =>
    value === undefined ? undefined : better === "more" ? value * factor : value / factor;
  switch (budget.kind) {
    case "absolute":
      return budget.limit;
    case "program":
      return scaled(medians(name, budget.than), budget.times);
    case "multiple":
      return scaled(medians(budget.of, "ours"), 1 / budget.times);
    case "same as":
      return scaled(medians(budget.figure, "ours"), 1 / LIKE);
  }
}
