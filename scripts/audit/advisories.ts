/** Known weaknesses, from the registry's list of advisories by way of `deno audit`. */
import type { Outcome } from "../../tests/support/process.ts";

export type Advice =
  | { readonly kind: "none" }
  /** `report` is what there is to read about them. */
  | { readonly kind: "found"; readonly report: string }
  /** Nobody answered: nothing is known, good or bad. */
  | { readonly kind: "unknown"; readonly reason: string };

/** What `deno audit` said. */
export function adviceOf({ status, out, err }: Outcome): Advice {
  const said = `${out}\n${err}`;
  if (status === 0) return { kind: "none" };
  if (/vulnerabilit|advisor(?:y|ies)\b.*severity|severity:/i.test(said.replace(/security\/advisories\S*/g, ""))) {
    return { kind: "found", report: said.trim() };
  }
  const reason = said.split("\n").map((line) => line.replace(/^error: /, "").replace(/ *\(https?:[^)]*\)/g, "").trim());
  return { kind: "unknown", reason: reason.find((line) => line !== "") ?? `status ${status}` };
}
