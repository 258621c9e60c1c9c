/**
 * The revoked certificates of a CRL, as DER. Entries are encoded once, when they are added, and never copied after
 * that: a million take 37 megabytes.
 */
import { CaucaseError } from "../errors.ts";
import type { DecimalInteger } from "../der/decimal_integer.ts";
import { TAG } from "../der/tags.ts";
import { derInteger, derSequence, derTime } from "../der/writer.ts";
import { isUtcTime, UTC_TIME_SIZE, UtcTimeWriter } from "../der/utc_time.ts";

/** Longest serial number whose entry is written in place, in bytes; so that every length fits one byte. */
const SHORT_SERIAL = 64;
/** Of SEQUENCE and INTEGER. */
const SHORT_HEADERS = 2 + 2;
/** With UTCTime and its header. */
const SHORT_ENTRY = SHORT_HEADERS + SHORT_SERIAL + 2 + UTC_TIME_SIZE;

/** Sizes of the chunks: as much as there is already, within these. In bytes. */
const FIRST_CHUNK = 4096;
const LARGEST_CHUNK = 1 << 20;

/** How far a writer has come, or a value reaches. */
interface Extent {
  readonly length: number;
  readonly size: number;
  readonly latestDate: number;
  readonly chunks: number;
  /** Bytes of the last chunk. */
  readonly used: number;
}

interface Chunk {
  readonly bytes: Uint8Array;
  /** Final once there is a next chunk. */
  used: number;
}

const NOTHING: Extent = { length: 0, size: 0, latestDate: -Infinity, chunks: 0, used: 0 };

/** Writes entries. What was written stays where it is, so that views of it stay true: chunks, and no growing buffer. */
export class CrlEntryWriter {
  readonly #chunks: Chunk[];
  readonly #utcTime = new UtcTimeWriter();
  #length: number;
  #size: number;
  #latestDate: number;

  /** Goes on behind `chunks` that somebody else writes as well: only the last of them is copied. */
  constructor(chunks: readonly Chunk[] = [], extent = NOTHING) {
    this.#chunks = chunks.slice(0, Math.max(0, extent.chunks - 1));
    this.#length = extent.length - extent.used;
    this.#size = extent.size;
    this.#latestDate = extent.latestDate;
    const last = chunks[extent.chunks - 1];
    if (last !== undefined) this.#put(last.bytes.subarray(0, extent.used));
  }

  get extent(): Extent {
    const used = this.#chunks.at(-1)?.used ?? 0;
    const chunks = this.#chunks.length;
    return { length: this.#length, size: this.#size, latestDate: this.#latestDate, chunks, used };
  }

  /** Forgets what was written behind `extent`, of which nobody has a view yet. */
  cut(extent: Extent): void {
    this.#chunks.length = extent.chunks;
    const last = this.#chunks.at(-1);
    if (last !== undefined) last.used = extent.used;
    this.#length = extent.length;
    this.#size = extent.size;
    this.#latestDate = extent.latestDate;
  }

  /** What was written, as a value. */
  entries(): CrlEntries {
    return this.#size === 0 ? CrlEntries.NONE : new CrlEntries(this, this.extent);
  }

  /** @throws `unacceptable` for a negative serial number, which many readers of CRLs refuse */
  add(serial: bigint, revocationDate: number): void {
    if (serial < 0n) throw new CaucaseError("unacceptable", `CRL: serial number ${serial} is negative`);
    const hex = integerHex(serial);
    const size = hex.length / 2;
    if (size <= SHORT_SERIAL && isUtcTime(revocationDate)) {
      const chunk = this.#begin(size);
      const at = chunk.used + SHORT_HEADERS;
      chunk.bytes.subarray(at, at + size).setFromHex(hex);
      this.#finish(chunk, at + size, revocationDate);
    } else {
      this.#put(derSequence(derInteger(serial), derTime(revocationDate)));
    }
    this.#count(revocationDate);
  }

  /** The same for a serial number in digits, and a date from 1950 to 2049. */
  addDecimal(serial: DecimalInteger, revocationDate: number): void {
    const chunk = this.#begin(serial.size);
    this.#finish(chunk, serial.write(chunk.bytes, chunk.used + SHORT_HEADERS), revocationDate);
    this.#count(revocationDate);
  }

  /** All of `more`, which are few: they are copied. */
  addAll(more: CrlEntries): void {
    for (const piece of more.pieces()) this.#put(piece);
    this.#size += more.size;
    this.#latestDate = Math.max(this.#latestDate, more.latestDate);
  }

  /** The first `extent` of it, in views. */
  pieces({ chunks, used }: Extent): readonly Uint8Array[] {
    return this.#chunks.slice(0, chunks).map((chunk, index) =>
      chunk.bytes.subarray(0, index === chunks - 1 ? used : chunk.used)
    );
  }

