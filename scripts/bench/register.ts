/** The register: what its index takes where there are many certificates, and how long questions take. */
import { fileURLToPath } from "node:url";
import { runCommand } from "../../tests/support/process.ts";
import type { BenchContext } from "./bench_context.ts";
import type { Budget } from "./budget.ts";
import type { Figure, FigureSample } from "./ledger.ts";

/** What the process is told. */
export interface RegisterJob {
  /** An empty folder for the database. */
  readonly folder: string;
  readonly certificates: number;
  /** How often each question is asked. */
  readonly rounds: number;
}

/** What a process found: names of what it did, in order. CPU in seconds, times in milliseconds, memory in megabytes. */
export interface RegisterResult {
  readonly segments: { readonly cpu: number; readonly wait: number };
  readonly loading: { readonly cpu: number; readonly wait: number; readonly memory: number };
  readonly questions: readonly { readonly name: string; readonly ms: number; readonly cpuMs: number }[];
}

const WORKER = fileURLToPath(new URL("register_worker.ts", import.meta.url));

/** Milliseconds: a million certificates are written and read in two minutes. */
const TIMEOUT = 900_000;

/** For each question, of a page of a hundred and of the largest one, and for what others wait meanwhile. */
const QUESTION_LIMIT = 50;
const WAIT_LIMIT = 20;
/** CPU seconds that whoever asks first waits for. */
const LOADING_LIMIT = 2;

/** With as many certificates as the last of the scale's. */
export async function measureRegister({ scale, ledger }: BenchContext): Promise<void> {
  const certificates = scale.stored.at(-1) ?? 0;
  if (certificates === 0) return;
  const folder = await Deno.makeTempDir({ prefix: "caucase-bench-register-" });
  try {
    const { segments, loading, questions } = await inWorker({ folder, certificates, rounds: scale.starts.ours });
    const add = (name: string, figure: Omit<Figure, "name" | "better">, sample: FigureSample) =>
      ledger.add({ name: `register of ${certificates}: ${name}`, better: "less", ...figure }, "ours", sample);
    const wait = { unit: "ms", budget: atMost(WAIT_LIMIT) };
    add("all segments made", { unit: "s CPU" }, { value: segments.cpu });
    add("others wait while they are", wait, { value: segments.wait });
    add("index loaded", { unit: "s CPU", budget: atMost(LOADING_LIMIT) }, { value: loading.cpu });
    add("others wait while it is", wait, { value: loading.wait });
    add("memory with the index", { unit: "MB" }, { value: loading.memory });
    for (const { name, ms, cpuMs } of questions) {
      add(name, { unit: "ms", budget: atMost(QUESTION_LIMIT) }, { value: ms, cpuMs });
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function atMost(limit: number): Budget {
  return { kind: "absolute", limit };
}

async function inWorker(job: RegisterJob): Promise<RegisterResult> {
  const command = [Deno.execPath(), "run", "--allow-all", WORKER];
  const run = (step: string) =>
    runCommand([...command, step], { cwd: job.folder, input: JSON.stringify(job), timeoutMs: TIMEOUT });
  const results: Partial<RegisterResult>[] = [];
  // Each in a process of its own, as if the server had been started anew.
  for (const step of ["seed", "segments", "questions"]) {
    const { status, out, err } = await run(step);
    if (status !== 0) throw new Error(`the register could not be measured: ${err}`);
    results.push(JSON.parse(out));
  }
  return Object.assign({}, ...results);
}
