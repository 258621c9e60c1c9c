/**
 * `caucase` without a subcommand: help, version, or a complaint with a suggestion; and the page of the program itself.
 */
import { EXIT_STATUS, type Prose } from "./manual/prose.ts";
import { newProgram, parseArguments, type Subcommand } from "./subcommand.ts";

export const PROGRAM_SUMMARY = "certificate authority for users and services";

/** The program with its subcommands, without their options. */
export function programCommand(subcommands: readonly Pick<Subcommand, "name" | "summary" | "group">[]) {
  const program = newProgram(
    "A certificate authority that a small team can trust with its whole fleet.",
    programManual,
  );
  for (const { name, summary, group } of subcommands) program.command(name).description(summary).helpGroup(group);
  return program.addHelpText("after", "\n`caucase SUBCOMMAND --help` lists its options, `caucase manual` explains.");
}

/** Shows what was asked for. @throws `EarlyExit` with the status to end with */
export function overview(args: readonly string[], subcommands: readonly Subcommand[]): void {
  parseArguments(programCommand(subcommands), args.length === 0 ? ["--help"] : args);
}

export const programManual: Prose = {
  description: [
    "A server of caucase (`caucase serve`) is two certificate authorities in one. CAU certifies users: the people " +
    "who approve. CAS certifies services: a host sends a request, a user signs or rejects it, and from then on the " +
    "host renews its certificate by itself, until it is revoked. CA certificates are replaced in time, without any " +
    "help.",
    "The first request that CAU ever receives is signed at once: its sender is the first user. All later ones wait " +
    "for a user.",
    "Everything else is done with the other subcommands, from any machine that reaches the server. Long options " +
    "may be abbreviated as long as they stay unambiguous, and take their value behind a space or behind `=`.",
  ],
  exitStatus: [
    EXIT_STATUS.done,
    EXIT_STATUS.error,
    EXIT_STATUS.usage,
    ["3", "The command of `--on-renew` failed. Pages of subcommands say more."],
  ],
  environment: [
    ["NO_COLOR", "When set: no colours. There are none, either, where the output is no terminal."],
    ["TERM", "When it is `dumb`: no colours, and no progress of long work."],
  ],
  examples: [
    [
      "A server to try things with, its first user, and what waits for a decision:",
      "caucase serve --netloc localhost:8009\n" +
      "caucase login http://localhost:8009 --request Alice\n" +
      "caucase csr list",
    ],
  ],
};
