/** What every subcommand is to `main.ts`, and how its options become values. */
import { Command, CommanderError } from "@commander-js/extra-typings";
import { CaucaseError } from "../core/errors.ts";
import { normalizeArguments } from "./command_line.ts";
import { EXIT } from "./exit_status.ts";
import { printError, printText } from "./terminal.ts";
import { versionText } from "./version.ts";

/** A command of the program: its arguments in, its exit status out. */
export type Subcommand = (args: readonly string[]) => Promise<number>;

/** Ends a command early with a status: help was shown, or the command line was wrong and that was said. */
export class EarlyExit extends Error {
  constructor(readonly status: number) {
    super(`exit ${status}`);
  }
}

/** The command of a subcommand: prints through the terminal and never ends the process. */
export function newCommand(name: string, description: string) {
  return prepare(new Command(`caucase ${name}`), description)
    .showHelpAfterError(`(caucase ${name} --help lists all options)`);
}

/** The command above all subcommands. */
export function newProgram(description: string) {
  return prepare(new Command("caucase"), description).usage("<subcommand> [options]");
}

function prepare(command: Command, description: string) {
  return command
    .description(description)
    .version(versionText(), "--version", "show the version")
    .helpOption("-h, --help", "show this help")
    .helpCommand(false)
    .allowExcessArguments(false)
    .configureOutput({ writeOut: printText, writeErr: (text) => printError(text.trimEnd()) })
    .exitOverride();
}

/** How many values an option takes each time, by its long name, where that is a fixed number other than one. */
export type Arity = Readonly<Record<string, number>>;

/**
 * Parses `args` into `command`.
 * @throws `EarlyExit` after help, version, or a complaint about the command line
 */
export function parseArguments(command: AnyCommand, args: readonly string[], arity: Arity = {}): void {
  const names = [...command.options.map((option) => option.long ?? ""), "--help"];
  try {
    command.parse(normalizeArguments(args, { names, arity }), { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError) throw new EarlyExit(error.exitCode === 0 ? EXIT.ok : EXIT.usage);
    if (!(error instanceof CaucaseError && error.code === "usage")) throw error;
    printError(`error: ${error.message}`);
    throw new EarlyExit(EXIT.usage);
  }
}

/** Any command, whatever its options: only what parsing needs of it. */
interface AnyCommand {
  readonly options: readonly { readonly long?: string | undefined }[];
  parse(args: readonly string[], options: { from: "user" }): unknown;
}
