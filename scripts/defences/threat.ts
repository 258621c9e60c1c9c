/**
 * What docs/threat-model.md is written from: attacks and faults, what holds against them, and what shows that it does.
 */
import type { Mutation } from "./mutation.ts";

/** A table of the page. */
export interface Section {
  readonly heading: string;
  /** Heads of the first two columns; "attack" and "enforced in" unless given. */
  readonly heads?: readonly [what: string, where: string];
  readonly threats: readonly Threat[];
}

/** A row. It is enforced in the files that its mutations edit, and shown by the tests that they run. */
export type Threat = Described & (Tried | Untried);

interface Described {
  readonly attack: string;
  /** Where it is enforced, as words that stand before the files. */
  readonly inWords?: string;
  /** More files, and folders, which end in a slash. */
  readonly alsoIn?: readonly string[];
  readonly alsoShownBy?: readonly Evidence[];
}

interface Tried {
  readonly mutations: readonly [Mutation, ...Mutation[]];
}

interface Untried {
  readonly mutations: readonly [];
  /** Why no edit of the source can take the defence out. */
  readonly notMutated: string;
}

/** A task of deno.json, or a test file that no mutation runs, with the reason. */
export type Evidence = { readonly task: string } | UnrunTest;

export interface UnrunTest {
  readonly test: string;
  readonly notRun: string;
}

/** Paths of the files and folders where the threat is met; no file whose folder is one of them. */
export function placesOf({ mutations, alsoIn = [] }: Threat): string[] {
  const edited = mutations.flatMap(({ edits }) => edits.map(([file]) => file));
  const alone = edited.filter((file) => !alsoIn.some((place) => place.endsWith("/") && file.startsWith(place)));
  return [...new Set([...alone, ...alsoIn])];
}

/** Paths of the test files that show it. */
export function testsOf(threat: Threat): string[] {
  const unrun = unrunTestsOf(threat).map(({ test }) => test);
  return [...new Set([...threat.mutations.map(({ test }) => test.file), ...unrun])];
}

export function unrunTestsOf({ alsoShownBy = [] }: Threat): UnrunTest[] {
  return alsoShownBy.filter((evidence) => "test" in evidence);
}

/** Names of the tasks that show it. */
export function tasksOf({ alsoShownBy = [] }: Threat): string[] {
  return alsoShownBy.flatMap((evidence) => "task" in evidence ? [evidence.task] : []);
}
