/**
 * How help looks: options in groups, lines of 80 columns or what the terminal has, each value by its name. The manual
 * takes its words from here too.
 */
import { type Argument, type CommandUnknownOpts, Help, type Option } from "@commander-js/extra-typings";
import { valueNames } from "./command_line.ts";
import type { Prose } from "./manual/prose.ts";

/** The group of options that every command has: it comes last. */
export const COMMON_OPTIONS = "Help and version:";

/** The group of options that say which server is asked, and as whom: before the last. */
export const CONNECTION_OPTIONS = "Server and user (instead of what `caucase login` kept):";

/** The group of options that no table puts elsewhere. */
export const PLAIN_OPTIONS = "Options:";

/** A longer term stands alone on its line: the descriptions beside the others keep their room. */
const LONGEST_TERM = 27;

/** What commander is to do otherwise. `this` is never used: commander gives the helper. */
export const HELP_STYLE = {
  minWidthToWrap: 20,
  commandUsage,
  optionTerm,
  optionDescription: (option: Option) => withFacts(option, option.mandatory ? ["required"] : []),
  argumentDescription: (argument: Argument) => withFacts(argument, []),
  padWidth: (command: CommandUnknownOpts, helper: Help) =>
    Math.min(Help.prototype.padWidth.call(helper, command, helper), LONGEST_TERM),
  formatItem,
  groupItems,
} satisfies Partial<Help>;

/** An option in its group of the help of `command`, in the order in which groups are shown. */
export function optionGroups(command: CommandUnknownOpts): ReadonlyMap<string, readonly Option[]> {
  const help = command.createHelp();
  const groupOf = ({ helpGroupHeading = PLAIN_OPTIONS }: Option) => helpGroupHeading;
  return help.groupItems([...command.options], help.visibleOptions(command), groupOf);
}

/** What stands at the end of help; `title` sets its title apart. */
export function examplesText({ examples = [] }: Pick<Prose, "examples">, title: (text: string) => string): string {
  const parts = examples.map(([what, lines]) => `  ${what}\n${lines.replace(/^/gm, "    ")}`);
  return ["", title(parts.length === 1 ? "Example:" : "Examples:"), ...parts].join("\n");
}

/** With what must be given: `caucase client --ca-url <url> [options]`. */
function commandUsage(command: CommandUnknownOpts): string {
  const required = command.options.filter(({ mandatory }) => mandatory).map(optionTerm);
  return [command.name(), ...required, command.usage()].join(" ");
}

/** `--get-crt <id> <path>`, not `--get-crt <id-path...>`; a list ends with dots. */
function optionTerm(option: Option): string {
  const values = valueNames(option);
  const names = [option.short, option.long].filter((name) => name !== undefined).join(", ");
  const isList = option.variadic && values.length === 1;
  return [names, ...values.map((name) => `<${name}>${isList ? "..." : ""}`)].join(" ");
}

/**
 * The description with what follows from the table. A default value may have a description alone: others then fill it
 * in.
 */
function withFacts(
  { description, argChoices, defaultValue, defaultValueDescription }: Pick<
    Option | Argument,
    "description" | "argChoices" | "defaultValue" | "defaultValueDescription"
  >,
  facts: readonly string[],
): string {
  const standard = defaultValueDescription ?? defaultValue;
  const all = [
    ...facts,
    ...(argChoices === undefined ? [] : [argChoices.join(", ").replace(/, ([^,]*)$/, " or $1")]),
    ...(standard === undefined ? [] : [`default: ${standard}`]),
  ];
  return all.length === 0 ? description : `${description} (${all.join("; ")})`;
}

function formatItem(...[term, termWidth, description, helper]: Parameters<Help["formatItem"]>): string {
  const plain = (left: string) => Help.prototype.formatItem.call(helper, left, termWidth, description, helper);
  return helper.displayWidth(term) <= termWidth ? plain(term) : `  ${term}\n${plain("")}`;
}

/** What every command has comes last, although it is declared first; what all commands of users have, before it. */
function groupItems<Item>(all: Item[], visible: Item[], groupOf: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of [...all, ...visible]) groups.set(groupOf(item), []);
  for (const item of visible) groups.get(groupOf(item))?.push(item);
  for (const title of [CONNECTION_OPTIONS, COMMON_OPTIONS]) {
    const members = groups.get(title);
    if (members !== undefined && groups.delete(title)) groups.set(title, members);
  }
  return groups;
}
