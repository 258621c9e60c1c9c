/** Numbers that look random and come again: all that a run does follows from its seed. */

export class SeededRandom {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  /** Another text, another sequence. */
  constructor(seed: string) {
    // FNV-1a, 32 bits, over the UTF-16 units; the constants tell the three words apart.
    let hash = 0x811c9dc5;
    for (let i = 0; i < seed.length; i++) hash = Math.imul(hash ^ seed.charCodeAt(i), 0x01000193);
    [this.#a, this.#b, this.#c] = [hash, hash ^ 0x9e3779b9, ~hash];
    for (let i = 0; i < 12; i++) this.next();
  }

  /** From 0 to 2^32 - 1, by the small fast counting generator of Chris Doty-Humphrey (sfc32). */
  next(): number {
    const sum = (this.#a + this.#b + this.#counter++) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** A whole number from 0 to below `limit`. */
  below(limit: number): number {
    return Math.floor((this.next() / 2 ** 32) * limit);
  }

  /** Whether something happens that does so once in `times`. */
  oneIn(times: number): boolean {
    return this.below(times) === 0;
  }

  /** One of `items`, which must not be empty. */
  pick<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new RangeError("nothing to pick from");
    return item;
  }

  /** A size that is small more often than not, from 1 to `limit`. */
  size(limit: number): number {
    return 1 + this.below(1 + this.below(limit));
  }

  bytes(size: number): Uint8Array {
    return Uint8Array.from({ length: size }, () => this.below(256));
  }
}
