/** Load on a server, from a process of its own: neither the server nor who measures shares an event loop with it. */
import { fileURLToPath } from "node:url";
import { runCommand } from "../../tests/support/process.ts";

/** What to send. */
export interface LoadJob {
  readonly port: number;
  /** Process whose CPU time is looked at. */
  readonly pid: number;
  readonly connections: number;
  /** Whole requests, ASCII; in turn, and from the beginning again. */
  readonly requests: readonly string[];
  /** The first ones that are sent before the clock starts. */
  readonly warmUp: number;
  /** How many after that, at most. */
  readonly count: number;
  /** No request begins later than this after the clock started. */
  readonly maxSeconds: number;
  /** The statuses that answers may have. */
  readonly expected: readonly number[];
}

export interface LoadResult {
  /** From the first request after the warm-up to the last answer. */
  readonly seconds: number;
  /** CPU that the server's process spent in that time, in seconds. */
  readonly cpuSeconds: number;
  /** Of each request in the order in which they were sent, in milliseconds. */
  readonly durations: readonly number[];
}

const WORKER = fileURLToPath(new URL("load_worker.ts", import.meta.url));

/** Milliseconds: for the slowest answer and the warm-up, beyond the job's own limit. */
const GRACE = 60_000;

/** @throws Error when an answer has another status than it should: the figures would be worth nothing */
export async function runLoad(job: LoadJob): Promise<LoadResult> {
  // Deno lets only programs with all rights look into /proc.
  const command = [Deno.execPath(), "run", "--allow-all", WORKER];
  const { status, out, err } = await runCommand(command, {
    cwd: ".",
    input: JSON.stringify(job),
    timeoutMs: job.maxSeconds * 1000 + GRACE,
  });
  if (status !== 0) throw new Error(`the load generator failed: ${err}`);
  return JSON.parse(out);
}
