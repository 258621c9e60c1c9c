/** How all of a text, or of bytes, gets to standard output or standard error. */

/** How long to wait for the reader of the output, in milliseconds, before the next try. */
const NEXT_TRY = 5;

const encoder = new TextEncoder();

/**
 * Writes all of `content`, however much of it the stream takes at a time, and waits for that.
 * @throws what the stream throws, unless its reader is gone
 */
export function writeAll(stream: { writeSync(bytes: Uint8Array): number }, content: string | Uint8Array): void {
  let bytes = typeof content === "string" ? encoder.encode(content) : content;
  while (bytes.length > 0) {
    try {
      bytes = bytes.subarray(stream.writeSync(bytes));
    } catch (error) {
      // The reader of the output stopped reading, as `head` does: nobody is left to tell.
      if (error instanceof Deno.errors.BrokenPipe) return;
      // A full pipe that another process has made non-blocking: it is shared by all that have it open.
      if (!(error instanceof Deno.errors.WouldBlock)) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, NEXT_TRY);
    }
  }
}
