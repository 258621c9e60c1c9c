/** A caucase server as a process of its own, on ports of 127.0.0.1, with all its files in one folder. */
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { CaucaseError } from "../../core/errors.ts";
import { PERMISSIONS } from "../../scripts/compile/permissions.ts";
import { requireClientCertificateSupport } from "../../server/tls/runtime_check.ts";
import { freePortPair } from "./ports.ts";
import { type Outcome, runCommand, RunningProcess } from "./process.ts";

/** Our program from source, up to the subcommand, with the permissions that executables have. */
export const FROM_SOURCE: readonly string[] = [
  Deno.execPath(),
  "run",
  ...PERMISSIONS,
  fileURLToPath(new URL("../../main.ts", import.meta.url)),
];

/** The executable under test, where `CAUCASE_PROGRAM` names one. */
export const EXECUTABLE = executableUnderTest();

/** The program under test, up to the subcommand. */
export const OUR_PROGRAM: readonly string[] = EXECUTABLE === undefined ? FROM_SOURCE : [EXECUTABLE];

/** @throws Error when the variable names no file: whoever sets it means it */
function executableUnderTest(): string | undefined {
  const named = Deno.env.get("CAUCASE_PROGRAM");
  if (named === undefined) return undefined;
  if (!Deno.statSync(named).isFile) throw new Error(`CAUCASE_PROGRAM is set, but ${named} is no file`);
  return resolve(named);
}

/**
 * Whether the runtime of the program under test can do what `serve` needs: that of an executable may be older than
 * this one.
 */
export async function canServe(): Promise<boolean> {
  const { out } = await runCommand([...OUR_PROGRAM, "--version"], { cwd: "." });
  try {
    requireClientCertificateSupport(/Deno ([0-9.]+)/.exec(out)?.[1]);
    return true;
  } catch (error) {
    if (error instanceof CaucaseError && error.code === "unsupported-runtime") return false;
    throw error;
  }
}

export interface ServerSettings {
  /** Where database, keys and logs live: the working folder of the process. */
  readonly folder: string;
  /** The command line up to the options; `main.ts serve` from source unless given. */
  readonly command?: readonly string[];
  /** More options than `--netloc`, `--base-port` and `--bind`. */
  readonly options?: readonly string[];
  /** HTTP port; HTTPS is the next one. Free ones unless given. */
  readonly port?: number;
}

/** Starts a server and waits until it listens. `await using` kills it when the block ends. */
export async function startServer(settings: ServerSettings): Promise<ServerProcess> {
  const port = settings.port ?? freePortPair();
  const process = new RunningProcess(commandLine(settings, port), { cwd: settings.folder });
  try {
    await process.waitFor("Listening on");
    for (const listening of [port, port + 1]) await reachable(listening, process);
  } catch (error) {
    await process[Symbol.asyncDispose]();
    throw error;
  }
  return new ServerProcess({ ...settings, port }, process);
}

/** The reference says that it listens a moment before it does. */
async function reachable(port: number, process: RunningProcess): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    try {
      return (await Deno.connect({ hostname: "127.0.0.1", port })).close();
    } catch (error) {
      if (!(error instanceof Deno.errors.ConnectionRefused)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  throw new Error(`nothing listens on 127.0.0.1:${port}\n${process.written.out}${process.written.err}`);
}

function commandLine(settings: ServerSettings, port: number): readonly string[] {
  const { command = [...FROM_SOURCE, "serve"], options = [] } = settings;
  return [...command, "--netloc", `localhost:${port}`, "--base-port", `${port}`, "--bind", "127.0.0.1", ...options];
}

export class ServerProcess implements AsyncDisposable {
  /** Base URL for clients: plain HTTP. */
  readonly url: string;
  readonly httpsUrl: string;

  constructor(readonly settings: ServerSettings & { readonly port: number }, readonly process: RunningProcess) {
    this.url = `http://localhost:${settings.port}`;
    this.httpsUrl = `https://localhost:${settings.port + 1}`;
  }

  get folder(): string {
    return this.settings.folder;
  }

  get port(): number {
    return this.settings.port;
  }

  /** Ends it as a service manager would, and tells how it ended. */
  stop(): Promise<Outcome> {
    return this.process.stop("SIGTERM");
  }

  /** Ends it as a power cut would: nothing of it runs any more when this resolves. */
  kill(): Promise<Outcome> {
    return this.process.stop("SIGKILL");
  }

  /** Starts it anew with the same files and ports; the old one must have ended. */
  restart(): Promise<ServerProcess> {
    return startServer(this.settings);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.process[Symbol.asyncDispose]();
  }
}
