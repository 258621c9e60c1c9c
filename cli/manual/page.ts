/** A page of the manual: from an option table and the prose beside it to the format of man. */
import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { valueNames } from "../command_line.ts";
import { optionGroups } from "../help.ts";
import type { Subcommand, Verb } from "../subcommand.ts";
import type { Meaning, Prose } from "./prose.ts";
import { argument, bold, italic, meaning, text, verbatim } from "./roff.ts";

export interface PageSource {
  /** `caucase`, `caucase client` */
  readonly name: string;
  /** What it does, in a line. */
  readonly summary: string;
  readonly table: CommandUnknownOpts;
  readonly prose: Prose;
  /** The subcommands that the page lists. */
  readonly subcommands?: readonly Pick<Subcommand, "name" | "summary">[];
  /** What stands behind the name, on the page of a group. */
  readonly verbs?: readonly Verb[];
  /** Of the program. */
  readonly version: string;
}

/** The page. The same source gives the same bytes: it has no date. */
export function manualPage(source: PageSource): string {
  const { name, summary, prose, version, subcommands = [], verbs = [] } = source;
  const page = pageName(name);
  const shared = sharedOptions(verbs);
  return [
    `.\\" Made from the option tables of caucase ${version} by "caucase manual": do not edit.`,
    `.TH ${argument(page.toUpperCase())} 1 "" ${argument(`caucase ${version}`)} "caucase"`,
    // A name that is broken at a hyphen could not be found, and cannot be typed off.
    ".nh",
    ".ad l",
    ...section("NAME", [`${text(page)} \\- ${text(summary)}`]),
    ...section("SYNOPSIS", synopsis(source)),
    ...section("DESCRIPTION", prose.description.map((paragraph) => `.PP\n${text(paragraph)}`)),
    ...section("SUBCOMMANDS", subcommands.map((one) => meaning(bold(one.name), sentence(one.summary)))),
    ...section("COMMANDS", verbs.flatMap((verb) => verbMeanings(name, verb, shared))),
    ...section("OPTIONS", verbs.length === 0 ? options(source.table) : optionsOfAll(verbs, shared)),
    ...section("EXIT STATUS", terms(prose.exitStatus)),
    ...section("ENVIRONMENT", terms(prose.environment)),
    ...section("FILES", terms(prose.files)),
    ...section("EXAMPLES", (prose.examples ?? []).map(([what, lines]) => `.PP\n${text(what)}\n${verbatim(lines)}`)),
    ...section("SEE ALSO", [references(name, prose, subcommands)]),
    "",
  ].join("\n");
}

/** `caucase-client` for `caucase client`. */
export function pageName(name: string): string {
  return name.replaceAll(" ", "-");
}

function section(title: string, content: readonly string[]): string[] {
  return content.length === 0 ? [] : [`.SH ${argument(title)}`, ...content];
}

function terms(meanings: readonly Meaning[] = []): string[] {
  return meanings.map(([term, explanation]) => meaning(bold(term), explanation));
}

function synopsis(source: PageSource): string[] {
  const { name, table, prose } = source;
  const ways = prose.synopsis?.map((rest) => text(rest)) ?? [
    [
      ...table.options.filter(({ mandatory }) => mandatory).map(optionTerm),
      `${behindName(source)}[${italic("options")}]`,
      ...table.registeredArguments.map((one) => one.required ? italic(one.name()) : `[${italic(one.name())}]`),
    ].join(" "),
  ];
  return ways.map((way, index) => `${index === 0 ? "" : ".br\n"}${bold(name)} ${way}`);
}

function behindName({ subcommands, verbs = [] }: PageSource): string {
  if (verbs.length > 0) return `${italic("command")} `;
  return subcommands === undefined ? "" : `${italic("subcommand")} `;
}

/** Options that every verb has, by long name: they are explained once. */
function sharedOptions(verbs: readonly Verb[]): ReadonlySet<string | undefined> {
  const [first = new Set<string | undefined>(), ...others] = verbs.map(({ table }) =>
    new Set(table().options.map(({ long }) => long))
  );
  return others.reduce((shared, one) => shared.intersection(one), first);
}

/** A verb: how it is called, what it does, and what no other has. */
function verbMeanings(group: string, { name, table }: Verb, shared: ReadonlySet<string | undefined>): string[] {
  const command = table();
  const help = command.createHelp();
  const own = command.options.filter(({ long }) => !shared.has(long));
  const values = command.registeredArguments.map((one) => {
    const named = italic(one.name()) + (one.variadic ? "..." : "");
    return one.required ? named : `[${named}]`;
  });
  const call = [bold(`${group} ${name}`), ...values, ...(own.length > 0 ? [`[${italic("options")}]`] : [])].join(" ");
  const details = [
    ...argumentMeanings(command),
    ...own.map((option) => meaning(optionTerm(option), sentence(help.optionDescription(option)))),
  ];
  return [meaning(call, command.description()), ...(details.length > 0 ? [".RS", ...details, ".RE"] : [])];
}

function optionsOfAll([first]: readonly Verb[], shared: ReadonlySet<string | undefined>): string[] {
  const table = first?.table();
  if (table === undefined) return [];
  const help = table.createHelp();
  return [...optionGroups(table).values()].flat()
    .filter(({ long }) => shared.has(long) || long === "--help")
    .map((option) => meaning(optionTerm(option), sentence(help.optionDescription(option))));
}

function argumentMeanings(table: CommandUnknownOpts): string[] {
  const help = table.createHelp();
  return help.visibleArguments(table).map((one) =>
    meaning(italic(one.name()), sentence(help.argumentDescription(one)))
  );
}

function options(table: CommandUnknownOpts): string[] {
  const help = table.createHelp();
  const values = argumentMeanings(table);
  const groups = [...optionGroups(table)];
  const named = groups.flatMap(([title, members]) => [
    ...(groups.length > 1 ? [`.SS ${argument(title.replace(/:$/, ""))}`] : []),
    ...members.map((option) => meaning(optionTerm(option), sentence(help.optionDescription(option)))),
  ]);
  return [...values, ...named];
}

/** `--get-crt ID PATH`, names and values set apart; a list ends with dots. */
function optionTerm(option: CommandUnknownOpts["options"][number]): string {
  const names = [option.short, option.long].flatMap((name) => name === undefined ? [] : [bold(name)]);
  const values = valueNames(option);
  const isList = option.variadic && values.length === 1;
  return [names.join(", "), ...values.map((name) => italic(name.toUpperCase())), ...(isList ? ["..."] : [])].join(" ");
}

/** Descriptions in tables have neither a capital letter nor a full stop. */
function sentence(description: string): string {
  const isName = /^(\W|[A-Z]{2})/.test(description);
  return `${isName ? description : description.charAt(0).toUpperCase() + description.slice(1)}.`;
}

function references(name: string, { seeAlso = [] }: Prose, subcommands: PageSource["subcommands"] = []): string {
  const pages = [...seeAlso, ...subcommands.map((one) => one.name)].map((one) => `caucase-${one}`);
  const all = name === "caucase" ? pages : ["caucase", ...pages];
  return all.toSorted().map((page) => `${bold(page)}(1)`).join(", ");
}
