/** `caucase manual`: prints a page of the manual. */
import { EXIT } from "./exit_status.ts";
import { manualCommand } from "./manual/command.ts";
import { manualPage, pageName } from "./manual/page.ts";
import { PROGRAM_SUMMARY, programCommand, programManual } from "./overview.ts";
import { parseArguments, type Subcommand } from "./subcommand.ts";
import { printText } from "./terminal.ts";
import { VERSION } from "./version.ts";

/**
 * Prints the page, of the program or of one of `subcommands`, that the command line names. Resolves with the exit
 * status.
 */
export async function manual(args: readonly string[], subcommands: readonly Subcommand[]): Promise<number> {
  const command = manualCommand(subcommands);
  parseArguments(command, args);
  const [subcommand] = command.processedArgs;
  const name = subcommand === undefined ? "caucase" : `caucase-${subcommand}`;
  const page = (await manualPages(subcommands)).get(name);
  if (page === undefined) throw new Error(`there is no page ${name}`);
  printText(page);
  return EXIT.ok;
}

/** All pages by name: `caucase`, `caucase-client`. All are of section 1. */
export async function manualPages(subcommands: readonly Subcommand[]): Promise<ReadonlyMap<string, string>> {
  const program = {
    name: "caucase",
    summary: PROGRAM_SUMMARY,
    table: programCommand(subcommands),
    prose: programManual,
  };
  const pages = new Map([["caucase", manualPage({ ...program, subcommands, version: VERSION })]]);
  for (const { name, summary, table, prose, verbs } of subcommands) {
    const about = { name: `caucase ${name}`, summary, version: VERSION };
    const source = { ...about, table: await table(), prose: await prose(), verbs: await verbs?.() ?? [] };
    pages.set(pageName(source.name), manualPage(source));
  }
  return pages;
}
