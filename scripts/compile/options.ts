/** The command line of `deno task compile`. */
import { parseArgs } from "node:util";
import { type CompileTarget, findTarget, TARGETS } from "./targets.ts";

export const USAGE = `usage: deno task compile [--target TARGET…] [--all] [--output FOLDER]
  --target TARGET  for this platform instead of the one it runs on; repeatable
  --all            for all platforms
  --output FOLDER  where the files go (default: dist)

targets: ${TARGETS.join(", ")}

DENORT_BIN names a runtime (denort) of the same version as the Deno that runs this, where it cannot be downloaded.
SOURCE_DATE_EPOCH is the date of the bill of materials, instead of the commit's.`;

export interface CompileOptions {
  /** At least one. */
  readonly targets: readonly CompileTarget[];
  readonly output: string;
}

/** Where the options come from, besides the command line. */
export interface Surroundings {
  /** Target of the machine this runs on. */
  readonly host: string;
  /** Whether one runtime was named, instead of one for each target to be downloaded. */
  readonly hasOwnRuntime: boolean;
}

/** What was asked for; undefined for help. @throws Error that says what is wrong */
export function parseCompileOptions(args: readonly string[], surroundings: Surroundings): CompileOptions | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      target: { type: "string", multiple: true, default: [] },
      all: { type: "boolean", default: false },
      output: { type: "string", default: "dist" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return undefined;
  if (values.output === "") throw new Error("--output: names no folder");
  return { targets: chosenTargets(values, surroundings), output: values.output };
}

function chosenTargets(
  { all, target }: { readonly all: boolean; readonly target: readonly string[] },
  { host, hasOwnRuntime }: Surroundings,
): readonly CompileTarget[] {
  if (all && target.length > 0) throw new Error("--all: leaves nothing for --target to choose");
  const names = all ? TARGETS : target.length > 0 ? [...new Set(target)] : [host];
  const targets = names.map((name) => {
    const found = findTarget(name);
    if (found === undefined) throw new Error(`--target ${name}: choose from ${TARGETS.join(", ")}`);
    return found;
  });
  const foreign = targets.find((name) => name !== host);
  if (hasOwnRuntime && foreign !== undefined) {
    throw new Error(`DENORT_BIN is one runtime, taken to be for ${host}: it cannot make ${foreign} (unset it)`);
  }
  return targets;
}
