/** The only place that prints. Standard output is for what was asked for, standard error for everything else. */

const encoder = new TextEncoder();

/** One line on standard output. */
export function printLine(line: string): void {
  writeAll(Deno.stdout, `${line}\n`);
}

/** Text as it is on standard output: help, completions. */
export function printText(text: string): void {
  writeAll(Deno.stdout, text);
}

/** One line on standard error. */
export function printError(line: string): void {
  writeAll(Deno.stderr, `${line}\n`);
}

function writeAll(stream: { writeSync(bytes: Uint8Array): number }, text: string): void {
  let bytes = encoder.encode(text);
  try {
    while (bytes.length > 0) bytes = bytes.subarray(stream.writeSync(bytes));
  } catch (error) {
    // Whoever read our output stopped reading, as `head` does: nobody is left to be told.
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}
