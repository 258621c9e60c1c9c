/**
 * PEM of what is too large to be held as text besides its bytes: made slice by slice while it is sent. The same
 * characters as `encodePem`.
 */
import { type Bytes, utf8 } from "./bytes.ts";
import type { PiecedBytes } from "./pieces.ts";

/** Bytes in a line of 64 columns, and lines in a slice: just under 64 KiB of text, which is one write to a socket. */
const LINE = 48;
const COLUMNS = 64;
const LINES = 1008;

/** Characters that move at once, as a number: no eight of ASCII are a NaN, whose bits might change on the way. */
const WORD = 8;

const NEWLINE = "\n".charCodeAt(0);
const encoder = new TextEncoder();

/** One block in canonical form: 64 columns, LF, final newline. */
export function encodePemPieces(label: string, der: PiecedBytes): PiecedBytes {
  const begin = utf8(`-----BEGIN ${label}-----\n`);
  const end = utf8(`-----END ${label}-----\n`);
  return {
    length: begin.length + encodedSize(der.length) + end.length,
    source: der.source,
    *pieces() {
      yield begin;
      for (const slice of slicesOf(der)) yield encodeLines(slice);
      yield end;
    },
  };
}

/** Whole lines but for the last slice, across the borders of the pieces. Each is good until the next one is taken. */
function* slicesOf(der: PiecedBytes): Generator<Uint8Array> {
  const slice = new Uint8Array(LINE * LINES);
  let filled = 0;
  for (const piece of der.pieces()) {
    for (let at = 0; at < piece.length;) {
      const part = piece.subarray(at, at + slice.length - filled);
      slice.set(part, filled);
      filled += part.length;
      at += part.length;
      if (filled < slice.length) continue;
      yield slice;
      filled = 0;
    }
  }
  if (filled > 0) yield slice.subarray(0, filled);
}

/** Base64 with a newline at each line's end: of `bytes` bytes. */
function encodedSize(bytes: number): number {
  return 4 * Math.ceil(bytes / 3) + Math.ceil(bytes / LINE);
}

/**
 * In a new buffer, as a socket may hold it for long. The text comes to lie at its end, from where the lines move to
 * their places, eight characters at a time: faster than anything that looks at each byte, and than a call for a line.
 */
function encodeLines(bytes: Uint8Array): Bytes {
  const lines = Math.ceil(bytes.length / LINE);
  const text = new Uint8Array(encodedSize(bytes.length));
  encoder.encodeInto(bytes.toBase64(), text.subarray(lines));
  const view = new DataView(text.buffer);
  const whole = Math.floor(bytes.length / LINE);
  let to = 0;
  let from = lines;
  for (let line = 0; line < whole; line++) {
    for (const end = from + COLUMNS; from < end; from += WORD, to += WORD) {
      view.setFloat64(to, view.getFloat64(from));
    }
    text[to++] = NEWLINE;
  }
  // The last line is where it belongs, but for its end.
  if (whole < lines) {
    text.copyWithin(to, from);
    text[text.length - 1] = NEWLINE;
  }
  return text;
}
