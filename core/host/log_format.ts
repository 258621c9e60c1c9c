/** How a log record becomes one line (text or JSON) that nobody outside can forge or garble. */
import { CaucaseError, describeError } from "../errors.ts";
import { valueText } from "../log.ts";

export interface LogLine {
  /** Unix milliseconds. */
  readonly timestamp: number;
  readonly level: string;
  /** Its stable name. */
  readonly event: string;
  /** Fixed text at even indexes, values that were put in at odd ones. */
  readonly message: readonly unknown[];
  readonly properties: Readonly<Record<string, unknown>>;
}

/** Levels as the journal knows them: syslog's priorities (sd-daemon(3)). */
const PRIORITY: Readonly<Record<string, string>> = { debug: "<7>", info: "<6>", warning: "<4>", error: "<3>" };

/**
 * `<time> <level> <event>: <message>`. Bugs (errors that are no `CaucaseError`) add their stacks on indented lines, and
 * so does the property `stack`; other properties that the message does not mention are left out.
 * @param journal whether the journal adds the time: then the level comes first, in the form that it takes out again
 */
export function formatText(line: LogLine, journal = false): string {
  const { timestamp, level, event, properties } = line;
  const prefix = journal ? PRIORITY[level] ?? "" : "";
  const time = journal ? "" : `${new Date(timestamp).toISOString()} `;
  const head = `${time}${level} ${event}: ${messageText(line)}`;
  const stacks = Object.entries(properties).flatMap(([name, value]) => stackIn(name, value));
  return [head, ...stacks.map((stackLine) => `    ${stackLine}`)].map((part) => `${prefix}${printable(part)}\n`).join(
    "",
  );
}

/**
 * One JSON object: `time`, `level`, `event`, `message`, `properties`; an error in them is `{message, code or stack}`.
 */
export function formatJson(line: LogLine): string {
  const { timestamp, level, event, properties } = line;
  const time = new Date(timestamp).toISOString();
  const record = { time, level, event, message: messageText(line), properties };
  return escapeControlsAsJson(JSON.stringify(record, (_, value) => jsonValue(value))) + "\n";
}

/**
 * `text` with what could begin a line, drive a terminal or turn the reading direction written as an escape that JSON
 * knows too: C0, DEL and C1 controls, line and paragraph separators, bidirectional controls.
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
  const values = message.map((part, index) => index % 2 === 0 ? String(part) : valueText(part));
  return withoutKeys(values.join(""));
}

function jsonValue(value: unknown): unknown {
  if (value instanceof CaucaseError) return { message: withoutKeys(describeError(value)), code: value.code };
  if (value instanceof Error) {
    return { message: withoutKeys(value.message), stack: stackLines(value).join("\n") };
  }
  if (typeof value === "string") return withoutKeys(value);
  return typeof value === "bigint" ? String(value) : value;
}

/** Lines about where it happened. */
function stackIn(name: string, value: unknown): string[] {
  if (value instanceof Error) return value instanceof CaucaseError ? [] : stackLines(value);
  return name === "stack" && typeof value === "string" ? trimmedLines(value) : [];
}

/** The stack of an error and of what caused it. */
function stackLines(error: Error): string[] {
  const own = trimmedLines(error.stack ?? error.message);
  return error.cause instanceof Error ? [...own, "caused by", ...stackLines(error.cause)] : own;
}

function trimmedLines(text: string): string[] {
  return withoutKeys(text).split("\n").map((line) => line.trim());
}
