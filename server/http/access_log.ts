/**
 * The access log, written in few large pieces. Requests never wait for it: where its output takes nothing (a stopped
 * pager, a full pipe), lines are kept up to a limit, then dropped and counted, and the count is reported once output
 * goes on. The same where it cannot be written (a full disk): it is tried again from time to time. Only a reader that
 * is gone ends the log.
 */
import { utf8 } from "../../core/bytes.ts";
import { systemReason } from "../../core/host/file_error.ts";
import type { Log } from "../../core/log.ts";
import type { AccessLogOutput } from "./access_log_output.ts";

export interface AccessLogOptions {
  readonly output: AccessLogOutput;
  /** Takes what the administrator should know about the log itself. */
  readonly log: Log;
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
  /** Whether the output must be opened before the next piece. */
  #openDue: boolean;
  /** Whether the administrator knows that lines cannot be written. */
  #failing = false;
  /** Whether what was written may end within a line. */
  #torn = false;
  #writing: Promise<void> | undefined;
  #broken = false;

  /** Opens the output at once, so that one that cannot be had is known from the start. */
  constructor(options: AccessLogOptions) {
    this.#options = { gatherMs: 100, maxKept: 4 * 1024 * 1024, retryMs: 10_000, ...options };
    this.#openDue = options.output.file !== undefined;
    if (this.#openDue) this.#startWriting();
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
    else this.#writeSoon();
  };

  /**
   * Lines that come from now on go into the file that has the name then. Those that wait go there too; none is lost.
   */
  readonly reopen = (): void => {
    if (this.#broken || this.#options.output.file === undefined) return;
    this.#openDue = true;
    this.#startWriting();
  };

  /**
   * Writes what there is, and waits for it at most `deadlineMs`: a blocked output must not keep the server from
   * stopping.
   */
  async close(deadlineMs = 2_000): Promise<void> {
    const { promise: deadline, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, deadlineMs);
    await Promise.race([this.#writeRest(), deadline]);
    clearTimeout(timer);
    clearTimeout(this.#retry);
    this.#broken = true;
    if (this.#writing === undefined) this.#options.output.file?.close();
  }

  /** Also what came, or failed, while a write was under way. */
  async #writeRest(): Promise<void> {
    await this.#writing;
    this.#startWriting();
    await this.#writing;
  }

  #startWriting(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#retry);
    this.#timer = undefined;
    this.#retry = undefined;
    this.#writing ??= this.#writeAll().finally(() => {
      this.#writing = undefined;
      // One that came after the last look.
      if (this.#lines.length > 0 && this.#retry === undefined) this.#writeSoon();
    });
  }

  #writeSoon(): void {
    if (!this.#broken) this.#timer ??= setTimeout(() => this.#startWriting(), this.#options.gatherMs);
  }

  async #writeAll(): Promise<void> {
    while (this.#openDue || this.#lines.length > 0) {
      if (this.#openDue && !await this.#open()) return;
      if (this.#lines.length > 0 && !await this.#writePiece()) return;
    }
  }

  /** Whether there is a file to write to; what was open before will do. */
  async #open(): Promise<boolean> {
    const { output: { name: output, file }, log } = this.#options;
    this.#openDue = false;
    try {
      await file?.open();
      log.info("access_log.opened", { output });
      this.#failing = false;
      this.#torn = false;
    } catch (error) {
      if (!file?.isOpen) return this.#waitForFile(error);
      log.warning("access_log.not_reopened", { error });
    }
    return true;
  }

  /** Lines are kept as long as there is room for them. */
  #waitForFile(error: unknown): false {
    if (!this.#failing) this.#options.log.warning("access_log.not_opened", { error });
    this.#failing = true;
    this.#openDue = true;
    this.#tryLater();
    return false;
  }

  async #writePiece(): Promise<boolean> {
    const lines = this.#lines;
    this.#lines = [];
    this.#kept = 0;
    // What failed may have been written in part: what follows begins a new line.
    const piece = utf8(`${this.#torn ? "\n" : ""}${lines.join("\n")}\n`);
    try {
      await this.#options.output.write(piece);
    } catch (error) {
      this.#onFailure(error, lines.length);
      return false;
    }
    this.#failing = false;
    this.#torn = false;
    this.#reportDropped();
    return true;
  }

  #onFailure(error: unknown, lines: number): void {
    const { log, output: { name: output } } = this.#options;
    if (error instanceof Deno.errors.BrokenPipe) {
      this.#broken = true;
      return log.warning("access_log.ended", { output, error: systemReason(error) });
    }
    if (!this.#failing) log.warning("access_log.failing", { output, error: systemReason(error) });
    this.#failing = true;
    this.#torn = true;
    this.#dropped += lines;
    this.#tryLater();
  }

  #tryLater(): void {
    if (!this.#broken) this.#retry = setTimeout(() => this.#startWriting(), this.#options.retryMs);
  }

  #reportDropped(): void {
    if (this.#dropped === 0) return;
    this.#options.log.warning("access_log.dropped", { lines: this.#dropped, output: this.#options.output.name });
    this.#dropped = 0;
  }
}
