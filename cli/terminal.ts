/** The only place that prints. Standard output is for what was asked for, standard error for everything else. */
import { describeFault } from "../core/errors.ts";
import { fileError } from "../core/host/file_error.ts";
import { escapeControls } from "../core/host/log_format.ts";

const encoder = new TextEncoder();

/** One line on standard output. Throws `file` when it cannot be written. */
export function printLine(line: string): void {
  printText(`${line}\n`);
}

/** Text as it is on standard output: help, what was fetched. Throws `file` when it cannot be written. */
export function printText(text: string): void {
  try {
    writeAll(Deno.stdout, text);
  } catch (error) {
    throw fileError("write", "standard output", error);
  }
}

/** Lines on standard error. What may come from others, as a server's reason, cannot drive the terminal. */
export function printError(text: string): void {
  writeAll(Deno.stderr, `${text.split("\n").map(escapeControls).join("\n")}\n`);
}

/** The line for an error that ends what was asked for; the stack too where the fault is ours. */
export function reportError(error: unknown): void {
  printError(`error: ${describeFault(error)}`);
}

/** How long to wait for whoever reads our output, in milliseconds, before the next try. */
const NEXT_TRY = 5;

/**
 * Writes all of `text`, however much of it the stream takes at a time. Exported for its test.
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
