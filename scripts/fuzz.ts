/**
 * `deno task fuzz`: hostile input for every parser, made from a corpus by rules of each format and kept where it ran
 * code that nothing had run. Exit status 1 when something was found: the input is then in tests/fuzz/findings/, with
 * the command to run it again; `running-TARGET-PID` is left there by a run that its own input ended. Once mended, the
 * input belongs into the corpus, which `deno task test` runs.
 */
import { CORPUS, FINDINGS, keepInput, readCorpus } from "./fuzz/corpus.ts";
import { Coverage } from "./fuzz/coverage.ts";
import { isTooSteep, measureGrowth } from "./fuzz/growth.ts";
import { opensslOpinion } from "./fuzz/openssl.ts";
import { type FuzzOptions, parseFuzzOptions, USAGE } from "./fuzz/options.ts";
import { SeededRandom } from "./fuzz/random.ts";
import { type FoundDefect, Search } from "./fuzz/search.ts";
import { examine, type Target } from "./fuzz/target.ts";
import { TARGETS } from "./fuzz/targets.ts";

/** How long one target has its turn, in milliseconds, unless the whole time is too short for that. */
const LONGEST_TURN = 2_000;

/** Of the time, how much may go into measuring how cost grows. */
const GROWTH_SHARE = 0.25;

/**
 * Seconds: in less time more inputs find more than better ones, and each look at the coverage costs as much as ten
 * inputs.
 */
const WORTH_COVERAGE = 120;

if (import.meta.main) Deno.exit(await main(Deno.args));

async function main(args: readonly string[]): Promise<number> {
  let options: FuzzOptions;
  try {
    options = parseFuzzOptions(args, TARGETS.map(({ name }) => name));
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n${USAGE}`);
    return 2;
  }
  const targets = TARGETS.filter(({ name }) => options.targets.includes(name));
  const found = options.replay.length > 0 ? await replay(targets, options.replay) : await fuzz(targets, options);
  return found > 0 ? 1 : 0;
}

/** Number of findings. */
async function replay(targets: readonly Target[], files: readonly string[]): Promise<number> {
  let found = 0;
  for (const target of targets) {
    for (const file of files) {
      const { shape, defect, milliseconds } = await examine(target, await Deno.readFile(file));
      console.log(`${file}: ${defect ?? shape} (${milliseconds.toFixed(1)} ms)`);
      if (defect !== undefined) found++;
    }
  }
  return found;
}

/** Number of findings. */
async function fuzz(targets: readonly Target[], options: FuzzOptions): Promise<number> {
  console.log(`seed ${options.seed}, ${targets.length} targets, ${options.seconds} s`);
  const end = performance.now() + options.seconds * 1000;
  // In another order for another seed: a short run does not come to all of them.
  const random = new SeededRandom(options.seed);
  const order = targets.map((target) => ({ target, place: random.next() })).toSorted((a, b) => a.place - b.place);
  const growthEnd = performance.now() + options.seconds * 1000 * GROWTH_SHARE;
  const steep = await tooSteep(order.map(({ target }) => target), growthEnd);
  const folder = await Deno.makeTempDir({ prefix: "caucase-fuzz-" });
  try {
    using coverage = options.seconds < WORTH_COVERAGE ? undefined : await Coverage.start();
    return steep + await search({ targets, options, folder, coverage, end });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function tooSteep(targets: readonly Target[], end: number): Promise<number> {
  let found = 0;
  for (const target of targets) {
    if (performance.now() > end) break;
    for (const growth of (await measureGrowth(target)).filter(isTooSteep)) {
      const { name, size, eighth, whole } = growth;
      console.error(`FOUND ${name}: ${whole.toFixed(0)} ms for ${size} bytes, ${eighth.toFixed(1)} ms for an eighth`);
      found++;
    }
  }
  return found;
}

interface FuzzRun {
  readonly targets: readonly Target[];
  readonly options: FuzzOptions;
  /** For temporary files. */
  readonly folder: string;
  readonly coverage: Coverage | undefined;
  /** As of `performance.now()`. */
  readonly end: number;
}

/** In turns, at least one for each. */
async function search({ targets, options, folder, coverage, end }: FuzzRun): Promise<number> {
  await Deno.mkdir(FINDINGS, { recursive: true });
  const searches: Search[] = [];
  let found = 0;
  for (const target of targets) {
    const search = new Search(target, {
      seed: options.seed,
      corpus: await readCorpus(target),
      coverage,
      secondOpinion: opensslOpinion(target, folder),
      onBegin: (input) => Deno.writeFileSync(runningFile(target), input),
      ...(options.keep && { onNew: async (input) => void await keepInput(target, input, CORPUS) }),
    });
    found += await report(await search.begin(), options.seed);
    searches.push(search);
  }
  const turn = Math.min(LONGEST_TURN, Math.max(100, end - performance.now()) / searches.length);
  for (let next = 0; next < searches.length || performance.now() < end; next++) {
    found += await report(await searches[next % searches.length]?.go(turn) ?? [], options.seed);
  }
  for (const { summary, target } of searches) {
    console.log(summary);
    await Deno.remove(runningFile(target));
  }
  return found;
}

/** Where the input is that is being run. */
function runningFile({ name }: Target): string {
  return `${FINDINGS}running-${name}-${Deno.pid}`;
}

async function report(findings: readonly FoundDefect[], seed: string): Promise<number> {
  for (const { target, input, defect } of findings) {
    const file = await keepInput(target, input, FINDINGS);
    console.error(`FOUND ${target.name}, ${input.length} bytes (seed ${seed}): ${defect}`);
    console.error(`  again: deno task fuzz --target ${target.name} --replay ${file}`);
  }
  return findings.length;
}
