/**
 * `deno task defences`: takes the defences of docs/threat-model.md out of a copy of the source, one at a time, and runs
 * the test that must notice. Exit status 1 when one does not. `--only WORDS` takes the rows whose attack, file or test
 * holds them, `--list` shows them without running anything.
 */
import type { Mutation, TestSelection } from "./defences/mutation.ts";
import { SECTIONS } from "./defences/sections.ts";
import { runTest } from "./defences/test_run.ts";
import type { Section } from "./defences/threat.ts";
import { WorkingCopy } from "./defences/working_copy.ts";

const ROOT = new URL("../", import.meta.url).pathname;
const USAGE = "usage: deno task defences [--list] [--only WORDS]";

interface Options {
  readonly list: boolean;
  readonly only: string;
}

interface Attempt {
  readonly attack: string;
  readonly mutation: Mutation;
}

if (import.meta.main) Deno.exit(await main(Deno.args));

async function main(args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  if (options === undefined) {
    console.error(USAGE);
    return 2;
  }
  const attempts = attemptsOf(SECTIONS, options.only);
  if (!options.list) return await breakAll(attempts);
  for (const { attack, mutation } of attempts) {
    console.log(`${attack}\n  without ${mutation.without}: ${selectionOf(mutation.test)}`);
  }
  return 0;
}

function readOptions(args: readonly string[]): Options | undefined {
  const [first, second, ...more] = args;
  if (first === undefined) return { list: false, only: "" };
  if (first === "--list") {
    const rest = readOptions(args.slice(1));
    return rest && { ...rest, list: true };
  }
  if (first !== "--only" || second === undefined) return undefined;
  const rest = readOptions(more);
  return rest && { ...rest, only: second };
}

function attemptsOf(sections: readonly Section[], only: string): Attempt[] {
  return sections.flatMap(({ threats }) => threats)
    .flatMap(({ attack, mutations }) => mutations.map((mutation) => ({ attack, mutation })))
    .filter(({ attack, mutation }) =>
      [attack, mutation.without, mutation.test.file, ...mutation.edits.map(([file]) => file)]
        .some((text) => text.includes(only))
    );
}

async function breakAll(attempts: readonly Attempt[]): Promise<number> {
  await using copy = await WorkingCopy.of(ROOT);
  const sound = new Set<string>();
  const problems: string[] = [];
  for (
    const selection of new Map(attempts.map(({ mutation }) => [selectionOf(mutation.test), mutation.test])).values()
  ) {
    if (await passesUnbroken(copy, selection)) sound.add(selectionOf(selection));
    else problems.push(`not passing before anything was broken: ${selectionOf(selection)}`);
  }
  for (const attempt of attempts) {
    if (!sound.has(selectionOf(attempt.mutation.test))) continue;
    const problem = await survival(copy, attempt);
    if (problem !== undefined) problems.push(problem);
  }
  const rows = new Set(attempts.map(({ attack }) => attack)).size;
  console.log(`${rows} rows, ${attempts.length} mutations, ${problems.length} of them not noticed`);
  for (const problem of problems) console.error(`PROBLEM: ${problem}`);
  return problems.length > 0 || attempts.length === 0 ? 1 : 0;
}

async function passesUnbroken({ folder }: WorkingCopy, selection: TestSelection): Promise<boolean> {
  const { verdict, seconds, output } = await runTest(folder, selection);
  console.log(`${line(verdict, seconds)} unbroken: ${selectionOf(selection)}`);
  if (verdict !== "passed") console.error(output);
  return verdict === "passed";
}

/** Undefined when the test noticed. */
async function survival(copy: WorkingCopy, { attack, mutation }: Attempt): Promise<string | undefined> {
  const { verdict, seconds, output } = await copy.edited(mutation.edits, () => runTest(copy.folder, mutation.test));
  console.log(`${line(verdict, seconds)} without ${mutation.without}: ${selectionOf(mutation.test)}`);
  if (verdict === "failed") {
    console.log(`                ${firstErrorIn(output)}`);
    return undefined;
  }
  if (verdict !== "passed") console.error(output);
  return `${verdict} without ${mutation.without} (${mutation.edits.map(([file]) => file).join(", ")}): ${
    selectionOf(mutation.test)
  } [${attack}]`;
}

/** It shows that the test failed for the reason that it is there for. */
function firstErrorIn(output: string): string {
  return (/^error: (.*)/m.exec(output)?.[1] ?? "").slice(0, 120);
}

function line(verdict: string, seconds: number): string {
  return `${verdict.padEnd(6)} ${seconds.toFixed(1).padStart(5)} s`;
}

function selectionOf({ file, filter }: TestSelection): string {
  return filter === undefined ? file : `${file} "${filter}"`;
}
