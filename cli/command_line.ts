/**
 * What commander does not do by itself: unambiguous abbreviations of long options, and options that take exactly two
 * values and may be repeated. Values are read from how the option's table declares them: `--get-crt <id-path...>`.
 */
import { CaucaseError } from "../core/errors.ts";

/** The form of the options of one command, by long name (`--get-crt`). */
export interface OptionForms {
  readonly names: readonly string[];
  /** How many values each occurrence takes, for those that take a fixed number other than one. */
  readonly arity: Readonly<Record<string, number>>;
}

/**
 * Command line arguments with abbreviations written out.
 * @throws `usage` for an ambiguous abbreviation, and for an option with too few or too many values
 */
export function normalizeArguments(args: readonly string[], forms: OptionForms): string[] {
  const end = args.indexOf("--");
  const options = end < 0 ? args : args.slice(0, end);
  const expanded = options.map((argument) => argument.startsWith("--") ? expand(argument, forms.names) : argument);
  for (const [index, argument] of expanded.entries()) {
    const [name = ""] = argument.split("=", 1);
    const arity = Object.hasOwn(forms.arity, name) ? forms.arity[name] : undefined;
    if (arity !== undefined) requireValues(expanded.slice(index), arity);
  }
  return end < 0 ? expanded : [...expanded, ...args.slice(end)];
}

/** Values of an option that takes `size` at a time, in their groups. */
export function groupValues(values: readonly string[], size: number): string[][] {
  const groups: string[][] = [];
  for (let start = 0; start < values.length; start += size) groups.push(values.slice(start, start + size));
  return groups;
}

function expand(argument: string, names: readonly string[]): string {
  const [, name = argument, value = ""] = /^(--[^=]*)(=.*)?$/s.exec(argument) ?? [];
  if (names.includes(name)) return argument;
  const candidates = names.filter((candidate) => candidate.startsWith(name));
  const [only, ...others] = candidates;
  if (only === undefined) return argument;
  if (others.length > 0) throw new CaucaseError("usage", `${name} could be ${candidates.join(", ")}`);
  return only + value;
}

function requireValues([option = "", ...rest]: readonly string[], arity: number): void {
  const next = rest.findIndex((argument) => argument.startsWith("--"));
  const [name, value] = option.split("=", 2);
  // An equals sign gives one value, and ends the list.
  const given = value !== undefined ? 1 : next < 0 ? rest.length : next;
  if (given !== arity) throw new CaucaseError("usage", `option '${name}' takes ${arity} values, not ${given}`);
}

/** What of an option, or of an argument, says which values it takes. */
export interface Declared {
  /** `-h, --help`, `--mode <mode>`. */
  readonly flags: string;
  /** Whether it takes a list. */
  readonly variadic: boolean;
}

/**
 * Names of the values that each occurrence takes: none for a switch, one for most. A list whose name has parts takes a
 * value for each part; one whose name has none takes as many as are given.
 */
export function valueNames({ flags, variadic }: Declared): string[] {
  const [, name] = /[<[](.+?)(?:\.\.\.)?[>\]]$/.exec(flags) ?? [];
  if (name === undefined) return [];
  return variadic ? name.split("-") : [name];
}

/** How many values each occurrence takes, where that is a fixed number other than one. */
export function arityOf(option: Declared): number | undefined {
  const { length } = valueNames(option);
  return length > 1 ? length : undefined;
}
