/**
 * The access log, written in few large pieces. Requests never wait for it: where standard output takes nothing (a stopped pager,
 * a full pipe), lines are kept up to a limit, then dropped and counted, and the count is reported once output goes on. The same
 * where it cannot be written (a full disk): it is tried again from time to time. Only a reader that is gone ends the log.
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
  /** How long to wait after a write that failed, in milliseconds. */
  readonly retryMs?: number;
}

/** At so many gathered characters lines are written without waiting for more. */
const FULL_PIECE = 64 * 1024;

export class AccessLog {
  readonly #options: Required<AccessLogOptions>;
  #lines: string[] = [];
  #kept = 0;
  #dropped = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #failing = false;
  #writing: Promise<void> | undefined;
  #broken = false;

  constructor(options: AccessLogOptions) {
    this.#options = { gatherMs: 100, maxKept: 4 * 1024 * 1024, retryMs: 10_000, ...options };
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
    if (this.#writing || this.#retry !== undefined) return;
    if (this.#kept >= FULL_PIECE) this.#startWriting();
    else this.#timer ??= setTimeout(() => this.#startWriting(), this.#options.gatherMs);
  };

  /** Writes what there is, and waits for it at most `deadlineMs`: a blocked output must not keep the server from stopping. */
  async close(deadlineMs = 2_000): Promise<void> {
    const { promise: deadline, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, deadlineMs);
    await Promise.race([this.#writeRest(), deadline]);
    clearTimeout(timer);
    clearTimeout(this.#retry);
    this.#broken = true;
  }

  /** Also what came, or failed, while a write was under way. */
  async #writeRest(): Promise<void> {
    await this.#writing;
    this.#startWriting();
    await this.#writing;
  }

  #startWriting(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#writing ??= this.#writeAll().finally(() => this.#writing = undefined);
  }

  async #writeAll(): Promise<void> {
    while (this.#lines.length > 0) {
      const lines = this.#lines;
      this.#lines = [];
      this.#kept = 0;
      // What failed may have been written in part: what follows begins a line of its own.
      const piece = utf8(`${this.#failing ? "\n" : ""}${lines.join("\n")}\n`);
      try {
        await this.#options.write(piece);
      } catch (error) {
        return this.#onFailure(error, lines.length);
      }
      this.#failing = false;
      this.#reportDropped();
    }
  }

  #onFailure(error: unknown, lines: number): void {
    const { warn, retryMs } = this.#options;
    const reason = `standard output cannot be written: ${describeError(error)}`;
    if (error instanceof Deno.errors.BrokenPipe) {
      this.#broken = true;
      return warn(`The access log ends here, ${reason}`);
    }
    if (!this.#failing) warn(`Lines of the access log are dropped, ${reason}`);
    this.#failing = true;
    this.#dropped += lines;
    this.#retry = setTimeout(() => {
      this.#retry = undefined;
      this.#startWriting();
    }, retryMs);
  }

  #reportDropped(): void {
    if (this.#dropped === 0) return;
    this.#options.warn(`${this.#dropped} lines of the access log were dropped while standard output took none`);
    this.#dropped = 0;
  }
}

/** Writes all of `bytes` to standard output. */
export async function writeToStandardOutput(bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.length;) written += await Deno.stdout.write(bytes.subarray(written));
}
