/** One run of `deno test` in a copy of the source, and what came of it. */
import type { TestSelection } from "./mutation.ts";

/**
 * `passed` and `failed` are the test's own verdicts. `broken`: the program did not even load, or no test ran, which
 * says nothing. `hung`: it did not end in time, and was stopped.
 */
export type TestVerdict = "passed" | "failed" | "broken" | "hung";

export interface TestRun {
  readonly verdict: TestVerdict;
  readonly seconds: number;
  readonly output: string;
}

/** Seconds; the slowest test takes a sixth of that. */
const TIME_LIMIT = 240;

/** Runs the tests of a file in `folder`, unchecked: types are not what is looked for. */
export async function runTest(folder: string, { file, filter }: TestSelection): Promise<TestRun> {
  const args = ["test", "-A", "--no-check", "--no-prompt", file, ...(filter === undefined ? [] : ["--filter", filter])];
  const env = { NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1" };
  const start = performance.now();
  // A process group of its own: what hangs may have started others.
  const options = { args, cwd: folder, env, stdin: "null", stdout: "piped", stderr: "piped", detached: true } as const;
  const child = new Deno.Command(Deno.execPath(), options).spawn();
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    Deno.kill(-child.pid, "SIGKILL");
  }, TIME_LIMIT * 1000);
  const { code, stdout, stderr } = await child.output().finally(() => clearTimeout(timer));
  const output = `${new TextDecoder().decode(stdout)}${new TextDecoder().decode(stderr)}`;
  return { verdict: late ? "hung" : verdictOf(code, output), seconds: (performance.now() - start) / 1000, output };
}

/** What the exit status and the last line of `deno test` say together. */
export function verdictOf(status: number, output: string): TestVerdict {
  const summary = /^(?:ok|FAILED) \| (\d+) passed(?: \([^)]*\))? \| (\d+) failed/m.exec(output);
  const [, passed = "0", failed = "0"] = summary ?? [];
  if (status === 0) return Number(passed) > 0 ? "passed" : "broken";
  // A module that does not load counts as a failed test, but nothing of it was run.
  const loaded = /^running [1-9]\d* tests? from /m.test(output);
  return Number(failed) > 0 && loaded ? "failed" : "broken";
}
