/** The compiled program for tests: what there is to know of it, and how it is run as by somebody who has no Deno. */
import * as path from "node:path";
import { type Outcome, runCommand } from "../support/process.ts";
import { canServe, EXECUTABLE } from "../support/server_process.ts";
import { tempFolder } from "../support/temp_folder.ts";

let announced = false;

/** Whether the executable under test, if any, has a runtime that can do what `serve` needs. */
const SERVES = EXECUTABLE !== undefined && await canServe();
const UNCHECKED = Deno.env.get("CAUCASE_UNCHECKED_PROGRAM");

/** The executable under test, or undefined after saying that there is none. */
export function compiledProgram(): string | undefined {
  if (EXECUTABLE === undefined && !announced) {
    announced = true;
    console.log("left out: no compiled program (deno task compile, and set CAUCASE_PROGRAM to the file it made)");
  }
  return EXECUTABLE;
}

/** A test that is left out without a compiled program. */
export function compiledTest(name: string, fn: (program: string) => Promise<void>): void {
  const program = compiledProgram();
  Deno.test({ name, ignore: program === undefined, fn: () => fn(program ?? "") });
}

/** An executable whose `serve` works. */
export interface ServingProgram {
  readonly program: string;
  /**
   * It was made for tests, as its runtime is old: it asks nobody for a certificate, and a listener keeps its own to the
   * end.
   */
  readonly unchecked: boolean;
}

/**
 * A test with an executable that serves: the one under test, or where its runtime is too old the one that
 * unchecked/compile.ts made and `CAUCASE_UNCHECKED_PROGRAM` names. Left out without either.
 */
export function servingTest(
  name: string,
  fn: (serving: ServingProgram, test: Deno.TestContext) => Promise<void>,
): void {
  const program = SERVES ? compiledProgram() : UNCHECKED;
  if (program === undefined) {
    console.log("left out: no executable that serves (see tests/compiled/unchecked/compile.ts)");
  }
  const serving = { program: path.resolve(program ?? ""), unchecked: !SERVES };
  Deno.test({ name, ignore: program === undefined, fn: (test) => fn(serving, test) });
}

/** `PATH` without the folders that hold a Deno. */
export function withoutDeno(folders: string): string {
  const holdsDeno = (folder: string) => {
    try {
      return Deno.statSync(path.join(folder, "deno")).isFile;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return false;
      throw error;
    }
  };
  return folders.split(path.delimiter).filter((folder) => folder !== "" && !holdsDeno(folder)).join(path.delimiter);
}

export interface Bare extends Outcome {
  /**
   * Names of all that was left in the working folder, which is also the home folder and the one for temporary files.
   */
  readonly left: readonly string[];
}

/**
 * Runs the executable with nothing: an empty folder, and an environment of nothing but that folder and the system's
 * programs.
 */
export async function runBare(program: string, ...args: readonly string[]): Promise<Bare> {
  await using folder = await tempFolder("caucase-bare-");
  const { path: cwd } = folder;
  const environment = [`HOME=${cwd}`, `TMPDIR=${cwd}`, `PATH=${withoutDeno("/usr/bin:/bin")}`];
  const outcome = await runCommand(["env", "-i", ...environment, program, ...args], { cwd });
  return { ...outcome, left: (await Array.fromAsync(Deno.readDir(cwd))).map(({ name }) => name) };
}
