/** What a person waits for and downloads: the tools' start, and the size of the executable. */
import { referenceFolder } from "../../tests/support/requirements.ts";
import { runCommand } from "../../tests/support/process.ts";
import { EXECUTABLE, OUR_PROGRAM } from "../../tests/support/server_process.ts";
import type { BenchContext } from "./bench_context.ts";
import type { Figure } from "./ledger.ts";
import type { ProgramName } from "./program_name.ts";

/** Commands that do next to nothing: what they take is the program's start. Each with the reference's counterpart. */
const COMMANDS: readonly { readonly ours: readonly string[]; readonly reference: readonly string[] }[] = [
  { ours: ["--version"], reference: ["caucase", "--version"] },
  { ours: ["key-id", "--help"], reference: ["caucase-key-id", "--help"] },
];

/** Runs for each of a scale's starts: they are short, and vary. */
const RUNS = 4;

/** Measures the executable that `CAUCASE_PROGRAM` names; without one, the program from source. */
export async function measureTools({ scale: { starts }, ledger }: BenchContext): Promise<void> {
  if (EXECUTABLE !== undefined) {
    const figure: Figure = { name: "size of the executable", unit: "MB", better: "less" };
    ledger.add(figure, "ours", { value: (await Deno.stat(EXECUTABLE)).size / 1e6 });
  }
  const folder = referenceFolder();
  for (const { ours, reference: [tool, ...args] } of COMMANDS) {
    const figure = startFigure(ours.join(" "));
    const measure = async (program: ProgramName, command: readonly string[]) =>
      ledger.add(figure, program, { value: await runMs(command) });
    for (let run = 0; run < RUNS * starts.ours; run++) {
      await measure("ours", [...OUR_PROGRAM, ...ours]);
      if (folder !== undefined) await measure("reference", [`${folder}/${tool}`, ...args]);
    }
  }
}

function startFigure(command: string): Figure {
  const form = EXECUTABLE === undefined ? "from source" : "executable";
  return { name: `${command}, ${form}`, unit: "ms", better: "less" };
}

/** Milliseconds from the start of the process to its end. @throws Error when it fails */
async function runMs(command: readonly string[]): Promise<number> {
  const start = performance.now();
  const { status, err } = await runCommand(command, { cwd: "." });
  if (status !== 0) throw new Error(`${command.join(" ")}: ${err}`);
  return performance.now() - start;
}
