/** The one place that reads DER headers (X.690 8.1), without making an object per element: lists may hold a million. */
import { malformed } from "../errors.ts";

/** Position in a run of elements. `next()` moves to the next one, whose bounds the fields then tell. */
export class DerCursor {
  /** Identifier octet of the current element. */
  tag = 0;
  /** Where the current element begins, its header included. */
  start = 0;
  /** Where its content begins. */
  contentStart = 0;
  /** Where it ends; the next one begins here. */
  end = 0;
  #limit: number;

  constructor(readonly bytes: Uint8Array, readonly what: string) {
    this.#limit = bytes.length;
  }

  get done(): boolean {
    return this.end >= this.#limit;
  }

  /** Tag of the next element; undefined at the end. */
  get nextTag(): number | undefined {
    return this.done ? undefined : this.bytes[this.end];
  }

  /** Goes on before the first element inside the current element of `outer`, a cursor over the same bytes. */
  into(outer: DerCursor): void {
    this.end = outer.contentStart;
    this.#limit = outer.end;
  }

  next(): void {
    this.start = this.end;
    this.contentStart = this.start;
    this.tag = this.#byte();
    if ((this.tag & 0x1f) === 0x1f) throw this.#bad("has a tag of more than one byte");
    const length = this.#length();
    if (length > this.#limit - this.contentStart) throw this.#bad("is cut short");
    this.end = this.contentStart + length;
  }

  /** Moves to the next element, which must have `tag`. */
  expect(tag: number): void {
    if (this.done) throw this.#bad("ends too early");
    if (this.nextTag !== tag) throw this.#bad(`has tag ${hex(this.nextTag)} where ${hex(tag)} belongs`);
    this.next();
  }

  #byte(): number {
    const byte = this.contentStart < this.#limit ? this.bytes[this.contentStart] : undefined;
    if (byte === undefined) throw this.#bad("is cut short");
    this.contentStart++;
    return byte;
  }

  #length(): number {
    const first = this.#byte();
    if (first < 0x80) return first;
    const size = first & 0x7f;
    if (size === 0) throw this.#bad("has an indefinite length");
    if (size > 4) throw this.#bad("has a length over 4 GiB");
    let length = 0;
    for (let i = 0; i < size; i++) length = length * 256 + this.#byte();
    if (length < 0x80 || length < 2 ** (8 * (size - 1))) throw this.#bad("has a length that is not minimal");
    return length;
  }

  #bad(problem: string): Error {
    return malformed(`${this.what} ${problem}`);
  }
}

function hex(tag = 0): string {
  return `0x${tag.toString(16).padStart(2, "0")}`;
}
