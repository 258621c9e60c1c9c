/**
 * Reads DER (X.690) strictly: definite minimal lengths, one-byte tags, nothing left over. What is not
 * DER is a `malformed` error that says what was being read.
 */
import { type Bytes, bytesToBigInt } from "../bytes.ts";
import { malformed } from "../errors.ts";
import { DerCursor } from "./cursor.ts";
import { TAG } from "./tags.ts";
import { timeAt } from "./time.ts";

/** One element: views into the bytes it was read from, never copies. */
export interface DerElement {
  readonly tag: number;
  /** The value without its header. */
  readonly content: Uint8Array;
  /** Header and value. */
  readonly raw: Uint8Array;
}

/** Walks the elements that lie one after the other in `bytes`. `what` names the structure in errors. */
export class DerReader {
  readonly #cursor: DerCursor;

  constructor(bytes: Uint8Array, what: string) {
    this.#cursor = new DerCursor(bytes, what);
  }

  get done(): boolean {
    return this.#cursor.done;
  }

  /** Tag of the next element; undefined at the end. */
  peekTag(): number | undefined {
    return this.#cursor.nextTag;
  }

  /** The next element, of any tag. */
  any(): DerElement {
    this.#cursor.next();
    return this.#current();
  }

  /** The next element, which must have `tag`. */
  expect(tag: number): DerElement {
    this.#cursor.expect(tag);
    return this.#current();
  }

  /** The next element if it has `tag`. */
  optional(tag: number): DerElement | undefined {
    return this.peekTag() === tag ? this.any() : undefined;
  }

