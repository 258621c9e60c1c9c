/**
 * Which runs of a few characters some texts have: says of most texts at once that none of those has them in it, so that
 * only a few have to be looked through. Hashed: now and then it does not say so.
 */

/** Characters of the longest run that counts. */
const LONGEST = 5;

const BITS_LOG2 = 17;

export class Grams {
  readonly #bits = new Uint8Array((1 << BITS_LOG2) / 8);

  add(text: string): void {
    everyGram(text, (gram) => {
      this.#bits[gram >>> 3] = (this.#bits[gram >>> 3] ?? 0) | (1 << (gram & 7));
      return true;
    });
  }

  /** False only where no text that was added has `part` in it. */
  mayHave(part: string): boolean {
    return everyGram(part, (gram) => ((this.#bits[gram >>> 3] ?? 0) & (1 << (gram & 7))) !== 0);
  }
}

/** Whether `test` holds for the number of every run in `text`. */
function everyGram(text: string, test: (gram: number) => boolean): boolean {
  for (let start = 0; start < text.length; start++) {
    const end = Math.min(text.length, start + LONGEST);
    let hash = 0;
    for (let index = start; index < end; index++) {
      // Knuth's multiplication: the upper bits depend on all characters.
      hash = Math.imul(hash ^ text.charCodeAt(index), 0x9e3779b1) + 1;
      if (!test((hash ^ hash >>> 13) >>> 32 - BITS_LOG2)) return false;
    }
  }
  return true;
}
