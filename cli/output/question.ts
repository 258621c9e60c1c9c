/** Questions before what cannot be undone. */
import { CaucaseError } from "../../core/errors.ts";
import { askLine, canAsk } from "../terminal.ts";

/**
 * Whether the person says yes; anything else is a no.
 * @param question without its mark; only text of ours and decimal numbers
 * @throws `usage` where nobody can be asked
 */
export async function saysYes(question: string): Promise<boolean> {
  requireSomebody();
  return /^y(es)?$/i.test(await askLine(`${question}? [y/N] `));
}

/** For commands that ask later: refuses at once, before anything is done. @throws `usage` where nobody can be asked */
export function requireSomebody(): void {
  if (canAsk()) return;
  throw new CaucaseError("usage", "this asks before it acts, and there is no terminal to ask at", {
    hint: "--yes goes on without asking",
  });
}
