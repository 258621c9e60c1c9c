/** Whether eight times the input takes about eight times the time, for inputs that have much of one thing. */
import process from "node:process";
import { CaucaseError } from "../../core/errors.ts";
import type { Target } from "./target.ts";

export interface TimeGrowth {
  /** Of which target and kind of input. */
  readonly name: string;
  /** Bytes of the larger input. */
  readonly size: number;
  /**
   * Milliseconds of the processor for an eighth of it, and for all: the least of many times, as collecting garbage only
   * adds.
   */
  readonly eighth: number;
  readonly whole: number;
}

/** Shorter times say nothing. */
const LONG_ENOUGH_MS = 25;
const FIRST_SIZE = 8 * 1024;
const LARGEST_SIZE = 2 * 1024 * 1024;

/**
 * Eight times the input in 64 times the time is quadratic; sorting, large numbers, caches and garbage take up to thrice
 * eight.
 */
const STEEPEST = 32;

const ROUNDS = 3;
/** Rounds before something is believed to be too steep. */
const MOST_ROUNDS = 15;

/** Growth of all kinds of inputs that the target names. */
export async function measureGrowth(target: Target): Promise<TimeGrowth[]> {
  const found: TimeGrowth[] = [];
  for (const [kind, make] of Object.entries(target.grown ?? {})) {
    found.push(await growthOf(target, { name: `${target.name}: ${kind}`, make }));
  }
  return found;
}

export function isTooSteep({ eighth, whole }: Pick<TimeGrowth, "eighth" | "whole">): boolean {
  return whole > LONG_ENOUGH_MS && whole > STEEPEST * eighth;
}

interface Kind {
  readonly name: string;
  readonly make: (size: number) => Uint8Array;
}

/** Doubles the input until it takes long enough. */
async function growthOf(target: Target, { name, make }: Kind): Promise<TimeGrowth> {
  let size = FIRST_SIZE;
  while (size < LARGEST_SIZE && await timeOf(target, make(size)) < LONG_ENOUGH_MS) size *= 2;
  const [small, large] = [make(size / 8), make(size)];
  let growth = { name, size, eighth: Infinity, whole: Infinity };
  for (let round = 0; round < ROUNDS || (round < MOST_ROUNDS && isTooSteep(growth)); round++) {
    const [eighth, whole] = [await timeOf(target, small), await timeOf(target, large)];
    growth = { ...growth, eighth: Math.min(growth.eighth, eighth), whole: Math.min(growth.whole, whole) };
  }
  return growth;
}

/** Of the processor, for reading alone: the clock tells more about what else the machine does. */
async function timeOf({ read }: Target, bytes: Uint8Array): Promise<number> {
  const input = new Uint8Array(bytes);
  const before = process.cpuUsage();
  try {
    await read(input);
  } catch (error) {
    if (!(error instanceof CaucaseError)) throw error;
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
