/** The program: a subcommand, from its arguments to an exit status. */
import { EXIT, exitStatusOf } from "./cli/exit_status.ts";
import { overview } from "./cli/overview.ts";
import { EarlyExit, optionsHint } from "./cli/subcommand.ts";
import { runSubcommand, SUBCOMMANDS } from "./cli/subcommands.ts";
import { printError, reportError } from "./cli/terminal.ts";

async function main(args: readonly string[]): Promise<number> {
  const [first, ...rest] = asOption(args);
  const subcommand = SUBCOMMANDS.find(({ name }) => name === first);
  try {
    if (subcommand !== undefined) return await runSubcommand(subcommand, rest);
    overview(asOption(args), SUBCOMMANDS);
    return EXIT.usage;
  } catch (error) {
    if (error instanceof EarlyExit) return error.status;
    reportError(error);
    const status = exitStatusOf(error);
    if (status === EXIT.usage && subcommand !== undefined) printError(optionsHint(subcommand.name));
    return status;
  }
}

/** `help SUBCOMMAND`, which many programs have, is `SUBCOMMAND --help`. */
function asOption([first, ...rest]: readonly string[]): readonly string[] {
  if (first === undefined) return [];
  return first === "help" ? [...rest.slice(0, 1), "--help"] : [first, ...rest];
}

if (import.meta.main) Deno.exit(await main(Deno.args));
