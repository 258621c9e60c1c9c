import assert from "node:assert/strict";
import { CaucaseError } from "../core/errors.ts";
import { ManualClock } from "../core/host/clock.ts";
import { NOW } from "../tests/support/issuing.ts";
import { recordedLog } from "../tests/support/recorded_log.ts";
import { type Job, JobReports, runJobs } from "./jobs.ts";

/** Jobs that run on clocks of the test's until the block ends. */
class RunningJobs implements AsyncDisposable {
  readonly clock = new ManualClock(NOW);
  readonly warnings: string[] = [];
  readonly reports = new JobReports();
  readonly #stopping = new AbortController();
  readonly finished: Promise<void>;

  constructor(...jobs: Job[]) {
    const log = recordedLog(this.warnings);
    this.finished = runJobs(jobs, { clock: this.clock, log, reports: this.reports, signal: this.#stopping.signal });
  }

  stop(): Promise<void> {
    this.#stopping.abort();
    return this.finished;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

/** A job that writes down when it ran, in seconds after `NOW`, and answers or throws what `outcome` says. */
function recorded(name: string, outcome: (now: number) => number | Error): Job & { readonly runs: number[] } {
  const runs: number[] = [];
  return {
    name,
    runs,
    run(now) {
      runs.push(now - NOW);
      const result = outcome(now);
      return result instanceof Error ? Promise.reject(result) : Promise.resolve(result);
    },
  };
}

Deno.test("runJobs() runs every job at once and then when it said", async () => {
  const minutely = recorded("minutely", (now) => now + 60);
  const sooner = recorded("sooner", (now) => now + 25);
  await using bench = new RunningJobs(minutely, sooner);
  await bench.clock.advance(120);
  assert.deepEqual(minutely.runs, [0, 60, 120]);
  assert.deepEqual(sooner.runs, [0, 25, 50, 75, 100]);
});

Deno.test("runJobs() looks again within the hour when nothing is due for long", async () => {
  const yearly = recorded("yearly", (now) => now + 365 * 86_400);
  await using bench = new RunningJobs(yearly);
  await bench.clock.advance(2 * 3600);
  assert.deepEqual(yearly.runs, [0, 3600, 7200]);
});

Deno.test("runJobs() lets a second pass when a job is always due", async () => {
  const always = recorded("always", (now) => now - 1000);
  await using bench = new RunningJobs(always);
  await bench.clock.advance(3);
  assert.deepEqual(always.runs, [0, 1, 2, 3]);
});

Deno.test("runJobs() tries a job that failed after 60 s, then after twice as long each time, at most an hour", async () => {
  const failing = recorded("CRL of cas", () => new CaucaseError("storage", "disk is full", { hint: "make room" }));
  await using bench = new RunningJobs(failing);
  await bench.clock.advance(60 * (1 + 2 + 4 + 8 + 16 + 32 + 60 + 60));
  assert.deepEqual(failing.runs, [0, 1, 3, 7, 15, 31, 63, 123, 183].map((minutes) => minutes * 60));
  assert.equal(bench.warnings[0], "CRL of cas failed, next try in 60 s: disk is full (make room)");
  const waits = bench.warnings.map((line) => Number(/in (\d+) s/.exec(line)?.[1]));
  assert.deepEqual(waits, [60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]);
});

Deno.test("runJobs() begins with 60 s again when a job failed after it had succeeded", async () => {
  const outcomes = [new Error("1"), new Error("2"), NOW + 1000, new Error("3"), NOW + 9999];
  const moody = recorded("moody", () => outcomes.shift() ?? NOW + 9999);
  await using bench = new RunningJobs(moody);
  await bench.clock.advance(1060);
  assert.deepEqual(moody.runs, [0, 60, 180, 1000, 1060]);
  assert.equal(bench.warnings.length, 3);
});

Deno.test("runJobs() reports of each job when it last succeeded and failed, and the failure until it is over", async () => {
  const failure = new Error("full");
  const outcomes = [NOW + 10, failure, NOW + 9999];
  const moody = recorded("moody", () => outcomes.shift() ?? NOW + 9999);
  await using bench = new RunningJobs(moody, recorded("good", (now) => now + 60));
  await bench.clock.advance(10);
  assert.deepEqual(bench.reports.list(), [
    { name: "moody", lastSuccess: NOW, lastFailure: NOW + 10, error: failure },
    { name: "good", lastSuccess: NOW, lastFailure: undefined, error: undefined },
  ]);
  await bench.clock.advance(60);
  assert.deepEqual(bench.reports.list(), [
    { name: "moody", lastSuccess: NOW + 70, lastFailure: NOW + 10, error: undefined },
    { name: "good", lastSuccess: NOW + 60, lastFailure: undefined, error: undefined },
  ]);
});

Deno.test("runJobs() lets no job wait for another that fails or hangs", async () => {
  const hanging: Job = { name: "hanging", run: () => hung.promise };
  const hung = Promise.withResolvers<number>();
  const throwing: Job = {
    name: "throwing",
    run: () => {
      throw new TypeError("at once, not as a promise");
    },
  };
  const healthy = recorded("healthy", (now) => now + 10);
  await using bench = new RunningJobs(hanging, throwing, healthy);
  await bench.clock.advance(20);
  hung.resolve(NOW);
  assert.deepEqual(healthy.runs, [0, 10, 20]);
  // A fault of ours comes with its stack.
  assert.match(
    bench.warnings.join(),
    /^throwing failed, next try in 60 s: at once, not as a promise\nTypeError: at once, not as a promise\n +at /,
  );
});

Deno.test("runJobs() sees a jump forward of the clock at once", async () => {
  const job = recorded("job", (now) => now + 3600);
  await using bench = new RunningJobs(job);
  await bench.clock.advance(0);
  bench.clock.set(NOW + 86_400);
  await bench.clock.advance(0);
  assert.deepEqual(job.runs, [0, 86_400]);
});

Deno.test("runJobs() looks again when the clock is set back: what was due may lie years ahead", async () => {
  const job = recorded("job", (now) => now + 3600);
  await using bench = new RunningJobs(job);
  await bench.clock.advance(0);
  bench.clock.set(NOW - 86_400);
  await bench.clock.advance(3600);
  assert.deepEqual(job.runs, [0, -86_400, 3600 - 86_400]);
  assert.equal(bench.clock.sleepers, 1);
});

Deno.test("runJobs() looks again when the clock is set back while a job runs", async () => {
  const runs: number[] = [];
  const began = Promise.withResolvers<void>();
  const work = Promise.withResolvers<void>();
  await using bench = new RunningJobs({
    name: "slow",
    async run(now) {
      runs.push(now - NOW);
      began.resolve();
      await work.promise;
      return now + 3600;
    },
  });
  await began.promise;
  bench.clock.set(NOW - 86_400);
  work.resolve();
  await bench.clock.advance(0);
  assert.deepEqual(runs, [0, -86_400]);
});

Deno.test("runJobs() ends at the signal, after the run that is under way", async () => {
  const begun = Promise.withResolvers<void>();
  const work = Promise.withResolvers<number>();
  const asleep = recorded("asleep", (now) => now + 60);
  const bench = new RunningJobs(asleep, {
    name: "busy",
    run: () => {
      begun.resolve();
      return work.promise;
    },
  });
  await begun.promise;
  let ended = false;
  const stopped = bench.stop().then(() => ended = true);
  await bench.clock.advance(60);
  assert.equal(ended, false, "the busy job is let finish");
  work.resolve(NOW);
  await stopped;
  assert.deepEqual(asleep.runs, [0]);
  assert.deepEqual(bench.warnings, []);
});
