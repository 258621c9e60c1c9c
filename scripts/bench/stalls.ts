/** How long others wait: a process of its own asks for something small all the time, and tells its longest wait. */
import { fileURLToPath } from "node:url";
import { RunningProcess } from "../../tests/support/process.ts";
import type { BenchServer } from "./bench_server.ts";
import { readRequest } from "./requests.ts";

/** What the process is told. */
export interface ProbeJob {
  readonly port: number;
  readonly request: string;
  /** Milliseconds from one request to the next one; a late answer delays the next request. */
  readonly interval: number;
  /** Requests that do not count: both sides compile what they run often. */
  readonly warmUp: number;
}

export interface ProbeResult {
  /** Milliseconds. */
  readonly longest: number;
  readonly count: number;
}

/** What the process writes once its warm-up is over. */
export const READY = "ready";

const JOB = { interval: 2, warmUp: 200 };
const WORKER = fileURLToPath(new URL("probe_worker.ts", import.meta.url));

/** Milliseconds of the longest wait for the CA certificate while `action` runs, over a connection of its own. */
export async function longestWait({ program, folder }: BenchServer, action: () => Promise<void>): Promise<number> {
  const { port, caCertificate } = program;
  const job: ProbeJob = { ...JOB, port, request: readRequest(port, caCertificate) };
  const command = [Deno.execPath(), "run", "--allow-all", WORKER];
  await using probe = new RunningProcess(command, { cwd: folder }, JSON.stringify(job));
  await probe.waitFor(READY);
  await action();
  const { status, out, err } = await probe.stop("SIGTERM");
  if (status !== 0) throw new Error(`the probe failed: ${err}`);
  const { longest }: ProbeResult = JSON.parse(out.slice(out.indexOf(READY) + READY.length));
  return longest;
}
