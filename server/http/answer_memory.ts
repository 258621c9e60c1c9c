/** The memory that large answers hold until their clients have taken them. */

/** A large answer on its way, as {@linkcode AnswerMemory} sees it. */
export interface HeldAnswer {
  /** Gives up, and its connection with it. */
  drop(): void;
}

/**
 * Counts every buffer once, however many answers are made of it: all its readers share a CRL. Over the limit the
 * answers that were begun first are given up: their clients had the most time.
 */
export class AnswerMemory {
  /** In the order in which they were begun. */
  readonly #answers = new Map<HeldAnswer, ArrayBufferLike>();
  readonly #uses = new Map<ArrayBufferLike, number>();
  #held = 0;

  /** @param limit bytes of all large answers together; a single one may be larger */
  constructor(readonly limit: number) {}

  get held(): number {
    return this.#held;
  }

  /** `bytes` go out from now on, until `release`. */
  hold(answer: HeldAnswer, { buffer }: Uint8Array): void {
    const uses = this.#uses.get(buffer) ?? 0;
    if (uses === 0) this.#held += buffer.byteLength;
    this.#uses.set(buffer, uses + 1);
    this.#answers.set(answer, buffer);
    for (const earlier of this.#answers.keys()) {
      if (this.#held <= this.limit || earlier === answer) return;
      this.release(earlier);
      earlier.drop();
    }
  }

  /** All of it was taken, or the connection broke. Does nothing for an answer that is not held. */
  release(answer: HeldAnswer): void {
    const buffer = this.#answers.get(answer);
    if (buffer === undefined) return;
    this.#answers.delete(answer);
    const uses = (this.#uses.get(buffer) ?? 1) - 1;
    if (uses > 0) return void this.#uses.set(buffer, uses);
    this.#uses.delete(buffer);
    this.#held -= buffer.byteLength;
  }
}
