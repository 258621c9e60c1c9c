/** The server that is soaked: a separate process with all its files in one folder. */
import { freePortPair } from "../../tests/support/ports.ts";
import { OUR_PROGRAM, type ServerProcess, startServer } from "../../tests/support/server_process.ts";
import { HeapProbe } from "./heap.ts";

export const DATABASE = "caucase.sqlite";
export const ACCESS_LOG = "access.log";

/** Few enough pending requests that a flood meets the limit. */
const OPTIONS = ["--db", DATABASE, "--user-max-csr", "50", "--service-max-csr", "200"];

export interface SoakServer {
  readonly process: ServerProcess;
  /** Undefined for a compiled program, which has no inspector. */
  readonly heap: HeapProbe | undefined;
}

/**
 * Starts it: from source, or the compiled program that `CAUCASE_PROGRAM` names. Its access log goes into a file, as it
 * would fill this process's memory.
 */
export async function startSoakServer(folder: string): Promise<SoakServer> {
  const compiled = Deno.env.get("CAUCASE_PROGRAM");
  const inspector = freePortPair();
  const program = compiled === undefined ? inspected(inspector) : [compiled];
  const command = ["sh", "-c", `exec "$@" >${ACCESS_LOG}`, "sh", ...program, "serve"];
  const process = await startServer({ folder, command, options: OPTIONS });
  try {
    return { process, heap: compiled === undefined ? await HeapProbe.connect(inspector) : undefined };
  } catch (error) {
    await process[Symbol.asyncDispose]();
    throw error;
  }
}

function inspected(port: number): readonly string[] {
  const [deno = "", run = "", ...rest] = OUR_PROGRAM;
  return [deno, run, `--inspect=127.0.0.1:${port}`, ...rest];
}
