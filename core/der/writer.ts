/**
 * Writes DER (X.690), just what certificates, requests and CRLs are made of. Every function returns one whole element.
 */
import { bigIntToBytes, type Bytes, concatBytes, putAll, totalLength, utf8 } from "../bytes.ts";
import { TAG } from "./tags.ts";
import { isUtcTime, UTC_TIME_SIZE, UtcTimeWriter } from "./utc_time.ts";

// The second component is below 40 under the first two arcs (X.690 8.19.4).
const DOTTED_OID = /^(?:[01]\.(?:[0-9]|[1-3][0-9])|2\.(?:0|[1-9][0-9]*))(?:\.(?:0|[1-9][0-9]*))*$/;

/** Header of an element whose content has `length` bytes. */
export function derHeader(tag: number, length: number): Bytes {
  const header = new Uint8Array(headerSize(length));
  writeHeader(header, tag, length);
  return header;
}

/** Bytes of tag and length (X.690 8.1.3). */
function headerSize(length: number): number {
  let size = 2;
  if (length >= 0x80) { for (let rest = length; rest >= 1; rest /= 0x100) size++; }
  return size;
}

/** Writes tag and length at the beginning of `bytes`; where the content begins. */
function writeHeader(bytes: Uint8Array, tag: number, length: number): number {
  const size = headerSize(length);
  bytes[0] = tag;
  bytes[1] = size === 2 ? length : 0x80 | (size - 2);
  // No shifts: they would end at 32 bits.
  for (let at = size - 1, rest = length; at >= 2; at--, rest = Math.floor(rest / 0x100)) bytes[at] = rest % 0x100;
  return size;
}

/** One element: `tag`, length, then `content` joined. */
export function derElement(tag: number, ...content: readonly Uint8Array[]): Bytes {
  return elementOf(tag, content);
}

export function derSequence(...items: readonly Uint8Array[]): Bytes {
  return elementOf(TAG.SEQUENCE, items);
}

/** SET OF: members sorted by their encoding, as X.690 11.6 asks. */
export function derSetOf(...items: readonly Uint8Array[]): Bytes {
  return elementOf(TAG.SET, items.toSorted(compareEncodings));
}

/** The order of a SET OF (X.690 11.6): negative when `a` comes first, 0 when both are the same. */
export function compareEncodings(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

export function derInteger(value: bigint | number): Bytes {
  return derElement(TAG.INTEGER, twosComplement(BigInt(value)));
}

export function derBoolean(value: boolean): Bytes {
  return Uint8Array.of(TAG.BOOLEAN, 1, value ? 0xff : 0);
}

export function derNull(): Bytes {
  return Uint8Array.of(TAG.NULL, 0);
}

/**
 * OBJECT IDENTIFIER from dotted text; components may be of any size (X.690 8.19). Throws `RangeError` when it is none.
 */
export function derOid(dotted: string): Bytes {
  if (!DOTTED_OID.test(dotted)) throw new RangeError(`${dotted} is not an object identifier`);
  const [first = 0n, second = 0n, ...rest] = dotted.split(".").map((component) => BigInt(component));
  return derElement(TAG.OID, ...[first * 40n + second, ...rest].map(base128));
}

/** BIT STRING of whole bytes, or with `unusedBits` left over in the last one. */
export function derBitString(bytes: Uint8Array, unusedBits = 0): Bytes {
  return derElement(TAG.BIT_STRING, Uint8Array.of(unusedBits), bytes);
}

/** BIT STRING whose named bits are numbered from 0: trailing zero bits are dropped (X.690 11.2.2). */
export function derNamedBits(bits: Iterable<number>): Bytes {
  const set = [...bits];
  if (set.length === 0) return derBitString(new Uint8Array());
  const highest = Math.max(...set);
  const bytes = new Uint8Array((highest >> 3) + 1);
  for (const bit of set) bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) | (0x80 >> (bit & 7));
  return derBitString(bytes, 7 - (highest & 7));
}

export function derOctetString(bytes: Uint8Array): Bytes {
  return derElement(TAG.OCTET_STRING, bytes);
}

export function derUtf8String(text: string): Bytes {
  return derElement(TAG.UTF8_STRING, utf8(text));
}

/** IA5String; throws `RangeError` when `text` is not ASCII. */
export function derIa5String(text: string): Bytes {
  return derElement(TAG.IA5_STRING, asciiBytes(text));
}

/** `[number] EXPLICIT`. */
export function derExplicit(number: number, ...items: readonly Uint8Array[]): Bytes {
  return derElement(TAG.CONTEXT_CONSTRUCTED | number, ...items);
}

/** `[number] IMPLICIT` of a primitive type, from its content. */
export function derImplicit(number: number, content: Uint8Array): Bytes {
  return derElement(TAG.CONTEXT | number, content);
}

/** The years 0100 to 9999: what {@link derTime} can write and a reader takes back. */
const TIME_RANGE = { first: Date.UTC(100, 0) / 1000, last: Date.UTC(10000, 0) / 1000 - 1 };

/**
 * Time in whole Unix seconds: UTCTime from 1950 through 2049, GeneralizedTime otherwise (RFC 5280 4.1.2.5). Throws
 * `RangeError` for what cannot be written.
 */
export function derTime(unixSeconds: number): Bytes {
  if (!Number.isInteger(unixSeconds) || unixSeconds < TIME_RANGE.first || unixSeconds > TIME_RANGE.last) {
    throw new RangeError(`${unixSeconds} cannot be written as a time`);
  }
  if (isUtcTime(unixSeconds)) return derElement(TAG.UTC_TIME, utcTimeDigits(unixSeconds));
  const digits = new Date(unixSeconds * 1000).toISOString().replace(/[-:T]|\.\d{3}/g, "");
  return derElement(TAG.GENERALIZED_TIME, asciiBytes(digits));
}

/**
 * Written once, into its place. The content is one array: as arguments it would lie on the stack, which ends at some
 * 100 000, and others may ask for as many items.
 */
function elementOf(tag: number, content: readonly Uint8Array[]): Bytes {
  const length = totalLength(content);
  const element = new Uint8Array(headerSize(length) + length);
  putAll(element, writeHeader(element, tag, length), content);
  return element;
}

const utcTime = new UtcTimeWriter();

function utcTimeDigits(unixSeconds: number): Bytes {
  const digits = new Uint8Array(UTC_TIME_SIZE);
  utcTime.write(unixSeconds, digits, 0);
  return digits;
}

function asciiBytes(text: string): Bytes {
  // deno-lint-ignore no-control-regex
  if (!/^[\x00-\x7f]*$/.test(text)) throw new RangeError("text is not ASCII");
  return utf8(text);
}

function twosComplement(value: bigint): Bytes {
  if (value < 0n) {
    let size = 1n;
    while (value < -(1n << (size * 8n - 1n))) size++;
    return bigIntToBytes((1n << (size * 8n)) + value);
  }
  const bytes = bigIntToBytes(value);
  return (bytes[0] ?? 0) & 0x80 ? concatBytes(Uint8Array.of(0), bytes) : bytes;
}

function base128(component: bigint): Bytes {
  const groups = [Number(component & 0x7fn)];
  for (let rest = component >> 7n; rest > 0n; rest >>= 7n) groups.unshift(Number(rest & 0x7fn) | 0x80);
  return Uint8Array.from(groups);
}
