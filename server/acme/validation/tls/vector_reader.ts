/** Reads the structures of TLS (RFC 5246 4): big-endian numbers, and vectors with their length in front. */
import { malformed } from "../../../../core/errors.ts";

/** Walks `bytes`. `what` names the structure in errors. */
export class VectorReader {
  #at = 0;

  constructor(readonly bytes: Uint8Array, readonly what: string) {}

  /** Where the next thing begins. */
  get position(): number {
    return this.#at;
  }

  get done(): boolean {
    return this.#at === this.bytes.length;
  }

  /** The next `size` bytes, as a view. @throws `malformed` when there are fewer */
  take(size: number): Uint8Array {
    if (size > this.bytes.length - this.#at) throw malformed(`${this.what} is cut short`);
    this.#at += size;
    return this.bytes.subarray(this.#at - size, this.#at);
  }

  /** An unsigned number of `size` bytes, at most 4. */
  number(size: 1 | 2 | 3 | 4): number {
    return this.take(size).reduce((number, byte) => number * 0x100 + byte, 0);
  }

  /** A vector whose length has `size` bytes, as a view of its content. */
  vector(size: 1 | 2 | 3): Uint8Array {
    return this.take(this.number(size));
  }

  /** A reader of the content of a vector. */
  enter(size: 1 | 2 | 3): VectorReader {
    return new VectorReader(this.vector(size), this.what);
  }

  /** @throws `malformed` unless everything was read */
  end(): void {
    if (!this.done) throw malformed(`${this.what} has something after its end`);
  }
}
