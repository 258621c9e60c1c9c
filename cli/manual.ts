/** `caucase manual`: prints a page of the manual. */
import { EXIT } from "./exit_status.ts";
import { manualCommand } from "./manual/command.ts";
import { manualPages } from "./manual/pages.ts";
import { parseArguments } from "./subcommand.ts";
import { printText } from "./terminal.ts";

/** Prints the page that the command line names. Resolves with the exit status. */
export async function manual(args: readonly string[]): Promise<number> {
  const command = manualCommand();
  parseArguments(command, args);
  const [subcommand] = command.processedArgs;
  const name = subcommand === undefined ? "caucase" : `caucase-${subcommand}`;
  const page = (await manualPages()).get(name);
  if (page === undefined) throw new Error(`there is no page ${name}`);
  printText(page);
  return EXIT.ok;
}
