/** A page of the manual: from an option table and the prose beside it to the format of man. */
import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { valueNames } from "../command_line.ts";
import { optionGroups } from "../help.ts";
import type { Subcommand } from "../subcommand.ts";
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
  /** Of the program. */
  readonly version: string;
}

/** The page. The same source gives the same bytes: it has no date. */
export function manualPage(source: PageSource): string {
  const { name, summary, prose, version, subcommands = [] } = source;
  const page = pageName(name);
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
    ...section("OPTIONS", options(source.table)),
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

function synopsis({ name, table, prose, subcommands }: PageSource): string[] {
  const ways = prose.synopsis?.map((rest) => text(rest)) ?? [
    [
      ...table.options.filter(({ mandatory }) => mandatory).map(optionTerm),
      subcommands === undefined ? "[\\fIoptions\\fR]" : "\\fIsubcommand\\fR [\\fIoptions\\fR]",
      ...table.registeredArguments.map((one) => one.required ? italic(one.name()) : `[${italic(one.name())}]`),
    ].join(" "),
  ];
  return ways.map((way, index) => `${index === 0 ? "" : ".br\n"}${bold(name)} ${way}`);
}

function options(table: CommandUnknownOpts): string[] {
  const help = table.createHelp();
  const values = help.visibleArguments(table).map((one) =>
    meaning(italic(one.name()), sentence(help.argumentDescription(one)))
  );
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