  /** Reader of the content of the next element, which must have `tag`. */
  enter(tag: number): DerReader {
    return new DerReader(this.expect(tag).content, this.#cursor.what);
  }

  /** Fails unless everything was read. */
  end(): void {
    if (!this.done) throw malformed(`${this.#cursor.what} has something after its end`);
  }

  integer(): bigint {
    return readInteger(this.expect(TAG.INTEGER), this.#cursor.what);
  }

  oid(): string {
    return readOid(this.expect(TAG.OID), this.#cursor.what);
  }

  #current(): DerElement {
    const { bytes, tag, start, contentStart, end } = this.#cursor;
    return { tag, content: bytes.subarray(contentStart, end), raw: bytes.subarray(start, end) };
  }
}

/** The one element that `bytes` are. */
export function readDer(bytes: Uint8Array, tag: number, what: string): DerElement {
  const reader = new DerReader(bytes, what);
  const element = reader.expect(tag);
  reader.end();
  return element;
}

/** Reader of the content of the one element that `bytes` are. */
export function openDer(bytes: Uint8Array, tag: number, what: string): DerReader {
  return new DerReader(readDer(bytes, tag, what).content, what);
}

export function readInteger(element: DerElement, what: string): bigint {
  const { content } = element;
  const [first, second] = content;
  if (first === undefined) throw malformed(`${what} has an empty integer`);
  const redundant = second !== undefined && ((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80));
  if (redundant) throw malformed(`${what} has an integer that is not minimal`);
  const value = bytesToBigInt(content);
  return first & 0x80 ? value - (1n << BigInt(8 * content.length)) : value;
}

export function readBoolean(element: DerElement, what: string): boolean {
  const [value] = element.content;
  if (element.content.length !== 1 || (value !== 0 && value !== 0xff)) throw malformed(`${what} has a bad boolean`);
  return value === 0xff;
}

/**
 * Longest OBJECT IDENTIFIER that is read, in bytes. One from a UUID takes about 20; without a limit the cost is
 * quadratic.
 */
const MAX_OID_SIZE = 128;

/** Dotted text of an OBJECT IDENTIFIER, whatever the size of its components. */
export function readOid({ content }: DerElement, what: string): string {
  if (content.length > MAX_OID_SIZE) throw malformed(`${what} has an object identifier of over ${MAX_OID_SIZE} bytes`);
  if (content.length === 0 || (content.at(-1) ?? 0) >= 0x80) {
    throw malformed(`${what} has an object identifier that is cut short`);
  }
  const components: string[] = [];
  for (let from = 0, to = 1; from < content.length; from = to, to = from + 1) {
    while ((content[to - 1] ?? 0) >= 0x80) to++;
    if (content[from] === 0x80) throw malformed(`${what} has an object identifier that is not minimal`);
    const component = base128(content.subarray(from, to));
    components.push(from > 0 ? `${component}` : firstTwo(component));
  }
  return components.join(".");
}

/** The first two components share one number (X.690 8.19.4). */
function firstTwo(number: number | bigint): string {
  return number < 40 ? `0.${number}` : number < 80 ? `1.${BigInt(number) - 40n}` : `2.${BigInt(number) - 80n}`;
}

/** The number in groups of seven bits; a BigInt only where it may not fit a double. */
function base128(groups: Uint8Array): number | bigint {
  if (groups.length <= 7) return groups.reduce((number, group) => number * 128 + (group & 0x7f), 0);
  return groups.reduce((number, group) => (number << 7n) | BigInt(group & 0x7f), 0n);
}

/** Bytes of a BIT STRING and how many bits of the last one are unused. */
export function readBitString(element: DerElement, what: string): { bytes: Uint8Array; unusedBits: number } {
  const [unusedBits] = element.content;
  const bytes = element.content.subarray(1);
  const last = bytes.at(-1) ?? 0;
  if (unusedBits === undefined || unusedBits > 7 || (bytes.length === 0 && unusedBits > 0)) {
    throw malformed(`${what} has a bad bit string`);
  }
  if (last & ((1 << unusedBits) - 1)) throw malformed(`${what} has a bit string with stray bits`);
  return { bytes, unusedBits };
}

/** Bytes of a BIT STRING that holds whole bytes. */
export function readWholeBitString(element: DerElement, what: string): Bytes {
  const { bytes, unusedBits } = readBitString(element, what);
  if (unusedBits !== 0) throw malformed(`${what} has a bit string that does not end on a byte`);
  return bytes.slice();
}

/** Most bytes that a BIT STRING of named bits may have: no such type in X.509 has more than nine bits. */
const MAX_NAMED_BYTES = 8;

/**
 * Numbers of the bits that are set in a BIT STRING of named bits, ascending. Trailing zero bits are let pass: some
 * write them.
 */
export function readNamedBits(element: DerElement, what: string): Set<number> {
  const { bytes } = readBitString(element, what);
  if (bytes.length > MAX_NAMED_BYTES) throw malformed(`${what} has too many named bits`);
  const bits = new Set<number>();
  bytes.forEach((byte, index) => {
    for (let bit = 0; bit < 8; bit++) if (byte & (0x80 >> bit)) bits.add(index * 8 + bit);
  });
  return bits;
}

/** Unix seconds of a UTCTime or GeneralizedTime in the one form that RFC 5280 4.1.2.5 allows. */
export function readTime({ tag, content }: DerElement, what: string): number {
  const seconds = timeAt({ tag, bytes: content, contentStart: 0, end: content.length });
  if (Number.isNaN(seconds)) throw malformed(`${what} has a time that is not in the form RFC 5280 asks for`);
  return seconds;
}

const CONSTRUCTED = 0x20;
const MAX_DEPTH = 16;

/**
 * Checks that everything within `element` is well formed, down to its leaves: for types that nobody here knows, what
 * `ANY` stands for in names and policy qualifiers. `what` names it in errors.
 * @throws `malformed`, also past 16 levels
 */
export function checkNested(element: DerElement, what: string, depth = 0): void {
  if (!(element.tag & CONSTRUCTED)) return;
  if (depth === MAX_DEPTH) throw malformed(`${what} is nested too deeply`);
  const reader = new DerReader(element.content, what);
  while (!reader.done) checkNested(reader.any(), what, depth + 1);
}
