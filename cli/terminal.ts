/** The only place that prints. Standard output is for what was asked for, standard error for everything else. */
import { concatBytes } from "../core/bytes.ts";
import { CaucaseError, describeFault } from "../core/errors.ts";
import { fileError, systemCode } from "../core/host/file_error.ts";
import { escapeControlsAsJson } from "../core/host/log_format.ts";
import { writeAll } from "../core/host/write_all.ts";
import { HiddenLine } from "./hidden_line.ts";
import type { Screen } from "./progress_line.ts";

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

/** Bytes as they are on standard output. Throws `file` when it cannot be written, or a person looks on. */
export function printBytes(bytes: Uint8Array): void {
  if (Deno.stdout.isTerminal()) {
    throw new CaucaseError("file", "what was asked for is not text: it goes into a file or pipe, not to a terminal");
  }
  try {
    writeAll(Deno.stdout, bytes);
  } catch (error) {
    throw fileError("write", "standard output", error);
  }
}

/**
 * Lines on standard error. What may come from others, as a server's reason, cannot drive the terminal. Never throws: a
 * log on a full disk must not end a server, and there is nobody left to be told.
 */
export function printError(text: string): void {
  const plain = text.split("\n").map(escapeControlsAsJson);
  writeIfPossible(`${(hasColors("stderr") ? plain.map(markLevel) : plain).join("\n")}\n`);
}

/** Where progress can be shown: standard error, if a person looks on. */
export function progressScreen(): Screen | undefined {
  if (!isScreen("stderr")) return undefined;
  return { write: writeIfPossible, columns: () => Deno.consoleSize().columns || UNKNOWN_WIDTH };
}

/** Columns for what is asked for, if a person looks on; undefined where it goes into a file or pipe. */
export function screenWidth(): number | undefined {
  return isScreen("stdout") ? Deno.consoleSize().columns || UNKNOWN_WIDTH : undefined;
}

/** Takes away all that stands on the screen of standard output, so that a list can be shown again. */
export function clearScreen(): void {
  printText("\x1b[H\x1b[2J\x1b[3J");
}

/** What a terminal has at least that does not say. */
const UNKNOWN_WIDTH = 80;

function writeIfPossible(text: string): void {
  try {
    writeAll(Deno.stderr, text);
  } catch (error) {
    // Only what the system says about the stream.
    if (systemCode(error) === undefined) throw error;
  }
}

/** The line for an error that ends what was asked for; the stack too where the fault is ours. */
export function reportError(error: unknown): void {
  printError(`error: ${describeFault(error)}`);
}

/**
 * Asks for a line on the terminal and shows nothing of it. The prompt goes to standard error: standard output may be a
 * file.
 * @throws `file` when standard input is no terminal, or ends; ends the process when it is interrupted
 */
export async function askHidden(prompt: string): Promise<string> {
  if (!Deno.stdin.isTerminal()) {
    throw new CaucaseError("file", "cannot ask for a passphrase: standard input is not a terminal", {
      hint: "--passphrase-file names a file that holds it",
    });
  }
  Deno.stdin.setRaw(true);
  const line = new HiddenLine();
  try {
    writeAll(Deno.stderr, escapeControlsAsJson(prompt));
    const buffer = new Uint8Array(1024);
    while (line.state === "typing") {
      const size = await Deno.stdin.read(buffer);
      if (size === null) throw new CaucaseError("file", "cannot ask for a passphrase: standard input ended");
      line.type(buffer.subarray(0, size));
    }
  } finally {
    Deno.stdin.setRaw(false);
    writeAll(Deno.stderr, "\n");
  }
  if (line.state === "entered") return line.text;
  // What the terminal would have done.
  Deno.kill(Deno.pid, "SIGINT");
  throw new CaucaseError("file", "interrupted while asking for a passphrase");
}

/** Whether somebody can be asked: questions go to standard error, answers come from standard input. */
export function canAsk(): boolean {
  return Deno.stdin.isTerminal() && Deno.stderr.isTerminal();
}

/**
 * Asks for a line on the terminal, where `canAsk`.
 * @throws `file` when standard input ends
 */
export async function askLine(prompt: string): Promise<string> {
  writeAll(Deno.stderr, escapeControlsAsJson(prompt));
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(1024);
  for (let line = "";;) {
    const size = await Deno.stdin.read(buffer);
    if (size === null) throw new CaucaseError("file", "there was no answer: standard input ended");
    line += decoder.decode(buffer.subarray(0, size), { stream: true });
    const end = line.indexOf("\n");
    // A terminal gives one line at a time: nothing follows.
    if (end >= 0) return line.slice(0, end).trim();
  }
}

/** All of standard input. @throws `file` when it cannot be read, or has more than `limit` bytes */
export async function readStandardInput(limit: number): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  let size = 0;
  const buffer = new Uint8Array(64 * 1024);
  for (;;) {
    const got = await Deno.stdin.read(buffer);
    if (got === null) return concatBytes(...parts);
    size += got;
    if (size > limit) throw new CaucaseError("file", `standard input has more than ${limit} bytes`);
    parts.push(buffer.slice(0, got));
  }
}

/**
 * Whether what goes there is seen in colours: never what goes into a file or pipe, nor where the person wants none.
 * `Deno.noColor` would not do: FORCE_COLOR overrides it, and nothing may override NO_COLOR.
 */
export function hasColors(stream: "stdout" | "stderr"): boolean {
  return isScreen(stream) && (Deno.env.get("NO_COLOR") ?? "") === "";
}

/** Whether a person looks on, at a terminal that can do more than write on. */
export function isScreen(stream: "stdout" | "stderr"): boolean {
  return Deno[stream].isTerminal() && Deno.env.get("TERM") !== "dumb";
}

/** Begin and end of a style (ECMA-48 8.3.117). */
const STYLE = { bold: "\x1b[1m", red: "\x1b[1;31m", yellow: "\x1b[1;33m", end: "\x1b[0m" };
const LEVEL: Readonly<Record<string, string>> = { error: STYLE.red, warning: STYLE.yellow };

/** `text` in bold letters, for where `hasColors`. */
export function bold(text: string): string {
  return STYLE.bold + text + STYLE.end;
}

/** A line that begins by saying how bad it is: so that this is seen at a glance. Exported for its test. */
export function markLevel(line: string): string {
  return line.replace(/^(error|warning):/, (word, level: string) => `${LEVEL[level]}${word}${STYLE.end}`);
}
