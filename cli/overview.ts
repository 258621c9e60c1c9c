/** `caucase` without a subcommand: help, version, or a complaint with a suggestion. */
import { newProgram, parseArguments } from "./subcommand.ts";
import { SUBCOMMANDS } from "./subcommands.ts";

export const PROGRAM_SUMMARY = "certificate authority for users and services";

/** The program with its subcommands, without their options. */
export function programCommand() {
  const program = newProgram("A certificate authority that a small team can trust with its whole fleet.");
  for (const { name, summary } of SUBCOMMANDS) program.command(name).description(summary);
  return program.addHelpText("after", "\n`caucase SUBCOMMAND --help` lists its options, `caucase manual` explains.");
}

/** Shows what was asked for. @throws `EarlyExit` with the status to end with */
export function overview(args: readonly string[]): void {
  parseArguments(programCommand(), args.length === 0 ? ["--help"] : args);
}
