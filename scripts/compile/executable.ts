/** Makes an executable out of a staged program, and sees whether it runs. */
import { ENTRY_POINTS } from "./module_graph.ts";
import { permissionsOn } from "./permissions.ts";
import { cacheFolder, LICENCES } from "./package_cache.ts";
import { run } from "./run.ts";
import { type CompileTarget, platformOf } from "./targets.ts";

export interface ExecutableOrder {
  /** Folder of the staged program. */
  readonly folder: string;
  readonly target: CompileTarget;
  /** File to make, absolute. */
  readonly output: string;
}

/** @throws Error with what `deno compile` said, and a hint where its runtime is missing */
export async function compileExecutable({ folder, target, output }: ExecutableOrder): Promise<void> {
  const args = [
    "compile",
    "--quiet",
    // `deno task ok` checks types, with the tests and the Deno that the project is developed with.
    "--no-check",
    "--frozen",
    // The cache would be a file with a known name in the folder for temporary files, where others may write: they could
    // put their code into the program. It would save no time either: the runtime makes none for programs that import
    // JSON.
    "--no-code-cache",
    ...permissionsOn(platformOf(target)),
    ...[...ENTRY_POINTS.threads, LICENCES].flatMap((file) => ["--include", file]),
    "--target",
    target,
    "--output",
    output,
    ENTRY_POINTS.main,
  ];
  const { success, out, err } = await run(Deno.execPath(), {
    args,
    cwd: folder,
    env: { DENO_DIR: cacheFolder(folder) },
  });
  if (success) return;
  const hint = /Setting up base binary|denort/i.test(err) ? RUNTIME_HINT : "";
  throw new Error(`deno compile for ${target}: ${err || out}${hint}`);
}

const RUNTIME_HINT = `
(the runtime, denort, is fetched once for each target and version of Deno; where that is impossible, DENORT_BIN names one of
Deno ${Deno.version.deno} for this machine)`;

/**
 * Runs the executable's `--version` with nothing but the executable; what it says.
 * @throws Error where it does not run, or says another version than this Deno's, as the runtime was another's; it is
 *   removed then
 */
export async function tryExecutable(output: string, version: string): Promise<string> {
  try {
    return await versionSaid(output, version);
  } catch (error) {
    await removeIfThere(output);
    throw error;
  }
}

async function removeIfThere(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

async function versionSaid(output: string, version: string): Promise<string> {
  const { success, out, err } = await run(output, { args: ["--version"], clearEnv: true });
  if (!success) throw new Error(`${output} does not run: ${err} (is the runtime one of Deno ${Deno.version.deno}?)`);
  const expected = `caucase ${version} (Deno ${Deno.version.deno},`;
  const [first = ""] = out.split("\n");
  if (!first.startsWith(expected)) throw new Error(`${output} calls itself ${first}, not ${expected} …)`);
  return out;
}
