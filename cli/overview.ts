/** `caucase` without a subcommand: help, version, or a complaint with a suggestion. */
import { EXIT } from "./exit_status.ts";
import { newProgram, parseArguments } from "./subcommand.ts";

/** What the program can do, a line each: the order of a first encounter. */
const SUBCOMMANDS: readonly (readonly [name: string, description: string])[] = [
  ["serve", "run a certificate authority for services and one for users"],
  ["client", "request, fetch, sign, renew and revoke certificates"],
];

/** Shows what was asked for. @throws `EarlyExit` with the status to end with */
export function overview(args: readonly string[]): number {
  const program = newProgram("A certificate authority that a small team can trust with its whole fleet.");
  for (const [name, description] of SUBCOMMANDS) program.command(name).description(description);
  program.action(() => program.help({ error: true }));
  parseArguments(program, args.length === 0 ? ["--help"] : args);
  return EXIT.usage;
}
