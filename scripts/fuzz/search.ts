/** The search itself: inputs from inputs, keeping those that went where none had gone before. */
import type { Bytes } from "../../core/bytes.ts";
import { type CorpusEntry, Pool } from "./corpus.ts";
import type { Coverage } from "./coverage.ts";
import { mutate } from "./mutate/mutator.ts";
import { SeededRandom } from "./random.ts";
import { examine, type InputOutcome, type Target } from "./target.ts";

export interface FoundDefect {
  readonly target: Target;
  readonly input: Bytes;
  readonly defect: string;
}

export interface SearchOptions {
  readonly seed: string;
  readonly corpus: readonly CorpusEntry[];
  readonly coverage: Coverage | undefined;
  /** Told of every input before it is run: one that ends the process can tell nothing afterwards. */
  readonly onBegin?: (input: Bytes) => void;
  /** Told of every input that went a new way, the corpus left out. */
  readonly onNew?: (input: Bytes) => Promise<void>;
  /** Another judge of what the target takes; what is wrong, if anything. Asked now and then. */
  readonly secondOpinion?: ((input: Bytes) => Promise<string | undefined>) | undefined;
}

/** Inputs between two looks at the coverage, which costs as much as a few of them. */
const BATCH = 32;

/** Accepted inputs between two second opinions. */
const OPINION_EACH = 6;

export class Search {
  readonly #random: SeededRandom;
  readonly #pool: Pool;
  readonly #shapes = new Set<string>();
  readonly #blocks = new Set<string>();
  /** Defects that were told already: the same comes again and again. */
  readonly #told = new Set<string>();
  #tried = 0;
  #accepted = 0;
  #opinions = 0;

  constructor(readonly target: Target, private readonly options: SearchOptions) {
    this.#random = new SeededRandom(`${options.seed}/${target.name}`);
    this.#pool = new Pool(options.corpus.map(({ bytes }) => bytes));
  }

  get summary(): string {
    const { target: { name }, options: { corpus } } = this;
    const found = `${
      this.#pool.size - corpus.length
    } new ways, ${this.#shapes.size} outcomes, ${this.#blocks.size} blocks`;
    const opinions = this.#opinions > 0 ? `, ${this.#opinions} second opinions` : "";
    return `${name}: ${this.#tried} inputs, ${this.#accepted} accepted${opinions}; ${found}`;
  }

  /** Runs the corpus; what it reaches is not new. */
  async begin(): Promise<FoundDefect[]> {
    const findings = await this.#runAll(this.options.corpus.map(({ bytes }) => bytes), () => {});
    for (const block of await this.options.coverage?.take() ?? []) this.#blocks.add(block);
    return findings;
  }

  /** Tries new inputs for about `milliseconds`. */
  async go(milliseconds: number): Promise<FoundDefect[]> {
    const findings: FoundDefect[] = [];
    for (const end = performance.now() + milliseconds; performance.now() < end;) {
      const batch = Array.from({ length: BATCH }, () => this.#nextInput());
      const newShapes = new Set<Bytes>();
      findings.push(...await this.#runAll(batch, (input) => newShapes.add(input)));
      for (const input of newShapes.union(await this.#withNewBlocks(batch))) {
        this.#pool.add(input);
        await this.options.onNew?.(input);
      }
    }
    return findings;
  }

  #nextInput(): Bytes {
    const parents = { input: this.#pool.pick(this.#random), other: this.#pool.pick(this.#random) };
    return mutate(this.target, parents, this.#random);
  }

  async #runAll(inputs: readonly Bytes[], onNewShape: (input: Bytes) => void): Promise<FoundDefect[]> {
    const findings: FoundDefect[] = [];
    for (const input of inputs) {
      this.options.onBegin?.(input);
      const outcome = await examine(this.target, input);
      this.#tried++;
      if (!this.#shapes.has(outcome.shape)) onNewShape(input);
      this.#shapes.add(outcome.shape);
      const defect = outcome.defect ?? await this.#opinionOn(input, outcome);
      if (defect !== undefined && this.#isNews(defect)) findings.push({ target: this.target, input, defect });
    }
    return findings;
  }

  async #opinionOn(input: Bytes, { accepted }: InputOutcome): Promise<string | undefined> {
    if (!accepted || this.#accepted++ % OPINION_EACH !== 0) return undefined;
    if (this.options.secondOpinion === undefined) return undefined;
    this.#opinions++;
    return await this.options.secondOpinion(input);
  }

  #isNews(defect: string): boolean {
    const [message = "", ...stack] = defect.split("\n");
    const kind = stack.slice(0, 2).join("") || message.replace(/[0-9]+/g, "#").slice(0, 40);
    if (this.#told.has(kind)) return false;
    this.#told.add(kind);
    return true;
  }

  /** Which of the batch ran blocks that nothing had run: asked of the batch as a whole first. */
  async #withNewBlocks(batch: readonly Bytes[]): Promise<Set<Bytes>> {
    const { coverage } = this.options;
    const found = new Set<Bytes>();
    if (coverage === undefined || !this.#anyNew(await coverage.take())) return found;
    for (const input of batch) {
      await examine(this.target, input);
      const blocks = await coverage.take();
      if (this.#anyNew(blocks)) found.add(input);
      for (const block of blocks) this.#blocks.add(block);
    }
    return found;
  }

  #anyNew(blocks: ReadonlySet<string>): boolean {
    return !blocks.isSubsetOf(this.#blocks);
  }
}
