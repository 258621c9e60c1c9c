/** Inputs worth keeping: one file each, in a folder for each target. */
import type { Bytes } from "../../core/bytes.ts";
import type { SeededRandom } from "./random.ts";
import type { Target } from "./target.ts";

export const CORPUS = new URL("../../tests/fuzz/corpus/", import.meta.url).pathname;
export const FINDINGS = new URL("../../tests/fuzz/findings/", import.meta.url).pathname;

export interface CorpusEntry {
  /** Of its file. */
  readonly name: string;
  readonly bytes: Bytes;
}

/** What the corpus holds for a target, in the order of its names. Throws where there is nothing. */
export async function readCorpus({ name }: Pick<Target, "name">, folder = CORPUS): Promise<CorpusEntry[]> {
  const entries: CorpusEntry[] = [];
  for await (const { name: file, isFile } of Deno.readDir(`${folder}${name}`)) {
    if (isFile) entries.push({ name: file, bytes: await Deno.readFile(`${folder}${name}/${file}`) });
  }
  if (entries.length === 0) throw new Error(`${folder}${name} is empty`);
  return entries.toSorted((a, b) => a.name < b.name ? -1 : 1);
}

/** Writes an input into a folder, under a name that says what it is a hash of; its path. */
export async function keepInput({ name }: Pick<Target, "name">, input: Bytes, folder: string): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", input)).toHex().slice(0, 12);
  await Deno.mkdir(`${folder}${name}`, { recursive: true });
  const path = `${folder}${name}/${hash}`;
  await Deno.writeFile(path, input);
  return path;
}

/** Inputs to go on from: the corpus, and what was found to go another way. */
export class Pool {
  readonly #inputs: Bytes[];

  constructor(inputs: readonly Bytes[]) {
    this.#inputs = [...inputs];
  }

  get size(): number {
    return this.#inputs.length;
  }

  add(input: Bytes): void {
    this.#inputs.push(input);
  }

  /** Half of the time one of the newest, which nobody has gone on from yet. */
  pick(random: SeededRandom): Bytes {
    const newest = random.oneIn(2) ? this.#inputs.slice(-16) : this.#inputs;
    return random.pick(newest);
  }
}
