/** The program: a subcommand, from its arguments to an exit status. */
import { findCommand } from "./cli/command_group.ts";
import { EXIT, exitStatusOf } from "./cli/exit_status.ts";
import { overview } from "./cli/overview.ts";
import { EarlyExit, optionsHint } from "./cli/subcommand.ts";
import { runSubcommand, SUBCOMMANDS } from "./cli/subcommands.ts";
import { printError, reportError } from "./cli/terminal.ts";

async function main(args: readonly string[]): Promise<number> {
  const words = asOption(args);
  let name: string | undefined;
  try {
    const found = await findCommand(SUBCOMMANDS, words);
    name = found?.name;
    if (found !== undefined) return await runSubcommand(found.command, found.args);
    overview(words, SUBCOMMANDS);
    return EXIT.usage;
  } catch (error) {
    if (error instanceof EarlyExit) return error.status;
    reportError(error);
    const status = exitStatusOf(error);
    if (status === EXIT.usage && name !== undefined) printError(optionsHint(name));
    return status;
  }
}

/** `help csr list`, as many programs have it, is `csr list --help`. */
function asOption([first, ...rest]: readonly string[]): readonly string[] {
  if (first === undefined) return [];
  return first === "help" ? [...rest.filter((word) => !word.startsWith("-")).slice(0, 2), "--help"] : [first, ...rest];
}

if (import.meta.main) Deno.exit(await main(Deno.args));