  /** Another that goes on behind `extent`. */
  fork(extent: Extent): CrlEntryWriter {
    return new CrlEntryWriter(this.#chunks, extent);
  }

  /** Headers, behind which the serial number comes. All that `#put` of the whole element would do, far faster. */
  #begin(serialSize: number): Chunk {
    const chunk = this.#reserve(SHORT_ENTRY);
    const { bytes, used } = chunk;
    bytes[used] = TAG.SEQUENCE;
    bytes[used + 1] = 2 + serialSize + 2 + UTC_TIME_SIZE;
    bytes[used + 2] = TAG.INTEGER;
    bytes[used + 3] = serialSize;
    return chunk;
  }

  #finish(chunk: Chunk, at: number, revocationDate: number): void {
    const { bytes } = chunk;
    bytes[at] = TAG.UTC_TIME;
    bytes[at + 1] = UTC_TIME_SIZE;
    const end = this.#utcTime.write(revocationDate, bytes, at + 2);
    this.#length += end - chunk.used;
    chunk.used = end;
  }

  #count(revocationDate: number): void {
    this.#size++;
    if (revocationDate > this.#latestDate) this.#latestDate = revocationDate;
  }

  #put(bytes: Uint8Array): void {
    const chunk = this.#reserve(bytes.length);
    chunk.bytes.set(bytes, chunk.used);
    chunk.used += bytes.length;
    this.#length += bytes.length;
  }

  /** The chunk that has room for `size` bytes. */
  #reserve(size: number): Chunk {
    const last = this.#chunks.at(-1);
    if (last !== undefined && last.used + size <= last.bytes.length) return last;
    const wanted = Math.min(LARGEST_CHUNK, Math.max(FIRST_CHUNK, this.#length));
    const chunk = { bytes: new Uint8Array(Math.max(wanted, size)), used: 0 };
    this.#chunks.push(chunk);
    return chunk;
  }
}

/**
 * A value: adding to it gives another, and this one stays as it is. Both share a writer, with which the newest of them
 * goes on, so that adding one costs as much as the one.
 */
export class CrlEntries {
  /** Without any. */
  static readonly NONE: CrlEntries = new CrlEntries(new CrlEntryWriter(), NOTHING);

  readonly #writer: CrlEntryWriter;
  readonly #extent: Extent;

  /** For `CrlEntryWriter.entries()` alone. */
  constructor(writer: CrlEntryWriter, extent: Extent) {
    this.#writer = writer;
    this.#extent = extent;
  }

  /** How many there are. */
  get size(): number {
    return this.#extent.size;
  }

  get byteLength(): number {
    return this.#extent.length;
  }

  /** The latest revocation date among them; -Infinity without any. */
  get latestDate(): number {
    return this.#extent.latestDate;
  }

  /** The same for all values that share memory. */
  get source(): object {
    return this.#writer;
  }

  /** The entries one after the other. Views. */
  pieces(): readonly Uint8Array[] {
    return this.#writer.pieces(this.#extent);
  }

  /**
   * These, and then more certificates, without entry extensions. Dates in Unix seconds.
   * @throws `unacceptable` for a negative serial number, which many readers of CRLs refuse
   */
  with(more: Iterable<{ readonly serial: bigint; readonly revocationDate: number }>): CrlEntries {
    return this.#extended((writer) => {
      for (const { serial, revocationDate } of more) writer.add(serial, revocationDate);
    });
  }

  /** These and then `more`. */
  followedBy(more: CrlEntries): CrlEntries {
    return this.size === 0 ? more : this.#extended((writer) => writer.addAll(more));
  }

  #extended(write: (writer: CrlEntryWriter) => void): CrlEntries {
    // Only the newest value may go on with the shared writer; all others, and the empty one, need another.
    const isNewest = this.size > 0 && this.#writer.extent.size === this.size;
    const writer = isNewest ? this.#writer : this.#writer.fork(this.#extent);
    try {
      write(writer);
    } catch (error) {
      writer.cut(this.#extent);
      throw error;
    }
    return writer.extent.size === this.size ? this : writer.entries();
  }
}

/** Content of a non-negative INTEGER in hexadecimal. */
function integerHex(value: bigint): string {
  const hex = value.toString(16);
  if (hex.length % 2) return `0${hex}`;
  return hex < "8" ? hex : `00${hex}`;
}
