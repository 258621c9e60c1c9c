/** Standard error: how all of a text gets there, and whether it leads to systemd's journal. */
import { fstatSync } from "node:fs";

/** How long to wait for whoever reads our output, in milliseconds, before the next try. */
const NEXT_TRY = 5;

const encoder = new TextEncoder();

/**
 * Writes all of `text`, however much of it the stream takes at a time, and waits for that.
 * @throws what the stream throws, unless its reader is gone
 */
export function writeAll(stream: { writeSync(bytes: Uint8Array): number }, text: string): void {
  let bytes = encoder.encode(text);
  while (bytes.length > 0) {
    try {
      bytes = bytes.subarray(stream.writeSync(bytes));
    } catch (error) {
      // Whoever read our output stopped reading, as `head` does: nobody is left to be told.
      if (error instanceof Deno.errors.BrokenPipe) return;
      // A full pipe that another process has made non-blocking: it is shared by all that have it open.
      if (!(error instanceof Deno.errors.WouldBlock)) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, NEXT_TRY);
    }
  }
}

/** Its number among a process's open files, on every system. */
const STANDARD_ERROR = 2;

/**
 * Whether standard error leads to systemd's journal, which adds time and level by itself.
 * @param stream device and inode of the journal's socket, as systemd sets `JOURNAL_STREAM`. The variable alone would not do: it
 *   is inherited by programs whose output goes elsewhere.
 */
export function isJournal(stream: string | undefined): boolean {
  if (stream === undefined) return false;
  const { dev, ino } = fstatSync(STANDARD_ERROR, { bigint: true });
  return stream === `${dev}:${ino}`;
}
