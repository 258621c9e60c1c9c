/** Judges DER whose types nobody here knows: what `ANY` stands for in names and policy qualifiers. */
import { malformed } from "../errors.ts";
import { type DerElement, DerReader } from "./reader.ts";

const CONSTRUCTED = 0x20;
const MAX_DEPTH = 16;

/**
 * Checks that everything within `element` is well formed, down to its leaves. `what` names it in errors.
 * @throws `malformed`, also past 16 levels
 */
export function checkNested(element: DerElement, what: string, depth = 0): void {
  if (!(element.tag & CONSTRUCTED)) return;
  if (depth === MAX_DEPTH) throw malformed(`${what} is nested too deeply`);
  const reader = new DerReader(element.content, what);
  while (!reader.done) checkNested(reader.any(), what, depth + 1);
}
