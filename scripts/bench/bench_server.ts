/** A server that runs, and is measured. */
import * as path from "node:path";
import { RunningProcess } from "../../tests/support/process.ts";
import { HttpClient } from "./http_client.ts";
import type { Program } from "./program.ts";
import { readRequest } from "./requests.ts";

export interface BenchServer extends AsyncDisposable {
  readonly program: Program;
  readonly pid: number;
  /** Its working folder. */
  readonly folder: string;
  /** When its process was started, as `performance.now()` counts. */
  readonly startedAt: number;
  /** From the start of the process to the first answer, in milliseconds. */
  readonly startMs: number;
}

/** What a server writes. */
export const LOG = "server.log";

/** Milliseconds: between two attempts to reach a server that starts, and in all. */
const RETRY = 2;
const START_LIMIT = 60_000;

/**
 * Starts a server on the files of `folder` and waits for its first answer. Its output, the access log included, goes
 * into a file there. It is stopped when the block ends that holds it.
 */
export async function startProgram(program: Program, folder: string): Promise<BenchServer> {
  await removeEmptyFiles(folder);
  const startedAt = performance.now();
  const process = new RunningProcess(["sh", "-c", `exec "$@" >${LOG} 2>&1`, "sh", ...program.command], {
    cwd: folder,
    // step-ca looks there for more than it is told.
    env: { STEPPATH: folder },
  });
  try {
    await untilAnswered(program, process);
  } catch (cause) {
    await process[Symbol.asyncDispose]();
    throw new Error(`${program.name} does not start:\n${await Deno.readTextFile(path.join(folder, LOG))}`, { cause });
  }
  return {
    ...{ program, pid: process.pid, folder, startedAt, startMs: performance.now() - startedAt },
    [Symbol.asyncDispose]: async () => void await process.stop("SIGTERM"),
  };
}

/** The reference leaves an empty file for its CORS keys, and does not start again while it is there. */
async function removeEmptyFiles(folder: string): Promise<void> {
  for await (const { name, isFile } of Deno.readDir(folder)) {
    const file = path.join(folder, name);
    if (isFile && (await Deno.stat(file)).size === 0) await Deno.remove(file);
  }
}

async function untilAnswered(program: Program, process: RunningProcess): Promise<void> {
  const ended = process.ended.then(() => true);
  for (const start = performance.now(); performance.now() - start < START_LIMIT;) {
    if (await isAnswered(program)) return;
    const hasEnded = await Promise.race([ended, new Promise<false>((resolve) => setTimeout(resolve, RETRY, false))]);
    if (hasEnded) throw new Error("the process ended");
  }
  throw new Error(`no answer within ${START_LIMIT} ms`);
}

async function isAnswered({ port, caCertificate, tls }: Program): Promise<boolean> {
  using client = new HttpClient(port, tls);
  try {
    return (await client.send(new TextEncoder().encode(readRequest(port, caCertificate)))).status === 200;
  } catch (error) {
    if (error instanceof Deno.errors.ConnectionRefused) return false;
    throw error;
  }
}
