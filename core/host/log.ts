/** The operator's log, on standard error. Nothing is written before `configureLogging`. */
import { fstatSync } from "node:fs";
import { createLog, type Log, LOG_LEVELS, type LogFormat, type LogLevel, type LogRecord } from "../log.ts";
import { formatJson, formatText, type LogLine, messageOf } from "./log_format.ts";
import { writeAll } from "./write_all.ts";

export interface LogSettings {
  readonly format: LogFormat;
  /** The lowest level that is written. */
  readonly level: LogLevel;
  /** Takes each finished line, with its line end; standard error unless given. */
  readonly write?: (line: string) => void;
  /** Whether the journal reads the lines, which adds time and level itself; as systemd says unless given. */
  readonly journal?: boolean;
}

/** Where it goes, once that is known. */
let take: ((record: LogRecord) => void) | undefined;

/** The one log; may be obtained before `configureLogging`. */
export const systemLog: Log = createLog((record) => take?.(record));

/** Sets up, or changes, what is logged and how. */
export function configureLogging(settings: LogSettings): void {
  const { format, level, write = writeToStandardError } = settings;
  const { journal = isJournal(journalStream()) } = settings;
  const toLine = format === "json" ? formatJson : formatText;
  const written = new Set<LogLevel>(LOG_LEVELS.slice(LOG_LEVELS.indexOf(level)));
  take = (record) => {
    if (!written.has(record.level)) return;
    try {
      write(toLine(lineOf(record), journal));
    } catch {
      // There is no other place to say so, and what was to be said must not stop what it is about.
    }
  };
}

function lineOf({ level, event, sentence, fields }: LogRecord): LogLine {
  return { timestamp: Date.now(), level, event, message: messageOf(sentence, fields), properties: fields };
}

/** Waits for the reader: a record is written before what follows it happens. */
function writeToStandardError(line: string): void {
  writeAll(Deno.stderr, line);
}

/** Undefined also where the program may not look. */
function journalStream(): string | undefined {
  const { state } = Deno.permissions.querySync({ name: "env", variable: "JOURNAL_STREAM" });
  return state === "granted" ? Deno.env.get("JOURNAL_STREAM") : undefined;
}

/** Its number among a process's open files, on every system. */
const STANDARD_ERROR = 2;

/**
 * Whether standard error leads to systemd's journal, which adds time and level by itself.
 * @param stream device and inode of the journal's socket, as systemd sets `JOURNAL_STREAM`. The variable alone would
 *   not do: it is inherited by programs whose output goes elsewhere.
 */
export function isJournal(stream: string | undefined): boolean {
  if (stream === undefined) return false;
  const { dev, ino } = fstatSync(STANDARD_ERROR, { bigint: true });
  return stream === `${dev}:${ino}`;
}
