/** What a defence is broken with, and which test must notice. */

/** One change of a source file: text that stands in it exactly once, and what takes its place. */
export type Edit = readonly [file: string, find: string, replace: string];

/** Which tests of a file are run. */
export interface TestSelection {
  /** Path in the repository, as of files in general here. */
  readonly file: string;
  /** A part of the names of the tests to be run; all of them unless given. */
  readonly filter?: string;
}

/** A defence taken out of the source. */
export interface Mutation {
  /** What the source then lacks, in a few words. */
  readonly without: string;
  /** Must fail. */
  readonly test: TestSelection;
  /** Several, where two layers hold the same. */
  readonly edits: readonly Edit[];
}

/** A mutation, as the rows write it. */
export function without(what: string, test: TestSelection, ...edits: readonly Edit[]): Mutation {
  return { without: what, test, edits };
}

/** `source` with the edit made. @throws Error unless its text stands there exactly once */
export function applyEdit(source: string, [file, find, replace]: Edit): string {
  const [before, after, ...more] = source.split(find);
  if (before === undefined || after === undefined || more.length > 0) {
    throw new Error(`${file} holds this ${after === undefined ? "nowhere" : "more than once"}: ${find}`);
  }
  return `${before}${replace}${after}`;
}
