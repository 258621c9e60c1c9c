/** The program: a subcommand, from its arguments to an exit status. */
import { EXIT, exitStatusOf } from "./cli/exit_status.ts";
import { overview } from "./cli/overview.ts";
import { EarlyExit } from "./cli/subcommand.ts";
import { runSubcommand, SUBCOMMANDS } from "./cli/subcommands.ts";
import { reportError } from "./cli/terminal.ts";

async function main(args: readonly string[]): Promise<number> {
  const [first, ...rest] = args;
  const subcommand = SUBCOMMANDS.find(({ name }) => name === first);
  try {
    if (subcommand !== undefined) return await runSubcommand(subcommand, rest);
    overview(args);
    return EXIT.usage;
  } catch (error) {
    if (error instanceof EarlyExit) return error.status;
    reportError(error);
    return exitStatusOf(error);
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args));
