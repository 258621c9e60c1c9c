/** Whether twice the input takes about twice the time, for inputs that have much of one thing. */
import { CaucaseError } from "../../core/errors.ts";
import type { Target } from "./target.ts";

export interface Growth {
  /** Of which target and kind of input. */
  readonly name: string;
  /** Bytes of the larger input. */
  readonly size: number;
  /** Milliseconds for half of it, and for all. */
  readonly half: number;
  readonly whole: number;
}

/** Shorter times say nothing. */
const LONG_ENOUGH_MS = 15;
const ROUNDS = 5;
const FIRST_SIZE = 8 * 1024;
const LARGEST_SIZE = 2 * 1024 * 1024;

/** Twice the input in four times the time is quadratic; sorting and large numbers take a little more than twice. */
const STEEPEST = 3;

/** Growth of all kinds of inputs that the target names. */
export async function measureGrowth(target: Target): Promise<Growth[]> {
  const found: Growth[] = [];
  for (const [kind, make] of Object.entries(target.grown ?? {})) {
    found.push({ name: `${target.name}: ${kind}`, ...await growthOf(target, make) });
  }
  return found;
}

export function isTooSteep({ half, whole }: Growth): boolean {
  return whole > LONG_ENOUGH_MS && whole > STEEPEST * half;
}

/** Doubles the input until it takes long enough, then measures again and again: what else the machine does only adds. */
async function growthOf(target: Target, make: (size: number) => Uint8Array): Promise<Omit<Growth, "name">> {
  let size = FIRST_SIZE;
  while (size < LARGEST_SIZE && await timeOf(target, make(size)) < LONG_ENOUGH_MS) size *= 2;
  const [small, large] = [make(size / 2), make(size)];
  let half = Infinity;
  let whole = Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    half = Math.min(half, await timeOf(target, small));
    whole = Math.min(whole, await timeOf(target, large));
  }
  return { size, half, whole };
}

/** Of reading alone. */
async function timeOf({ read }: Target, bytes: Uint8Array): Promise<number> {
  const input = new Uint8Array(bytes);
  const before = performance.now();
  try {
    await read(input);
  } catch (error) {
    if (!(error instanceof CaucaseError)) throw error;
  }
  return performance.now() - before;
}
