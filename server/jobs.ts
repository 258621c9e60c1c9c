/** What the server does by itself when its time has come: each job says when it is next due. */
import { setTimeout } from "node:timers/promises";
import { describeError } from "../core/errors.ts";
import { type Clock, wallClock } from "../core/host/clock.ts";

export interface Job {
  /** For the log. */
  readonly name: string;
  /** Does what is due at `now`, if anything. Answers when to look again, in Unix seconds. */
  run(now: number): Promise<number>;
}

export interface JobsOptions {
  readonly clock: Clock;
  /** Counts the time that passes, whatever the other clock is set to. */
  readonly uptime?: Clock;
  readonly warn: (message: string) => void;
  /** Ends the jobs. */
  readonly signal: AbortSignal;
}

const processUptime: Clock = wallClock({
  milliseconds: () => performance.now(),
  wait: (milliseconds, signal) => setTimeout(milliseconds, undefined, signal && { signal }),
});

/** A job that failed is tried again after this many seconds, doubled each time up to the second number. */
const RETRY = { first: 60, longest: 3600 };

/** No job is left alone for longer: cheap, and whatever the clock did, nothing is late by more. Seconds. */
const LONGEST_SLEEP = 3600;

/** Runs every job, side by side, until the signal. A failure is logged and retried, and holds up no other job. */
export async function runJobs(jobs: readonly Job[], options: JobsOptions): Promise<void> {
  await Promise.all(jobs.map((job) => runJob(job, options)));
}

async function runJob(job: Job, options: JobsOptions): Promise<void> {
  const { clock, warn, signal } = options;
  let retryAfter = RETRY.first;
  while (!signal.aborted) {
    const now = clock.now();
    let wakeAt: number;
    try {
      // At least a second, lest a job that is always due keeps the server from all else.
      wakeAt = Math.max(now + 1, Math.min(await job.run(now), now + LONGEST_SLEEP));
      retryAfter = RETRY.first;
    } catch (error) {
      warn(`${job.name} failed, next try in ${retryAfter} s: ${describeError(error)}`);
      wakeAt = now + retryAfter;
      retryAfter = Math.min(2 * retryAfter, RETRY.longest);
    }
    await sleepUntil(wakeAt, options);
  }
}

/**
 * Until the clock shows `time`, or as much time has passed as is missing now: a clock that is put right after it was a year
 * ahead must not keep the jobs asleep for that year. Ends without error at the signal.
 */
async function sleepUntil(time: number, { clock, uptime = processUptime, signal }: JobsOptions): Promise<void> {
  const awake = new AbortController();
  const end = AbortSignal.any([signal, awake.signal]);
  // One more, as both count whole seconds: the clock shows the time first unless it was set back.
  const latest = uptime.now() + time - clock.now() + 1;
  try {
    await Promise.race([clock.sleepUntil(time, end), uptime.sleepUntil(latest, end)]);
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    awake.abort();
  }
}
