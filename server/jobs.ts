/** What the server does by itself when its time has come: each job says when it is next due. */
import type { Clock } from "../core/host/clock.ts";
import { type Log, timeText } from "../core/log.ts";

export interface Job {
  /** For the log. */
  readonly name: string;
  /** Looks every few seconds: that it did is not worth a line in the log. */
  readonly isFrequent?: boolean;
  /** Does what is due at `now`, if anything. Answers when to look again, in Unix seconds. */
  run(now: number): Promise<number>;
}

/** What became of a job's runs so far. Times are Unix seconds. */
export interface JobReport {
  readonly name: string;
  /** When the last run that succeeded began; undefined where none has. */
  readonly lastSuccess: number | undefined;
  readonly lastFailure: number | undefined;
  /** How many runs failed. */
  readonly failures: number;
  /** What the last run failed with; undefined when it succeeded. */
  readonly error: unknown;
}

/** Where jobs write down what became of their runs, for those who ask. */
export class JobReports {
  readonly #reports = new Map<string, JobReport>();

  /** In the order of the jobs' first runs. */
  list(): readonly JobReport[] {
    return [...this.#reports.values()];
  }

  succeeded(name: string, at: number): void {
    this.#reports.set(name, { ...this.#of(name), lastSuccess: at, error: undefined });
  }

  failed(name: string, at: number, error: unknown): void {
    const before = this.#of(name);
    this.#reports.set(name, { ...before, lastFailure: at, failures: before.failures + 1, error });
  }

  #of(name: string): JobReport {
    const none = { name, lastSuccess: undefined, lastFailure: undefined, failures: 0, error: undefined };
    return this.#reports.get(name) ?? none;
  }
}

export interface JobsOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly reports?: JobReports;
  /** Ends the jobs. */
  readonly signal: AbortSignal;
}

/** A job that failed is tried again after this many seconds, doubled each time up to the second number. */
const RETRY = { first: 60, longest: 3600 };

/** No job is left alone for longer: cheap, and whatever the clock did, nothing is late by more. Seconds. */
const LONGEST_SLEEP = 3600;

/** A clock that went back by more than this while a job ran was wrong before, seconds. */
const SET_BACK = 60;

/** Runs every job, side by side, until the signal. A failure is logged and retried, and holds up no other job. */
export async function runJobs(jobs: readonly Job[], options: JobsOptions): Promise<void> {
  await Promise.all(jobs.map((job) => runJob(job, options)));
}

async function runJob(job: Job, { clock, log, reports, signal }: JobsOptions): Promise<void> {
  let retryAfter = RETRY.first;
  while (!signal.aborted) {
    const now = clock.now();
    let wakeAt: number;
    try {
      // At least a second, lest a job that is always due keeps the server from all else.
      wakeAt = Math.max(now + 1, Math.min(await job.run(now), now + LONGEST_SLEEP));
      retryAfter = RETRY.first;
      reports?.succeeded(job.name, now);
      if (!job.isFrequent) log.debug("job.done", { job: job.name, due: timeText(wakeAt) });
    } catch (error) {
      reports?.failed(job.name, now, error);
      log.warning("job.failed", { job: job.name, retryAfter, error });
      wakeAt = now + retryAfter;
      retryAfter = Math.min(2 * retryAfter, RETRY.longest);
    }
    // A sleep until a time that a wrong clock led to would last for years.
    if (clock.now() < now - SET_BACK) continue;
    try {
      await clock.sleepUntil(wakeAt, signal);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }
}
