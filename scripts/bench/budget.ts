/** What a measured figure should be, and whether it is. Information for people, never a verdict. */
import type { Better } from "./statistics.ts";

export type Budget =
  /** Our value itself, in the figure's unit. */
  | { readonly kind: "absolute"; readonly limit: number }
  /** So many times as good as the reference. */
  | { readonly kind: "reference"; readonly times: number }
  /** As good as another measured figure, within a fifth: the machine is shared. */
  | { readonly kind: "same as"; readonly figure: string };

/** How far two figures that should be alike may be apart: measurements of one thing differ by as much. */
const LIKE = 1.2;

/** Medians by figure name; undefined where nothing was measured. */
export interface Medians {
  ours(figure: string): number | undefined;
  reference(figure: string): number | undefined;
}

export interface Judged {
  readonly name: string;
  readonly better: Better;
  readonly budget?: Budget;
}

/** The budget in a few words. */
export function budgetText({ better, budget }: Judged): string {
  if (budget === undefined) return "";
  if (budget.kind === "absolute") return `${better === "more" ? ">=" : "<="} ${budget.limit}`;
  if (budget.kind === "reference") return `>= ${budget.times}x reference`;
  return `as ${budget.figure}`;
}

/** Whether the budget is met; undefined without one, or where what it needs was not measured. */
export function isMet({ name, better, budget }: Judged, medians: Medians): boolean | undefined {
  const ours = medians.ours(name);
  if (budget === undefined || ours === undefined) return undefined;
  const limit = limitOf(budget, { name, better }, medians);
  if (limit === undefined) return undefined;
  return better === "more" ? ours >= limit : ours <= limit;
}

function limitOf(budget: Budget, { name, better }: Judged, medians: Medians): number | undefined {
  const scaled = (value: number | undefined, factor: number) =>
    value === undefined ? undefined : better === "more" ? value * factor : value / factor;
  if (budget.kind === "absolute") return budget.limit;
  if (budget.kind === "reference") return scaled(medians.reference(name), budget.times);
  return scaled(medians.ours(budget.figure), 1 / LIKE);
}
