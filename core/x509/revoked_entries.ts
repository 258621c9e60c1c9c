/** The revoked certificates of a CRL (RFC 5280 5.1.2.6), read where they lie: a list may have a million entries. */
import { equalBytes } from "../bytes.ts";
import { CaucaseError, malformed } from "../errors.ts";
import { DerCursor } from "../der/cursor.ts";
import { readDer, readInteger } from "../der/reader.ts";
import { TAG } from "../der/tags.ts";
import { timeAt } from "../der/time.ts";
import { derInteger } from "../der/writer.ts";
import { parseExtensions } from "./extension.ts";
import { OID } from "../der/oids.ts";

export interface RevokedEntry {
  readonly serial: bigint;
  /** Unix seconds. */
  readonly revocationDate: number;
}

/** Extensions that change nothing about an entry's meaning for us, critical or not (RFC 5280 5.3). */
const HARMLESS: readonly string[] = [OID.REASON_CODE, OID.INVALIDITY_DATE];

export class RevokedEntries implements Iterable<RevokedEntry> {
  readonly length: number;
  /** Extensions of an entry that were found good. */
  #harmless: Uint8Array = new Uint8Array();

  /**
   * `content` is that of the SEQUENCE OF entries. All of them are checked here, so that nothing fails later.
   * @throws `malformed`; `unacceptable` for an entry with a critical extension, which may mean another issuer's
   * certificate
   */
  constructor(private readonly content: Uint8Array, private readonly what: string) {
    const list = new DerCursor(content, what);
    const entry = new DerCursor(content, what);
    let length = 0;
    for (; !list.done; length++) {
      list.expect(TAG.SEQUENCE);
      entry.into(list);
      this.#checkEntry(entry);
    }
    this.length = length;
  }

  /** Whether `serial` is among them. Looks at each entry once, and makes no objects of them. */
  has(serial: bigint): boolean {
    const wanted = readDer(derInteger(serial), TAG.INTEGER, "serial number").content;
    const list = new DerCursor(this.content, this.what);
    const entry = new DerCursor(this.content, this.what);
    while (!list.done) {
      list.next();
      entry.into(list);
      entry.next();
      if (entry.end - entry.contentStart === wanted.length && this.#holds(wanted, entry.contentStart)) return true;
    }
    return false;
  }

  *[Symbol.iterator](): Generator<RevokedEntry> {
    const list = new DerCursor(this.content, this.what);
    const entry = new DerCursor(this.content, this.what);
    while (!list.done) {
      list.next();
      entry.into(list);
      entry.next();
      const serial = this.#integer(entry);
      entry.next();
      yield { serial, revocationDate: timeAt(entry) };
    }
  }

  #checkEntry(entry: DerCursor): void {
    entry.expect(TAG.INTEGER);
    if (!this.#isMinimal(entry)) throw malformed(`${this.what} has a serial number that is not minimal`);
    entry.next();
    if (Number.isNaN(timeAt(entry))) throw malformed(`${this.what} has a revocation date that is not a time`);
    if (entry.done) return;
    entry.expect(TAG.SEQUENCE);
    const extensions = this.content.subarray(entry.start, entry.end);
    if (!entry.done) throw malformed(`${this.what} has an entry with something after its end`);
    // Most CRLs give the same few reasons over and over.
    if (equalBytes(extensions, this.#harmless)) return;
    this.#checkExtensions(extensions);
    this.#harmless = extensions;
  }

  #checkExtensions(der: Uint8Array): void {
    const extensions = parseExtensions(readDer(der, TAG.SEQUENCE, this.what), this.what);
    if (extensions.length === 0) throw malformed(`${this.what} has an entry with an empty list of extensions`);
    if (extensions.some(({ oid, critical }) => critical && !HARMLESS.includes(oid))) {
      throw new CaucaseError("unacceptable", `${this.what} has an entry with a critical extension that is not known`);
    }
  }

  /** As `readInteger` asks for (X.690 8.3.2). */
  #isMinimal({ contentStart, end }: DerCursor): boolean {
    const first = this.content[contentStart] ?? 0;
    const second = this.content[contentStart + 1] ?? 0;
    const size = end - contentStart;
    return size === 1 || (size > 1 && !(first === 0 && second < 0x80) && !(first === 0xff && second >= 0x80));
  }

  #holds(wanted: Uint8Array, from: number): boolean {
    for (let i = 0; i < wanted.length; i++) if (wanted[i] !== this.content[from + i]) return false;
    return true;
  }

  #integer({ tag, start, contentStart, end }: DerCursor): bigint {
    const element = { tag, raw: this.content.subarray(start, end), content: this.content.subarray(contentStart, end) };
    return readInteger(element, this.what);
  }
}
