/**
 * What never changes of some thousand certificates in the index of a register, in columns, and the bytes in which a
 * store may keep them: columns as they lie in memory, so that a million are there again in a moment.
 */
import { createHash } from "node:crypto";
import { equalBytes, utf8 } from "../bytes.ts";
import { Grams, GRAMS_BYTES } from "./grams.ts";

/** How many certificates they are at most: they are searched in a fraction of a millisecond. */
export const SEGMENT_SIZE = 4096;

/** Ends the names of a certificate, and parts them. No name has these: they are escaped in texts. */
export const END = "\n";
export const PARTED = "\t";

/** A certificate as it comes into columns. */
export interface Entry {
  /** Larger than those before. */
  readonly id: number;
  readonly notAfter: number;
  /** Number of its CA and issuer. */
  readonly group: number;
  /** As `searchText` makes it. */
  readonly text: string;
  /** Id of the certificate that it renewed; 0 for none. */
  readonly predecessor: number;
}

/**
 * The names of a certificate as they are searched: in lower case, each once. A name that is part of one before is left
 * out: whatever is part of it is found there.
 */
export function searchText(names: readonly string[]): string {
  const kept: string[] = [];
  for (const name of names) {
    const lower = name.toLowerCase();
    if (!kept.some((other) => other.includes(lower))) kept.push(lower);
  }
  return kept.join(PARTED);
}

/** Bytes before the columns: a digest of all after it, then the numbers of certificates and of bytes of text. */
const DIGEST_BYTES = 32;
const HEAD_BYTES = DIGEST_BYTES + 8;
/** Of each certificate: end, id, predecessor, start of its names, group. */
const EACH_BYTES = 8 + 4 + 4 + 4 + 2;

export class RegisterColumns {
  readonly ids: Uint32Array;
  readonly ends: Float64Array;
  readonly groups: Uint16Array;
  readonly predecessors: Uint32Array;
  /** Where the names of each begin in the text of all, and where the last ones end. */
  readonly #starts: Uint32Array;
  readonly #grams: Grams;
  #text = "";
  /** Texts that are not joined to the others yet. */
  #loose: string[] = [];
  #size = 0;
  /** Which groups are among them. */
  readonly present = new Set<number>();
  /** When the first and the last of them end. */
  readonly ending = { first: Infinity, last: -Infinity };

  constructor(parts?: Parts) {
    this.ids = parts?.ids ?? new Uint32Array(SEGMENT_SIZE);
    this.ends = parts?.ends ?? new Float64Array(SEGMENT_SIZE);
    this.groups = parts?.groups ?? new Uint16Array(SEGMENT_SIZE);
    this.predecessors = parts?.predecessors ?? new Uint32Array(SEGMENT_SIZE);
    this.#starts = parts?.starts ?? new Uint32Array(SEGMENT_SIZE + 1);
    this.#grams = new Grams(parts?.grams);
    this.#text = parts?.text ?? "";
    this.#size = parts?.ids.length ?? 0;
    for (let place = 0; place < this.#size; place++) this.#note(this.ends[place] ?? 0, this.groups[place] ?? 0);
  }

  get size(): number {
    return this.#size;
  }

  /** Whether none more can come: also where they were read from bytes. */
  get isFull(): boolean {
    return this.#size === this.ids.length;
  }

  add({ id, notAfter, group, text, predecessor }: Entry): void {
    const place = this.#size++;
    this.ids[place] = id;
    this.ends[place] = notAfter;
    this.groups[place] = group;
    this.predecessors[place] = predecessor;
    this.#note(notAfter, group);
    this.#loose.push(text + END);
    this.#grams.add(text);
    this.#starts[place + 1] = this.startOf(place) + text.length + END.length;
    if (this.isFull) this.text();
  }

  #note(end: number, group: number): void {
    if (end < this.ending.first) this.ending.first = end;
    if (end > this.ending.last) this.ending.last = end;
    this.present.add(group);
  }

