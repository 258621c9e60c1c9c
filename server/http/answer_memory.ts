/** The memory that large answers hold until their clients have taken them. */
import { type Body, sourceOf } from "../../core/pieces.ts";

/** A large answer on its way, as {@linkcode AnswerMemory} sees it. */
export interface HeldAnswer {
  /** Gives up, and its connection with it. */
  drop(): void;
}

/** Memory that answers share. */
interface Use {
  readonly size: number;
  /** Of answers. */
  count: number;
}

/**
 * Counts every buffer, and every source of pieces, once, however many answers are made of it: all its readers share a
 * CRL. Over the limit the answers that were begun first are given up: their clients had the most time.
 */
export class AnswerMemory {
  /** In the order in which they were begun. */
  readonly #answers = new Map<HeldAnswer, object>();
  readonly #uses = new Map<object, Use>();
  #held = 0;

  /** @param limit bytes of all large answers together; a single one may be larger */
  constructor(readonly limit: number) {}

  get held(): number {
    return this.#held;
  }

  /** `body` goes out from now on, until `release`. */
  hold(answer: HeldAnswer, body: Body): void {
    const source = sourceOf(body);
    const use = this.#uses.get(source) ?? this.#take(source, sizeOf(body));
    use.count++;
    this.#answers.set(answer, source);
    for (const earlier of this.#answers.keys()) {
      if (this.#held <= this.limit || earlier === answer) return;
      this.release(earlier);
      earlier.drop();
    }
  }

  /** All of it was taken, or the connection broke. Does nothing for an answer that is not held. */
  release(answer: HeldAnswer): void {
    const source = this.#answers.get(answer);
    const use = source && this.#uses.get(source);
    if (source === undefined || use === undefined) return;
    this.#answers.delete(answer);
    if (--use.count > 0) return;
    this.#uses.delete(source);
    this.#held -= use.size;
  }

  #take(source: object, size: number): Use {
    const use = { size, count: 0 };
    this.#uses.set(source, use);
    this.#held += size;
    return use;
  }
}

/** What is made while it is sent takes about as much as what it is made of. */
function sizeOf(body: Body): number {
  return body instanceof Uint8Array ? body.buffer.byteLength : body.length;
}
