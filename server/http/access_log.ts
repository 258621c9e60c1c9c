/**
 * The access log, written in few large pieces. Requests never wait for it: where standard output takes nothing (a stopped pager,
 * a full pipe), lines are kept up to a limit, then dropped and counted, and the count is reported once output goes on.
 */
import { utf8 } from "../../core/bytes.ts";
import { describeError } from "../../core/errors.ts";

export interface AccessLogOptions {
  /** Writes all of it; the next call comes only after this one ended. */
  readonly write: (bytes: Uint8Array) => Promise<unknown>;
  /** Takes what the administrator should know about the log itself. */
  readonly warn: (message: string) => void;
  /** How long lines are gathered before they are written, in milliseconds. */
  readonly gatherMs?: number;
  /** Characters of lines kept while output is blocked. */
  readonly maxKept?: number;
}

/** At so many gathered characters lines are written without waiting for more. */
const FULL_PIECE = 64 * 1024;

export class AccessLog {
  readonly #options: Required<AccessLogOptions>;
  #lines: string[] = [];
  #kept = 0;
  #dropped = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #writing: Promise<void> | undefined;
  #broken = false;

  constructor(options: AccessLogOptions) {
    this.#options = { gatherMs: 100, maxKept: 4 * 1024 * 1024, ...options };
  }

  /** Takes one line, without its end. Costs next to nothing and never throws. */
  readonly add = (line: string): void => {
    if (this.#broken) return;
    if (this.#kept + line.length > this.#options.maxKept) {
      this.#dropped++;
      return;
    }
    this.#lines.push(line);
    this.#kept += line.length + 1;
    if (this.#writing) return;
    if (this.#kept >= FULL_PIECE) this.#startWriting();
    else this.#timer ??= setTimeout(() => this.#startWriting(), this.#options.gatherMs);
  };

  /** Writes what there is, and waits for it at most `deadlineMs`: a blocked output must not keep the server from stopping. */
  async close(deadlineMs = 2_000): Promise<void> {
    this.#startWriting();
    const { promise: deadline, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, deadlineMs);
    await Promise.race([this.#writing, deadline]);
    clearTimeout(timer);
    this.#broken = true;
  }

  #startWriting(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#writing ??= this.#writeAll().finally(() => this.#writing = undefined);
  }

  async #writeAll(): Promise<void> {
    try {
      while (this.#lines.length > 0) {
        const piece = utf8(this.#lines.join("\n") + "\n");
        this.#lines = [];
        this.#kept = 0;
        await this.#options.write(piece);
        this.#reportDropped();
      }
    } catch (error) {
      this.#broken = true;
      this.#options.warn(`The access log ends here, standard output cannot be written: ${describeError(error)}`);
    }
  }

  #reportDropped(): void {
    if (this.#dropped === 0) return;
    this.#options.warn(`${this.#dropped} lines of the access log were dropped while standard output was blocked`);
    this.#dropped = 0;
  }
}

/** Writes all of `bytes` to standard output. */
export async function writeToStandardOutput(bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.length;) written += await Deno.stdout.write(bytes.subarray(written));
}
