/** Text files as people's editors and systems save them: UTF-8 with or without a byte order mark, or UTF-16. */
import { Buffer, isAscii } from "node:buffer";
import { type Bytes, utf8 } from "./bytes.ts";

/** How text is written in bytes. */
export type Encoding = "utf-8" | "utf-16le" | "utf-16be";

/**
 * How a file is encoded, by its byte order mark, else by the zero that UTF-16 has in each of its first two characters
 * where they are of ASCII, as in PEM and JSON. Everything else counts as UTF-8.
 */
export function encodingOf(bytes: Uint8Array): Encoding {
  const [a = 1, b = 1, c = 1, d = 1] = bytes;
  if (a === 0xff && b === 0xfe || a !== 0 && b === 0 && c !== 0 && d === 0) return "utf-16le";
  if (a === 0xfe && b === 0xff || a === 0 && b !== 0 && c === 0 && d !== 0) return "utf-16be";
  return "utf-8";
}

/** The text of a file, without its byte order mark. What is not of its encoding becomes U+FFFD. */
export function decodeText(bytes: Uint8Array): string {
  return new TextDecoder(encodingOf(bytes)).decode(bytes);
}

/** As `decodeText`. @throws `TypeError` for bytes that are not of the encoding */
export function decodeTextStrictly(bytes: Uint8Array): string {
  return new TextDecoder(encodingOf(bytes), { fatal: true }).decode(bytes);
}

/** What text in ASCII can be added to: the bytes themselves, but UTF-16 as UTF-8. */
export function withoutUtf16(bytes: Bytes): Bytes {
  return encodingOf(bytes) === "utf-8" ? bytes : utf8(decodeText(bytes));
}

/** The text of ASCII bytes; in place of a decoder, which costs ten times as much for a kilobyte. */
export function asciiText({ buffer, byteOffset, length }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, length).toString("latin1");
}

/** Whether all bytes are characters of ASCII other than NUL. */
export function isAsciiText(bytes: Uint8Array): boolean {
  return isAscii(bytes) && !bytes.includes(0);
}
