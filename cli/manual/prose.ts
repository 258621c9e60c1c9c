/** What a page of the manual says beyond the option table. Text between backticks is set in bold. */

/** What stands to the left, and what it means. */
export type Meaning = readonly [term: string, text: string];

export interface Prose {
  /** Instead of what the table gives: arguments after the name, one way of calling in each. */
  readonly synopsis?: readonly string[];
  /** Paragraphs. */
  readonly description: readonly string[];
  readonly exitStatus: readonly Meaning[];
  readonly environment?: readonly Meaning[];
  readonly files?: readonly Meaning[];
  /** What it is for, and the command lines. */
  readonly examples?: readonly Meaning[];
  /** Pages besides caucase(1), without section: `client`. */
  readonly seeAlso?: readonly string[];
}

/** What every command ends with. */
export const EXIT_STATUS = {
  done: ["0", "What was asked for is done."],
  error: ["1", "Something went wrong; a line on standard error names it."],
  usage: ["2", "The command line is wrong; nothing was done."],
} as const satisfies Readonly<Record<string, Meaning>>;
