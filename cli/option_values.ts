/** What the values of an option are, read from how its table declares it: `--get-crt <id-path...>`. */

/** What of an option, or of an argument, says which values it takes. */
export interface Declared {
  /** `-h, --help`, `--mode <mode>`. */
  readonly flags: string;
  /** Whether it takes a list. */
  readonly variadic: boolean;
}

/**
 * Names of the values that each occurrence takes: none for a switch, one for most. A list whose name has parts takes a value for
 * each part; one whose name has none takes as many as are given.
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
