/**
 * How long work makes way for others. `setImmediate` alone does not: as long as one is always waiting, the runtime
 * looks for what sockets bring only now and then (tokio after 61 turns: 50 ms of work in pieces of one). It looks when
 * it has nothing else to do, so now and then all such work waits for a timer, together.
 */
import { setImmediate } from "node:timers";

/** Milliseconds of work in turns, after which it waits. */
const BUSY = 8;

let rested = performance.now();
let resting: Promise<void> | undefined;

/** Call this between pieces of work that together would take long: others go on meanwhile. */
export function nextTurn(): Promise<void> {
  if (resting !== undefined) return resting;
  if (performance.now() - rested < BUSY) return new Promise((resolve) => setImmediate(resolve));
  return resting = new Promise((resolve) => {
    setTimeout(() => {
      resting = undefined;
      rested = performance.now();
      resolve();
    }, 0);
  });
}
