/** The arguments of `caucase manual`, and what its page of the manual says besides. */
import { Argument } from "@commander-js/extra-typings";
import { EXIT_STATUS, type Prose } from "./prose.ts";
import { newCommand, type Subcommand } from "../subcommand.ts";

export function manualCommand(subcommands: readonly Pick<Subcommand, "name">[]) {
  return newCommand(
    "manual",
    "Print a page of the manual, in the format of man: of the program, or of a subcommand.",
    manualManual,
  )
    .addArgument(
      new Argument("[subcommand]", "the page to print; caucase(1) unless given").choices(
        subcommands.map(({ name }) => name),
      ),
    );
}

export const manualManual: Prose = {
  description: [
    "Prints a page in the format of man: for machines that have only the program. Packages contain the same pages.",
  ],
  exitStatus: [EXIT_STATUS.done, EXIT_STATUS.error, EXIT_STATUS.usage],
  examples: [
    ["To read a page:", "caucase manual client | man -l -"],
    [
      "To keep it:",
      "mkdir -p ~/.local/share/man/man1\ncaucase manual client > ~/.local/share/man/man1/caucase-client.1",
    ],
  ],
  seeAlso: ["completion"],
};