  placeOf(id: number): number | undefined {
    let [low, high] = [0, this.#size];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.ids[middle] ?? Infinity) < id) low = middle + 1;
      else high = middle;
    }
    return low < this.#size && this.ids[low] === id ? low : undefined;
  }

  entryAt(place: number): Entry {
    const [id = 0, notAfter = 0, group = 0] = [this.ids[place], this.ends[place], this.groups[place]];
    const text = this.text().slice(this.startOf(place), this.endOf(place) - END.length);
    return { id, notAfter, group, text, predecessor: this.predecessors[place] ?? 0 };
  }

  /** False only where no name has `wanted` in it. */
  mayContain(wanted: string): boolean {
    return !wanted.includes(END) && !wanted.includes(PARTED) && this.#grams.mayHave(wanted);
  }

  /** The names of all. */
  text(): string {
    if (this.#loose.length > 0) {
      // Joined, not added: adding would make a tree of texts, which the first search would have to flatten.
      this.#text = [this.#text, ...this.#loose].join("");
      this.#loose = [];
    }
    return this.#text;
  }

  startOf(place: number): number {
    return this.#starts[place] ?? 0;
  }

  endOf(place: number): number {
    return this.#starts[place + 1] ?? 0;
  }

  /** @param numbers of the groups, by what was their number before */
  renumber(numbers: readonly number[]): void {
    if (numbers.every((number, before) => number === before)) return;
    this.present.clear();
    for (let place = 0; place < this.#size; place++) {
      const group = numbers[this.groups[place] ?? 0] ?? 0;
      this.groups[place] = group;
      this.present.add(group);
    }
  }

  /** All of it, as this machine orders the bytes of its numbers. */
  toBytes(): Uint8Array<ArrayBuffer> {
    const text = utf8(this.text());
    const size = this.#size;
    const parts = [
      Uint32Array.of(size, text.length),
      this.ends.subarray(0, size),
      this.ids.subarray(0, size),
      this.predecessors.subarray(0, size),
      this.#starts.subarray(1, size + 1),
      this.groups.subarray(0, size),
      this.#grams.bits,
      text,
    ];
    const bytes = new Uint8Array(HEAD_BYTES + size * EACH_BYTES + GRAMS_BYTES + text.length);
    let at = DIGEST_BYTES;
    for (const part of parts) {
      bytes.set(new Uint8Array(part.buffer, part.byteOffset, part.byteLength), at);
      at += part.byteLength;
    }
    bytes.set(digestOf(bytes));
    return bytes;
  }

  /** Undefined where these are not the bytes of any. */
  static fromBytes(bytes: Uint8Array): RegisterColumns | undefined {
    if (bytes.length < HEAD_BYTES || !equalBytes(bytes.subarray(0, DIGEST_BYTES), digestOf(bytes))) return undefined;
    const copy = (from: number, length: number) => bytes.slice(from, from + length).buffer;
    const [size = 0, textBytes = 0] = new Uint32Array(copy(DIGEST_BYTES, 8));
    if (bytes.length !== HEAD_BYTES + size * EACH_BYTES + GRAMS_BYTES + textBytes) return undefined;
    let at = HEAD_BYTES;
    const next = (length: number) => copy(at, (at += length) && length);
    const ends = new Float64Array(next(8 * size));
    const ids = new Uint32Array(next(4 * size));
    const predecessors = new Uint32Array(next(4 * size));
    const starts = new Uint32Array(size + 1);
    starts.set(new Uint32Array(next(4 * size)), 1);
    const groups = new Uint16Array(next(2 * size));
    const grams = new Uint8Array(next(GRAMS_BYTES));
    const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes.subarray(at));
    return new RegisterColumns({ ends, ids, predecessors, starts, groups, grams, text });
  }
}

interface Parts {
  readonly ids: Uint32Array;
  readonly predecessors: Uint32Array;
  readonly ends: Float64Array;
  readonly groups: Uint16Array;
  readonly starts: Uint32Array;
  readonly grams: Uint8Array;
  readonly text: string;
}

function digestOf(bytes: Uint8Array): Uint8Array {
  return createHash("sha256").update(bytes.subarray(DIGEST_BYTES)).digest();
}
