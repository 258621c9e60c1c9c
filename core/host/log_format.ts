/** How a log record becomes one line (text or JSON) that nobody outside can forge or garble. */
import { CaucaseError, describeError } from "../errors.ts";

export type LogLevel = "debug" | "info" | "warning" | "error";

/** What may go into a log: nothing that could hold a key without being seen to. */
export type LogValue = string | number | bigint | boolean | null | undefined | Error | readonly string[];

export interface LogLine {
  /** Unix milliseconds. */
  readonly timestamp: number;
  readonly level: string;
  readonly category: string;
  /** Fixed text at even indexes, values that were put in at odd ones. */
  readonly message: readonly unknown[];
  readonly properties: Readonly<Record<string, unknown>>;
}

/**
 * `<time> <level> <category>: <message>`. Faults of ours (errors that are no `CaucaseError`) add their stacks on indented lines;
 * other properties that the message does not mention are left out.
 */
export function formatText(line: LogLine): string {
  const head = `${new Date(line.timestamp).toISOString()} ${line.level} ${line.category}: ${messageText(line)}`;
  const stacks = Object.values(line.properties).flatMap((value) => isFault(value) ? stackLines(value) : []);
  return [head, ...stacks.map((stackLine) => `    ${stackLine}`)].map((part) => printable(part) + "\n").join("");
}

/** One JSON object: `time`, `level`, `category`, `message`, `properties`; an error in them is `{message, code or stack}`. */
export function formatJson(line: LogLine): string {
  const { timestamp, level, category, properties } = line;
  const time = new Date(timestamp).toISOString();
  const record = { time, level, category, message: messageText(line), properties };
  return escapeControlsAsJson(JSON.stringify(record, (_, value) => jsonValue(value))) + "\n";
}

/**
 * `text` with what could begin a line, drive a terminal or turn the reading direction written as an escape that JSON knows too:
 * C0, DEL and C1 controls, line and paragraph separators, bidirectional controls.
 */
export function escapeControlsAsJson(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu,
    (character) => character === "\n" ? "\\n" : `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function printable(text: string): string {
  return escapeControlsAsJson(withoutKeys(text));
}

/** The last net under promise 5: no private key reaches a log, even where some library puts one into a message. */
function withoutKeys(text: string): string {
  return text.replace(
    /-----BEGIN [A-Z ]*PRIVATE KEY-----(?:[^]*?-----END [A-Z ]*PRIVATE KEY-----|[^]*)/g,
    "[private key]",
  );
}

function messageText({ message }: LogLine): string {
  return message.map((part, index) => index % 2 === 0 ? String(part) : valueText(part)).join("");
}

function valueText(value: unknown): string {
  if (value instanceof Error) return describeError(value);
  return Array.isArray(value) ? value.map(valueText).join(", ") : String(jsonValue(value));
}

function jsonValue(value: unknown): unknown {
  if (value instanceof CaucaseError) return { message: withoutKeys(describeError(value)), code: value.code };
  if (value instanceof Error) {
    return { message: withoutKeys(value.message), stack: stackLines(value).join("\n") };
  }
  if (value instanceof Uint8Array) return `[${value.length} bytes]`;
  if (typeof value === "string") return withoutKeys(value);
  return typeof value === "bigint" ? String(value) : value;
}

function isFault(value: unknown): value is Error {
  return value instanceof Error && !(value instanceof CaucaseError);
}

/** The stack of an error and of what caused it. */
function stackLines(error: Error): string[] {
  const own = withoutKeys(error.stack ?? error.message).split("\n").map((stackLine) => stackLine.trim());
  return error.cause instanceof Error ? [...own, "caused by", ...stackLines(error.cause)] : own;
}
