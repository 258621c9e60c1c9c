/** Work that may not take longer than it should, by a clock that tests can turn. */
import type { Clock } from "../../../core/host/clock.ts";

/** The reason of a signal whose time was up. */
export class TimeIsUp extends Error {
  override readonly name = "TimeIsUp";

  constructor(readonly seconds: number) {
    super(`no end after ${seconds} s`);
  }
}

export interface TimeLimit {
  readonly clock: Clock;
  readonly seconds: number;
  /** Aborted from outside, the work ends too. */
  readonly signal: AbortSignal;
}

/**
 * What `work` gives. It gets a signal that is aborted with `TimeIsUp` after some seconds, and with the reason of
 * `signal` when that is aborted; then this rejects at once, also where `work` does not listen.
 */
export async function withTimeLimit<T>(limit: TimeLimit, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const { clock, seconds, signal } = limit;
  signal.throwIfAborted();
  const ending = new AbortController();
  const both = AbortSignal.any([signal, ending.signal]);
  // It counts whole seconds: one more, so that nobody gets less than was promised.
  const end = clock.now() + seconds + 1;
  const watch = async () => {
    // A clock that was set back by much ends it early: better than to wait for what may be years.
    await clock.sleepUntil(end, both);
    ending.abort(new TimeIsUp(seconds));
  };
  const watching = watch().catch(() => {});
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(both.reason);
  both.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([work(both), aborted.promise]);
  } finally {
    both.removeEventListener("abort", abort);
    ending.abort(new Error("done"));
    await watching;
  }
}
