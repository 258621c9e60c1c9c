/** Streams of bytes cut into other pieces, with memory for one piece. */
import { type Bytes, concatBytes } from "../bytes.ts";

/**
 * The same bytes in pieces of exactly `size`; the last one may be shorter and is never empty. All lie in the same
 * memory, as buffers of megabytes pile up faster than they are collected: a piece is good until the next one is asked
 * for.
 */
export async function* piecesOf(chunks: AsyncIterable<Uint8Array>, size: number): AsyncGenerator<Bytes> {
  const piece = new Uint8Array(size);
  let filled = 0;
  for await (const chunk of chunks) {
    for (let rest = chunk; rest.length > 0;) {
      const part = rest.subarray(0, size - filled);
      piece.set(part, filled);
      filled += part.length;
      rest = rest.subarray(part.length);
      if (filled < size) continue;
      yield piece;
      filled = 0;
    }
  }
  if (filled > 0) yield piece.subarray(0, filled);
}

/** Takes the first bytes of a stream apart from the rest. */
export class ChunkReader {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #ahead: Uint8Array = new Uint8Array();

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** The next `size` bytes, or as many as there are. */
  async take(size: number): Promise<Bytes> {
    const parts: Uint8Array[] = [];
    for (let missing = size; missing > 0;) {
      if (this.#ahead.length === 0 && !await this.#advance()) break;
      const part = this.#ahead.subarray(0, missing);
      parts.push(part);
      missing -= part.length;
      this.#ahead = this.#ahead.subarray(part.length);
    }
    return concatBytes(...parts);
  }

  /** All that was not taken. Ending it early ends the stream. */
  async *rest(): AsyncGenerator<Uint8Array> {
    try {
      do {
        if (this.#ahead.length > 0) yield this.#ahead;
      } while (await this.#advance());
    } finally {
      await this.close();
    }
  }

  /** Tells the stream that nothing more will be read. */
  async close(): Promise<void> {
    await this.#chunks.return?.();
  }

  async #advance(): Promise<boolean> {
    const { value, done } = await this.#chunks.next();
    if (done) return false;
    this.#ahead = value;
    return true;
  }
}
