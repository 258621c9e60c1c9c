/**
 * The operator's log, on standard error. Nothing is written before `configureLogging`, and LogTape is loaded only then:
 * commands that never log do not pay for it.
 */
import { fstatSync } from "node:fs";
import { createLog, type Log, type LogFormat, type LogLevel } from "../log.ts";
import { formatJson, formatText } from "./log_format.ts";
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

let logtape: typeof import("@logtape/logtape") | undefined;

/** The one log; may be obtained before `configureLogging`. The name of an event is its category in LogTape. */
export const systemLog: Log = createLog(({ level, event, sentence, fields }) =>
  logtape?.getLogger(["caucase", ...event.split(".")])[level](sentence, fields)
);

/** Sets up, or changes, what is logged and how. */
export async function configureLogging(settings: LogSettings): Promise<void> {
  const { format, level, write = writeToStandardError } = settings;
  const { journal = isJournal(journalStream()) } = settings;
  const toLine = format === "json" ? formatJson : formatText;
  const library = await import("@logtape/logtape");
  library.configureSync({
    reset: true,
    sinks: { lines: ({ category, ...record }) => write(toLine({ ...record, event: eventOf(category) }, journal)) },
    loggers: [
      { category: "caucase", lowestLevel: level, sinks: ["lines"] },
      // LogTape's word about its own troubles.
      { category: ["logtape", "meta"], lowestLevel: "error", sinks: ["lines"] },
    ],
  });
  logtape = library;
}

function eventOf(category: readonly string[]): string {
  return (category[0] === "caucase" ? category.slice(1) : category).join(".");
}

/** Waits for the reader: a record is written before what follows it happens. LogTape catches what fails here. */
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
