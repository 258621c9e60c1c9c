/** Work in steps that makes way for others. */
import { nextTurn } from "./next_turn.ts";

/** Milliseconds of work in one go. */
const AT_ONCE = 4;

/** Carries out all steps of `work`, with pauses; answers what it answers. */
export async function inTurns<T>(work: Generator<void, T>): Promise<T> {
  for (let began = performance.now();;) {
    const { done, value } = work.next();
    if (done) return value;
    if (performance.now() - began < AT_ONCE) continue;
    await nextTurn();
    began = performance.now();
  }
}
