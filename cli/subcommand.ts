/** What every subcommand is to `main.ts`, and how its options become values. */
import { Command, CommanderError, type CommandUnknownOpts } from "@commander-js/extra-typings";
import { EXIT } from "./exit_status.ts";
import { COMMON_OPTIONS, examplesText, HELP_STYLE, PLAIN_OPTIONS } from "./help.ts";
import type { Meaning, Prose } from "./manual/prose.ts";
import { arityOf, normalizeArguments } from "./command_line.ts";
import { bold, hasColors, printError, printLine, printText } from "./terminal.ts";
import { versionText } from "./version.ts";

/** All of a subcommand. What it needs is loaded when it is asked for: nobody waits for code that another one needs. */
export interface Subcommand {
  readonly name: string;
  /** What it does, in a line. */
  readonly summary: string;
  /** The title under which the overview lists it. */
  readonly group: string;
  /** Its name, description, arguments and options. */
  readonly table: () => Promise<CommandUnknownOpts>;
  /** What its page of the manual says besides. */
  readonly prose: () => Promise<Prose>;
  /** Of a group (cli/command_group.ts): what stands behind its name. */
  readonly verbs?: () => Promise<readonly Verb[]>;
  /** Whether it may load libraries of the machine; all others give up the right to do so before they begin. */
  readonly loadsLibraries?: boolean;
  /** Runs it: its arguments in, its exit status out. */
  readonly load: () => Promise<(args: readonly string[]) => Promise<number>>;
}

/** One of the things that a group of commands can do. */
export interface Verb {
  /** `list`; `eab list` where a group has things of several kinds. */
  readonly name: string;
  /** What it does, in a line. */
  readonly summary: string;
  /** Its arguments and options, from `newVerb`. */
  readonly table: () => CommandUnknownOpts;
  /** What it is for, and the command lines: the same as `table` was given. */
  readonly examples: readonly Meaning[];
  /** Runs it: its arguments in, its exit status out. */
  readonly load: () => Promise<(args: readonly string[]) => Promise<number>>;
}

/** Ends a command early with a status: help was shown, or the command line was wrong and that was said. */
export class EarlyExit extends Error {
  constructor(readonly status: number) {
    super(`exit ${status}`);
  }
}

/** The line after a complaint about the options of a subcommand. */
export function optionsHint(name: string): string {
  return `(caucase ${name} --help lists all options)`;
}

/**
 * The command of a subcommand: prints through the terminal and never ends the process. Its help ends with the examples.
 */
export function newCommand(name: string, description: string, prose: Pick<Prose, "examples">) {
  return prepare(new Command(`caucase ${name}`), description)
    .addHelpText("after", examplesText(prose, bold))
    .showHelpAfterError(optionsHint(name));
}

/** The command above all subcommands. */
export function newProgram(description: string, prose: Pick<Prose, "examples">) {
  return prepare(new Command("caucase"), description)
    .usage("<subcommand> [options]")
    .addHelpText("after", examplesText(prose, bold))
    .showHelpAfterError("(caucase --help lists all subcommands)");
}

function prepare(command: Command, description: string) {
  return command
    .description(description)
    .optionsGroup(COMMON_OPTIONS)
    .option("--version", "show the version")
    .on("option:version", showVersion)
    .helpOption("-h, --help", "show this help")
    .optionsGroup(PLAIN_OPTIONS)
    .helpCommand(false)
    .allowExcessArguments(false)
    .configureHelp({ ...HELP_STYLE, styleTitle: bold })
    .configureOutput({
      writeOut: printText,
      writeErr: (text) => printError(text.trimEnd()),
      getOutHasColors: () => hasColors("stdout"),
      getErrHasColors: () => false,
    })
    .exitOverride();
}

/** Not commander's own: that wants the text before it is known whether anybody asks for it. */
function showVersion(): never {
  printLine(versionText());
  throw new EarlyExit(EXIT.ok);
}

/**
 * Parses `args` into `command`.
 * @throws `EarlyExit` after help, version, or a complaint about the command line; `usage` for what commander does not
 * look at
 */
export function parseArguments(command: CommandUnknownOpts, args: readonly string[]): void {
  const names = [...command.options.map(({ long }) => long ?? ""), "--help"];
  const arity: Record<string, number> = {};
  for (const option of command.options) {
    const count = arityOf(option);
    if (count !== undefined && option.long !== undefined) arity[option.long] = count;
  }
  try {
    command.parse(normalizeArguments(args, { names, arity }), { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError) throw new EarlyExit(error.exitCode === 0 ? EXIT.ok : EXIT.usage);
    throw error;
  }
}
