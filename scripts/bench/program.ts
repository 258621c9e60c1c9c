/** The two servers that are measured, and one of them running. */
import * as path from "node:path";
import { freePortPair } from "../../tests/support/ports.ts";
import { referenceFolder } from "../../tests/support/requirements.ts";
import { RunningProcess } from "../../tests/support/process.ts";
import { FROM_SOURCE } from "../../tests/support/server_process.ts";
import { HttpClient } from "./http_client.ts";
import type { ProgramName } from "./ledger.ts";
import { readRequest } from "./requests.ts";

export interface Program {
  readonly name: ProgramName;
  /** Its command line up to the options. */
  readonly command: readonly string[];
  /** HTTP port; HTTPS is the next one. */
  readonly port: number;
}

/** Ours, and the reference where it is installed. */
export function programs(): readonly Program[] {
  const folder = referenceFolder();
  const ours: Program = { name: "ours", command: [...FROM_SOURCE, "serve"], port: freePortPair() };
  if (folder === undefined) return [ours];
  return [ours, { name: "reference", command: [`${folder}/caucased`], port: freePortPair() }];
}

export interface BenchServer extends AsyncDisposable {
  readonly program: Program;
  readonly pid: number;
  /** Its working folder. */
  readonly folder: string;
  /** From the start of the process to the first answer, in milliseconds. */
  readonly startMs: number;
}

export const DATABASE = "caucase.sqlite";
/** What a server writes. */
export const LOG = "server.log";

/** Everything is signed unasked, and no number of requests is too large. */
const OPTIONS = ["--bind", "127.0.0.1", "--service-auto-approve-count", "100000000", "--service-max-csr", "100000000"];

/** Milliseconds: between two attempts to reach a server that starts, and in all. */
const RETRY = 2;
const START_LIMIT = 60_000;

/**
 * Starts a server on the files of `folder` and waits for its first answer. Its output, the access log included, goes
 * into a file there. It is stopped when the block ends that holds it.
 */
export async function startProgram(program: Program, folder: string): Promise<BenchServer> {
  await removeEmptyFiles(folder);
  const { port } = program;
  const command = [...program.command, "--netloc", `localhost:${port}`, "--base-port", `${port}`, ...OPTIONS];
  const start = performance.now();
  const process = new RunningProcess(["sh", "-c", `exec "$@" >${LOG} 2>&1`, "sh", ...command], { cwd: folder });
  try {
    await untilAnswered(port, process);
  } catch (cause) {
    await process[Symbol.asyncDispose]();
    throw new Error(`${program.name} does not start:\n${await Deno.readTextFile(path.join(folder, LOG))}`, { cause });
  }
  const startMs = performance.now() - start;
  return {
    program,
    pid: process.pid,
    folder,
    startMs,
    [Symbol.asyncDispose]: async () => void await process.stop("SIGTERM"),
  };
}

/** The reference leaves an empty file for its CORS keys, and does not start again while it is there. */
async function removeEmptyFiles(folder: string): Promise<void> {
  for await (const { name } of Deno.readDir(folder)) {
    const file = path.join(folder, name);
    if ((await Deno.stat(file)).size === 0) await Deno.remove(file);
  }
}

async function untilAnswered(port: number, process: RunningProcess): Promise<void> {
  const request = new TextEncoder().encode(readRequest(port, "/cas/crt/ca.crt.pem"));
  const ended = process.ended.then(() => true);
  for (const start = performance.now(); performance.now() - start < START_LIMIT;) {
    if (await isAnswered(port, request)) return;
    const hasEnded = await Promise.race([ended, new Promise<false>((resolve) => setTimeout(resolve, RETRY, false))]);
    if (hasEnded) throw new Error("the process ended");
  }
  throw new Error(`no answer within ${START_LIMIT} ms`);
}

async function isAnswered(port: number, request: Uint8Array): Promise<boolean> {
  using client = new HttpClient(port);
  try {
    return await client.send(request) === 200;
  } catch (error) {
    if (error instanceof Deno.errors.ConnectionRefused) return false;
    throw error;
  }
}
