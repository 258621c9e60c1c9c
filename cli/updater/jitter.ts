/** Spreads what many hosts do alike over time, the same way each time one host asks. Pure; times are Unix seconds. */

export const HOUR = 3600;
export const DAY = 86_400;

/** Nothing is tried again sooner, in seconds. */
export const SHORTEST_PAUSE = 60;

/** A renewal may come earlier than the threshold asks for by up to this part of it. */
const SPREAD = 0.25;

/** With the spread, this keeps a renewal in the second half of a certificate's life. */
const LARGEST_PART_OF_LIFE = 0.4;

/** A server's Retry-After counts for no longer than this. */
const LONGEST_RETRY_AFTER = DAY;

export interface Life {
  readonly notBefore: number;
  readonly notAfter: number;
}

/**
 * When to renew what lives as `life` says: `threshold` seconds before its end, and up to a quarter of that earlier, as
 * the host's `seed` has it. Never in the first half of its life, whatever the threshold: else it would be renewed
 * without end.
 */
export function renewalTime({ notBefore, notAfter }: Life, threshold: number, seed: string): number {
  const lead = Math.min(threshold, LARGEST_PART_OF_LIFE * (notAfter - notBefore));
  return Math.ceil(notAfter - lead * (1 + SPREAD * fraction(seed, "renewal")));
}

export interface Failing {
  /** How often in a row. */
  readonly failures: number;
  readonly lastTry: number;
  /** The server asked not to be asked again before; null when it did not. */
  readonly notBefore: number | null;
}

export interface Patience {
  readonly seed: string;
  /** Seconds after the first failure, at most: half of it at least. Two minutes unless given. */
  readonly first?: number;
  /** Seconds between two tries, at most. */
  readonly longest: number;
  /** When it is too late; nothing that fails waits for more than a tenth of what is left. */
  readonly deadline: number;
}

/**
 * When to try again after a failure: after `first`, twice that each time, with jitter; never sooner than a minute.
 * A Retry-After is waited for, as long as half of what is left until the deadline remains.
 */
export function retryTime({ failures, lastTry, notBefore }: Failing, patience: Patience): number {
  const { seed, first = 2 * SHORTEST_PAUSE, longest, deadline } = patience;
  const left = deadline - lastTry;
  const pause = Math.min(first * 2 ** Math.min(failures - 1, 30), longest, left / 10);
  const jittered = pause * (1 + fraction(seed, `failure ${failures}`)) / 2;
  const asked = Math.min((notBefore ?? lastTry) - lastTry, LONGEST_RETRY_AFTER, left / 2);
  return lastTry + Math.ceil(Math.max(SHORTEST_PAUSE, jittered, asked));
}

/**
 * A number from 0 to 1 (exclusive) that looks random and is the same for the same `seed` and `purpose` (FNV-1a, mixed).
 */
export function fraction(seed: string, purpose: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(`${seed}/${purpose}`)) hash = Math.imul(hash ^ byte, 0x01000193);
  // FNV alone leaves similar texts close to one another in the upper bits.
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
