/** Actions one after the other, at a bounded rate and never too many at once, each with its own chance. */
import type { SeededRandom } from "../fuzz/random.ts";
import type { Tally } from "./tally.ts";

/** Something that clients do. Rejects when the server did not do what it had to. */
export interface TrafficAction {
  readonly name: string;
  /** How often, beside the others. */
  readonly weight: number;
  run(): Promise<void>;
}

export interface Pace {
  readonly seconds: number;
  /** Actions begun in a second, at most. */
  readonly rate: number;
  /** Actions that have begun and not ended, at most. */
  readonly atOnce: number;
}

/** An action that takes longer has failed: no limit of the server's is as long. Milliseconds. */
const LONGEST_ACTION = 60_000;

/** Resolves when the time is over and all that began has ended. Faults go into `tally`. */
export async function makeTraffic(
  actions: readonly TrafficAction[],
  { seconds, rate, atOnce }: Pace,
  { random, tally }: { readonly random: SeededRandom; readonly tally: Tally },
): Promise<void> {
  const running = new Set<Promise<void>>();
  const start = performance.now();
  const end = start + seconds * 1000;
  for (let begun = 0; performance.now() < end; begun++) {
    if (running.size >= atOnce) await Promise.race(running);
    await elapsed(start + begun * 1000 / rate - performance.now());
    const one = runAction(chosen(actions, random), tally).finally(() => running.delete(one));
    running.add(one);
  }
  await Promise.all(running);
}

/** By weight. @throws RangeError where there is none */
export function chosen(actions: readonly TrafficAction[], random: SeededRandom): TrafficAction {
  let left = random.below(actions.reduce((sum, { weight }) => sum + weight, 0));
  const action = actions.find(({ weight }) => (left -= weight) < 0);
  if (action === undefined) throw new RangeError("no actions to choose from");
  return action;
}

async function runAction(action: TrafficAction, tally: Tally): Promise<void> {
  tally.action(action.name);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`took over ${LONGEST_ACTION / 1000} s`)), LONGEST_ACTION);
  });
  try {
    await Promise.race([action.run(), late]);
  } catch (error) {
    tally.fault(action.name, error);
  } finally {
    clearTimeout(timer);
  }
}

export function elapsed(milliseconds: number): Promise<void> {
  return milliseconds <= 0 ? Promise.resolve() : new Promise((resolve) => setTimeout(resolve, milliseconds));
}
