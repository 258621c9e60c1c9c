/**
 * The operator's log, on standard error. Nothing is written before `configureLogging`, and LogTape is loaded only then:
 * commands that never log do not pay for it.
 */
import { formatJson, formatText, type LogLevel, type LogValue } from "./log_format.ts";

export type { LogLevel, LogValue };

/** The part of the program that speaks. */
export type LogCategory =
  | "server"
  | "http"
  | "tls"
  | "ca"
  | "storage"
  | "jobs"
  | "cors"
  | "backup"
  | "manage"
  | "client"
  | "updater";

export type LogProperties = Readonly<Record<string, LogValue>>;

/**
 * `message` is a fixed text of ours in which `{name}` stands for a property; whatever comes from outside is a property. An
 * error goes in as a property too: a fault of ours is then logged with its stack.
 */
export type LogMethod = (message: string, properties?: LogProperties) => void;

export type Log = Readonly<Record<LogLevel, LogMethod>>;

export interface LogSettings {
  readonly format: "text" | "json";
  /** The lowest level that is written. */
  readonly level: LogLevel;
  /** Takes each finished line, with its line end; standard error unless given. */
  readonly write?: (line: string) => void;
}

let logtape: typeof import("@logtape/logtape") | undefined;

/** Where `category` logs; may be obtained before `configureLogging`. */
export function getLog(category: LogCategory): Log {
  const method = (level: LogLevel): LogMethod => (message, properties = {}) =>
    logtape?.getLogger(["caucase", category])[level](message, properties);
  return { debug: method("debug"), info: method("info"), warning: method("warning"), error: method("error") };
}

/** Sets up, or changes, what is logged and how. */
export async function configureLogging({ format, level, write = writeToStandardError }: LogSettings): Promise<void> {
  const toLine = format === "json" ? formatJson : formatText;
  const library = await import("@logtape/logtape");
  library.configureSync({
    reset: true,
    sinks: { lines: (record) => write(toLine({ ...record, category: record.category.slice(1).join(".") })) },
    loggers: [
      { category: "caucase", lowestLevel: level, sinks: ["lines"] },
      // LogTape's word about its own troubles.
      { category: ["logtape", "meta"], lowestLevel: "error", sinks: ["lines"] },
    ],
  });
  logtape = library;
}

const encoder = new TextEncoder();

/** Waits for the reader: a record is written before what follows it happens. LogTape catches what fails here. */
function writeToStandardError(line: string): void {
  const bytes = encoder.encode(line);
  for (let offset = 0; offset < bytes.length;) offset += Deno.stderr.writeSync(bytes.subarray(offset));
}
