/** Real processes for tests: run one to its end, or keep one running. None outlives the test that started it. */

/** How a process ended and what it wrote. */
export interface Outcome {
  /** Exit status; 128 + signal number when a signal ended it. */
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

export interface ProcessOptions {
  /** Working folder. */
  readonly cwd: string;
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface CommandOptions extends ProcessOptions {
  /** What it gets on standard input; nothing otherwise. */
  readonly input?: string;
  /** Killed after this time, and an error. 120 000 unless given. */
  readonly timeoutMs?: number;
}

/**
 * Runs a command to its end, whatever its exit status.
 * @throws Error when it cannot be started or does not end in time
 */
export async function runCommand(command: readonly string[], options: CommandOptions): Promise<Outcome> {
  const { timeoutMs = 120_000, input } = options;
  const process = new RunningProcess(command, options, input);
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    process.signal("SIGKILL");
  }, timeoutMs);
  const outcome = await process.ended.finally(() => clearTimeout(timer));
  if (late) throw new Error(`${command.join(" ")} did not end within ${timeoutMs} ms\n${outcome.out}${outcome.err}`);
  return outcome;
}

/** `command` under a file mode mask of its own (octal digits). */
export function withUmask(mask: string, command: readonly string[]): readonly string[] {
  return ["sh", "-c", `umask ${mask}; exec "$@"`, "sh", ...command];
}

/** A process that runs until it ends or is stopped. `await using` kills it when the block ends. */
export class RunningProcess implements AsyncDisposable {
  /** What it wrote so far. */
  readonly written = { out: "", err: "" };
  readonly ended: Promise<Outcome>;
  readonly pid: number;
  readonly #child: Deno.ChildProcess;
  readonly #command: readonly string[];
  #hasEnded = false;
  #onChange: () => void = () => {};

  constructor(command: readonly string[], options: ProcessOptions, input?: string) {
    const [program = "", ...args] = command;
    this.#command = command;
    this.#child = new Deno.Command(program, {
      args,
      cwd: options.cwd,
      ...(options.env && { env: { ...options.env } }),
      stdin: input === undefined ? "null" : "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.pid = this.#child.pid;
    this.ended = this.#follow(input);
  }

  /** Sends a signal; none when it has ended. */
  signal(signal: Deno.Signal): void {
    try {
      this.#child.kill(signal);
    } catch (error) {
      // A child that has ended: the runtime may know before our promise does.
      if (!(error instanceof TypeError)) throw error;
    }
  }

  /**
   * Resolves when `text` is in what it wrote.
   * @throws Error with all its output when it ends first or `timeoutMs` passes
   */
  async waitFor(text: string, timeoutMs = 60_000): Promise<void> {
    const failure = await new Promise<string | undefined>((resolve) => {
      const timer = setTimeout(() => resolve(`did not write "${text}" within ${timeoutMs} ms`), timeoutMs);
      this.#onChange = () => {
        const found = this.written.out.includes(text) || this.written.err.includes(text);
        if (!found && !this.#hasEnded) return;
        clearTimeout(timer);
        resolve(found ? undefined : `ended before it wrote "${text}"`);
      };
      this.#onChange();
    });
    this.#onChange = () => {};
    if (failure === undefined) return;
    throw new Error(`${this.#command.join(" ")} ${failure}\n${this.written.out}${this.written.err}`);
  }

  /** Asks it to end; kills it after `graceMs`. */
  async stop(signal: Deno.Signal = "SIGTERM", graceMs = 60_000): Promise<Outcome> {
    this.signal(signal);
    const timer = setTimeout(() => this.signal("SIGKILL"), graceMs);
    return await this.ended.finally(() => clearTimeout(timer));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.signal("SIGKILL");
    await this.ended;
  }

  async #follow(input: string | undefined): Promise<Outcome> {
    const [status] = await Promise.all([
      this.#child.status,
      this.#collect("out", this.#child.stdout),
      this.#collect("err", this.#child.stderr),
      input === undefined ? undefined : this.#feed(input),
    ]);
    this.#hasEnded = true;
    this.#onChange();
    return { status: status.code, ...this.written };
  }

  async #collect(name: "out" | "err", stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      this.written[name] += text;
      this.#onChange();
    }
  }

  async #feed(input: string): Promise<void> {
    const writer = this.#child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(input));
    await writer.close();
  }
}
