/** A shell that stays: what one command sets (the folder, variables, aliases), the next one finds. */

export interface ShellOutcome {
  readonly status: number;
  /** Standard output and standard error, as a terminal would mix them. */
  readonly output: string;
}

export interface ShellOptions {
  /** Where it begins. */
  readonly cwd: string;
  /** A folder of its own for commands and outputs. */
  readonly scratch: string;
  /** All of its environment. */
  readonly env: Readonly<Record<string, string>>;
}

/** Milliseconds that a command may take, or a program that stays until it is ready. */
const PATIENCE = 90_000;

export class ShellSession implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #answers: ReadableStreamDefaultReader<string>;
  readonly #scratch: string;
  #count = 0;

  constructor({ cwd, scratch, env }: ShellOptions) {
    this.#scratch = scratch;
    this.#child = new Deno.Command("/bin/sh", {
      cwd,
      env: { ...env },
      clearEnv: true,
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.#input = this.#child.stdin.getWriter();
    this.#answers = this.#child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  }

  /** Runs a command to its end. @throws Error when it takes too long, or is none */
  async run(command: string): Promise<ShellOutcome> {
    const file = await this.#prepare(command);
    try {
      await this.#ask(`. '${file}' </dev/null >'${file}.out' 2>&1; echo "$?" >'${file}.status'; echo`, command);
    } catch (cause) {
      throw new Error(`no end of: ${command}\n${await Deno.readTextFile(`${file}.out`)}`, { cause });
    }
    const status = Number(await Deno.readTextFile(`${file}.status`));
    return { status, output: await Deno.readTextFile(`${file}.out`) };
  }

  /** Starts a program that stays, in `folder`. It says its process id in the file that `STAGE_PID` names. */
  async start(command: string, folder: string): Promise<Background> {
    const file = await this.#prepare(command);
    const body = `cd '${folder}'; STAGE_PID='${file}.pid'; export STAGE_PID; . '${file}'; echo "$?" >'${file}.status'`;
    await this.#ask(`(${body}) </dev/null >'${file}.out' 2>&1 & echo`, command);
    return new Background(command, file);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#child.status;
    await Promise.allSettled([this.#input.abort(), this.#answers.cancel()]);
  }

  async #prepare(command: string): Promise<string> {
    const file = `${this.#scratch}/${++this.#count}`;
    await Deno.writeTextFile(file, `${command}\n`);
    await Deno.writeTextFile(`${file}.out`, "");
    return file;
  }

  /** Has the shell do `line`, which ends with an `echo`. */
  async #ask(line: string, command: string): Promise<void> {
    await this.#input.write(new TextEncoder().encode(`${line}\n`));
    const answer = await before(PATIENCE, this.#answers.read(), command);
    if (answer.done) throw new Error(`the shell ends at: ${command}`);
  }
}

/** A program that stays, such as a server in a terminal of its own. */
export class Background {
  constructor(readonly command: string, private readonly file: string) {}

  output(): Promise<string> {
    return Deno.readTextFile(`${this.file}.out`);
  }

  /** Resolves when it has written what `isReady` takes. @throws Error when it ends before, or takes too long */
  async ready(isReady: (output: string) => boolean): Promise<string> {
    for (const deadline = Date.now() + PATIENCE; Date.now() < deadline;) {
      const [ended, output] = [await this.#status(), await this.output()];
      if (isReady(output)) return output;
      if (ended !== undefined) throw new Error(`${this.command}: ended with status ${ended}\n${output}`);
      await pause();
    }
    throw new Error(`${this.command}: not ready\n${await this.output()}`);
  }

  /** Ends it, as Ctrl-C would. @throws Error when it does not end */
  async stop(): Promise<void> {
    for (const deadline = Date.now() + PATIENCE; Date.now() < deadline;) {
      if (await this.#status() !== undefined) return;
      await this.#signal();
      for (let waited = 0; waited < 100 && await this.#status() === undefined; waited++) await pause();
    }
    throw new Error(`${this.command}: does not end`);
  }

  async #signal(): Promise<void> {
    try {
      Deno.kill(Number(await Deno.readTextFile(`${this.file}.pid`)), "SIGTERM");
    } catch (error) {
      // It has just ended, or did not get as far as to say its id.
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }

  async #status(): Promise<string | undefined> {
    try {
      return await Deno.readTextFile(`${this.file}.status`);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    }
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 50));
}

async function before<T>(milliseconds: number, promise: Promise<T>, command: string): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`takes too long: ${command}`)), milliseconds);
  return await Promise.race([promise, late.promise]).finally(() => clearTimeout(timer));
}
