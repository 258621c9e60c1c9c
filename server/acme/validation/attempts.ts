/** A challenge is tried again for a while: hosts start, records spread. */
import type { Clock } from "../../../core/host/clock.ts";
import { failed, FailedAttempt, type ValidationFailure } from "./failure.ts";
import { TimeIsUp, withTimeLimit } from "./time_limit.ts";

/** Seconds for one attempt, look-ups, redirects and body included. */
export const ATTEMPT_SECONDS = 10;

/** Seconds after the first attempt's begin by which the last one begins: so all of it ends within half a minute. */
const LAST_BEGIN = 20;

/** Seconds between one attempt's end and the next one's begin; there are no more attempts, whatever the clock does. */
const PAUSES: readonly number[] = [1, 2, 4, 8, 8];

/**
 * Tries until an attempt succeeds, fails for good, or half a minute is over. The begins are 0, 1, 3, 7, 15 and 20
 * seconds after the first, unless attempts take longer.
 * @returns the last attempt's failure; undefined for success
 * @throws the reason of `signal` when that is aborted, and what is no failure of the challenge
 */
export async function tryAgain(
  attempt: (signal: AbortSignal) => Promise<void>,
  clock: Clock,
  signal: AbortSignal,
): Promise<ValidationFailure | undefined> {
  const last = clock.now() + LAST_BEGIN;
  for (let count = 0;; count++) {
    const failure = await outcomeOf(attempt, clock, signal);
    if (failure === undefined) return undefined;
    const now = clock.now();
    const pause = PAUSES[count];
    if (!failure.again || pause === undefined || now >= last) return failure.failure;
    await clock.sleepUntil(Math.min(now + pause, last), signal);
  }
}

async function outcomeOf(
  attempt: (signal: AbortSignal) => Promise<void>,
  clock: Clock,
  signal: AbortSignal,
): Promise<FailedAttempt | undefined> {
  try {
    await withTimeLimit({ clock, seconds: ATTEMPT_SECONDS, signal }, attempt);
    return undefined;
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof FailedAttempt) return error;
    if (error instanceof TimeIsUp) return failed("connection", `no answer in ${error.seconds} s`);
    throw error;
  }
}
