/** Load on a server, from a separate process: it shares no event loop with the server or the measurement. */
import * as path from "node:path";
import { fileURLToPath } from "node:url";
import { runCommand } from "../../tests/support/process.ts";
import type { FigureSample } from "./ledger.ts";
import { type BenchServer, LOG } from "./bench_server.ts";
import type { Requests } from "./requests.ts";
import { percentile } from "./statistics.ts";

/** What to send. */
export interface Load extends Requests {
  readonly connections: number;
  /** The first ones that are sent before the clock starts. */
  readonly warmUp: number;
  /** How many after that, at most. */
  readonly count: number;
  /** No request begins later than this after the clock started. */
  readonly maxSeconds: number;
}

/** What the process that sends it is told. */
export interface LoadJob extends Load {
  readonly port: number;
  /** Process whose CPU time is looked at. */
  readonly pid: number;
}

export interface LoadResult {
  /** From the first request after the warm-up to the last answer. */
  readonly seconds: number;
  /** When the last answer had come, Unix milliseconds. */
  readonly endedAt: number;
  /** CPU that the server's process spent in that time, in seconds. */
  readonly cpuSeconds: number;
  /** Of each request in the order in which they were sent, in milliseconds. */
  readonly durations: readonly number[];
  /** The statuses from 400 up that were answered, the warm-up included. */
  readonly refusals: readonly number[];
}

const WORKER = fileURLToPath(new URL("load_worker.ts", import.meta.url));

/** Milliseconds: for the slowest answer and the warm-up, beyond the job's own limit. */
const GRACE = 60_000;

/**
 * Puts load on a server. The reference may fail under it: its database is locked for seconds then; that is said, and
 * such answers count for nothing.
 * @throws Error when ours refuses anything: the figures would be worth nothing
 */
export async function runLoad({ program, pid, folder }: BenchServer, load: Load): Promise<LoadResult> {
  const job: LoadJob = { ...load, port: program.port, pid };
  // Deno lets only programs with all rights look into /proc.
  const command = [Deno.execPath(), "run", "--allow-all", WORKER];
  const timeoutMs = load.maxSeconds * 1000 + GRACE;
  const { status, out, err } = await runCommand(command, { cwd: folder, input: JSON.stringify(job), timeoutMs });
  if (status !== 0) throw new Error(`the load generator failed: ${err}`);
  const result: LoadResult = JSON.parse(out);
  const [first] = result.refusals;
  if (first === undefined) return result;
  const report = `${program.name} answered ${first} to ${result.refusals.length} of its requests`;
  if (program.name === "ours") throw new Error(`${report}; its last words:\n${await lastWords(folder)}`);
  console.log(`${report}: those are not counted`);
  return result;
}

/** Answers that were of use in a second, what each cost, and how long it took. */
export function throughput({ durations, refusals, seconds, cpuSeconds }: LoadResult): FigureSample {
  const answered = durations.length - refusals.length;
  const latency = { p50: percentile(durations, 50), p99: percentile(durations, 99) };
  return { value: answered / seconds, cpuMs: cpuSeconds * 1000 / answered, latency };
}

async function lastWords(folder: string): Promise<string> {
  const log = await Deno.readTextFile(path.join(folder, LOG));
  return log.split("\n").slice(-12).join("\n");
}
