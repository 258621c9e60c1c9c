/** How long a receiver is left alone that did not take a notification, and when it has had its time. */
import { SECONDS_PER_DAY } from "../ca/lifecycle.ts";

/** Seconds after the first failure, doubled each time up to the second number. */
const RETRY = { first: 10, longest: 3600 };

/** How long a notification is tried. */
export const TRIED_FOR = SECONDS_PER_DAY;

/** Failures in a row. */
export interface Streak {
  readonly failures: number;
  /** When the first of them was, Unix seconds. */
  readonly since: number;
}

/** Seconds until the next attempt. */
export function retryAfter({ failures }: Streak): number {
  return Math.min(RETRY.first * 2 ** (failures - 1), RETRY.longest);
}

/**
 * What was made at that time or before is given up; undefined: nothing is. Only a receiver that was really asked for a
 * day has had its time: after a day on which the server itself was off, each notification is tried for a day still.
 */
export function givenUpBefore({ since }: Streak, now: number): number | undefined {
  const before = now - TRIED_FOR;
  return since <= before ? before : undefined;
}
