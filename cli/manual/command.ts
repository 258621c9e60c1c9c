/** The arguments of `caucase manual`. */
import { Argument } from "@commander-js/extra-typings";
import { newCommand, type Subcommand } from "../subcommand.ts";

export function manualCommand(subcommands: readonly Pick<Subcommand, "name">[]) {
  return newCommand(
    "manual",
    "Print a page of the manual, in the format of man: of the program, or of a subcommand. `caucase manual client | man -l -` " +
      "shows it.",
  )
    .addArgument(
      new Argument("[subcommand]", "the page to print; caucase(1) unless given").choices(
        subcommands.map(({ name }) => name),
      ),
    );
}
