/**
 * Subcommands of two words, as `caucase csr list`: a group, and the verbs in it. To add a group: a module with its
 * `CommandGroup` (cli/csr/group.ts is one), and a line in cli/subcommands.ts. Help, completion and manual come from
 * it. A verb may have two words itself, as in `caucase acme eab list`.
 */
import { Command, type CommandUnknownOpts } from "@commander-js/extra-typings";
import { EXIT } from "./exit_status.ts";
import type { Meaning, Prose } from "./manual/prose.ts";
import { newCommand, parseArguments, type Subcommand, type Verb } from "./subcommand.ts";

/** All of a group. */
export interface CommandGroup {
  /** `csr` */
  readonly name: string;
  /** What its help begins with. */
  readonly description: string;
  /** What its page of the manual says besides. Its examples stand in the help of the group. */
  readonly prose: Prose;
  /** In the order in which they are shown. */
  readonly verbs: readonly Verb[];
}

/** The title of the verbs in the help of a group. */
const VERBS = "Commands:";

/** The table of a verb; `name` has both words, `examples` end its help. */
export function newVerb(name: string, description: string, examples: readonly Meaning[]) {
  return newCommand(name, description, { examples });
}

/** What of a subcommand comes from its group. The group's module is loaded when it is needed. */
export function fromGroup(find: () => Promise<CommandGroup>): Pick<Subcommand, "table" | "prose" | "verbs" | "load"> {
  return {
    table: async () => groupCommand(await find()),
    prose: async () => (await find()).prose,
    verbs: async () => (await find()).verbs,
    load: async () => {
      const group = await find();
      return (args) => runWithoutVerb(group, args);
    },
  };
}

function groupCommand({ name, description, prose, verbs }: CommandGroup): CommandUnknownOpts {
  const command = newCommand(name, description, prose).usage("<command> [options]");
  for (const verb of verbs) command.addCommand(new Command(verb.name).description(verb.summary).helpGroup(VERBS));
  return command.addHelpText("after", `\n\`caucase ${name} COMMAND --help\` lists the options of a command.`);
}

/** Help, or a complaint with a suggestion. */
function runWithoutVerb(group: CommandGroup, args: readonly string[]): Promise<number> {
  parseArguments(groupCommand(group), args.length === 0 ? ["--help"] : args);
  return Promise.resolve(EXIT.usage);
}

/** A subcommand or a verb, to be run. */
export interface FoundCommand {
  /** `client`, `csr list` */
  readonly name: string;
  readonly command: Pick<Subcommand, "table" | "load" | "loadsLibraries">;
  /** What follows the name. */
  readonly args: readonly string[];
}

/** What the words of a command line name; undefined where the first one is no subcommand. */
export async function findCommand(
  subcommands: readonly Subcommand[],
  [first, ...rest]: readonly string[],
): Promise<FoundCommand | undefined> {
  const command = subcommands.find(({ name }) => name === first);
  if (command === undefined) return undefined;
  const words = asVerbOption(command, rest);
  const verb = (await command.verbs?.())?.find(({ name }) => name.split(" ").every((word, at) => word === words[at]));
  if (verb === undefined) return { name: command.name, command, args: words };
  const { name, table, load } = verb;
  const args = words.slice(name.split(" ").length);
  return { name: `${command.name} ${name}`, command: { table: () => Promise.resolve(table()), load }, args };
}

/** `csr help list` is `csr list --help`, `csr help` is `csr --help`. */
function asVerbOption({ verbs }: Subcommand, args: readonly string[]): readonly string[] {
  return verbs !== undefined && args[0] === "help" ? [...args.slice(1, 3), "--help"] : args;
}

/** A command line's beginning, with what may follow. */
export interface NamedCommand {
  /** `client`, `csr`, `csr list` */
  readonly name: string;
  readonly table: CommandUnknownOpts;
  readonly examples: readonly Meaning[];
}

/** All subcommands, and all verbs behind the group that they are of. */
export async function everyCommand(subcommands: readonly Subcommand[]): Promise<NamedCommand[]> {
  const found = await Promise.all(subcommands.map(async ({ name, table, prose, verbs }) => [
    { name, table: await table(), examples: (await prose()).examples ?? [] },
    ...(await verbs?.() ?? []).map((verb) => ({
      name: `${name} ${verb.name}`,
      table: verb.table(),
      examples: verb.examples,
    })),
  ]));
  return found.flat();
}
