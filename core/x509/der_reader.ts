/**
 * Reads DER (X.690) strictly: definite minimal lengths, one-byte tags, nothing left over, bounded depth. What is not DER is a
 * `malformed` error that says what was being read.
 */
import { type Bytes, bytesToBigInt } from "../bytes.ts";
import { malformed } from "../errors.ts";
import { TAG } from "./der_tags.ts";

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
  #offset = 0;

  constructor(private readonly bytes: Uint8Array, private readonly what: string) {}

  get done(): boolean {
    return this.#offset >= this.bytes.length;
  }

  /** Tag of the next element; undefined at the end. */
  peekTag(): number | undefined {
    return this.bytes[this.#offset];
  }

  /** The next element, of any tag. */
  any(): DerElement {
    const start = this.#offset;
    const tag = this.#byte();
    if ((tag & 0x1f) === 0x1f) throw this.#bad("has a tag of more than one byte");
    const length = this.#length();
    const from = this.#offset;
    if (length > this.bytes.length - from) throw this.#bad("is cut short");
    this.#offset = from + length;
    return {
      tag,
      content: this.bytes.subarray(from, this.#offset),
      raw: this.bytes.subarray(start, this.#offset),
    };
  }

  /** The next element, which must have `tag`. */
  expect(tag: number): DerElement {
    if (this.done) throw this.#bad("ends too early");
    if (this.peekTag() !== tag) throw this.#bad(`has tag ${this.peekTag()} where ${tag} belongs`);
    return this.any();
  }

  /** The next element if it has `tag`. */
  optional(tag: number): DerElement | undefined {
    return this.peekTag() === tag ? this.any() : undefined;
  }

  /** Reader of the content of the next element, which must have `tag`. */
  enter(tag: number): DerReader {
    return new DerReader(this.expect(tag).content, this.what);
  }

  /** Fails unless everything was read. */
  end(): void {
    if (!this.done) throw this.#bad("has something after its end");
  }

  integer(): bigint {
    return readInteger(this.expect(TAG.INTEGER), this.what);
  }

  oid(): string {
    return readOid(this.expect(TAG.OID), this.what);
  }

  #byte(): number {
    const byte = this.bytes[this.#offset++];
    if (byte === undefined) throw this.#bad("is cut short");
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

/** Dotted text of an OBJECT IDENTIFIER, whatever the size of its components. */
export function readOid(element: DerElement, what: string): string {
  const components: bigint[] = [];
  let component = 0n;
  let fresh = true;
  for (const byte of element.content) {
    if (fresh && byte === 0x80) throw malformed(`${what} has an object identifier that is not minimal`);
    component = (component << 7n) | BigInt(byte & 0x7f);
    fresh = byte < 0x80;
    if (fresh) {
      components.push(component);
      component = 0n;
    }
  }
  const [head, ...rest] = components;
  if (head === undefined || !fresh) throw malformed(`${what} has an object identifier that is cut short`);
  const first = head < 80n ? head / 40n : 2n;
  return [first, head - first * 40n, ...rest].join(".");
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

/** Numbers of the bits that are set in a BIT STRING of named bits. */
export function readNamedBits(element: DerElement, what: string): Set<number> {
  const { bytes } = readBitString(element, what);
  const bits = new Set<number>();
  bytes.forEach((byte, index) => {
    for (let bit = 0; bit < 8; bit++) if (byte & (0x80 >> bit)) bits.add(index * 8 + bit);
  });
  return bits;
}

const TIME = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/;

/** Unix seconds of a UTCTime or GeneralizedTime in the one form that RFC 5280 4.1.2.5 allows. */
export function readTime(element: DerElement, what: string): number {
  const text = String.fromCharCode(...element.content.subarray(0, 20));
  const full = element.tag === TAG.UTC_TIME ? (text < "5" ? "20" : "19") + text : text;
  const match = element.tag === TAG.UTC_TIME || element.tag === TAG.GENERALIZED_TIME ? TIME.exec(full) : null;
  if (match === null) throw malformed(`${what} has a time that is not in the form RFC 5280 asks for`);
  const [, year, month, day, hour, minute, second] = match;
  const iso = `${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`;
  const milliseconds = Date.parse(iso);
  if (Number.isNaN(milliseconds) || new Date(milliseconds).toISOString() !== iso) {
    throw malformed(`${what} has a time that does not exist`);
  }
  return milliseconds / 1000;
}
