/** Where the access log goes: standard output, or a file that others may move away. */
import { fileError } from "../../core/host/file_error.ts";

export interface AccessLogOutput {
  /** What an administrator knows it by. */
  readonly name: string;
  /** Where it has to be opened first. */
  readonly file?: OpenedOutput;
  /** Writes all of it; the next call comes only after this one ended. */
  write(bytes: Uint8Array): Promise<void>;
}

interface OpenedOutput {
  readonly isOpen: boolean;
  /**
   * Opens what has the name now, and lets go of what had it before; when it throws, that stays open.
   * @throws `file`
   */
  open(): Promise<void>;
  close(): void;
}

export const STANDARD_OUTPUT: AccessLogOutput = {
  name: "standard output",
  async write(bytes) {
    for (let written = 0; written < bytes.length;) written += await Deno.stdout.write(bytes.subarray(written));
  },
};

/** The log tells who uses the server: only the administrator and their group may read it. */
const LOG_MODE = 0o640;

/** A file that only grows; several may write to it, and others may move or truncate it. */
export class AccessLogFile implements AccessLogOutput, OpenedOutput {
  readonly file = this;
  #file: Deno.FsFile | undefined;

  /** @param name its path */
  constructor(readonly name: string) {}

  get isOpen(): boolean {
    return this.#file !== undefined;
  }

  async open(): Promise<void> {
    const file = await Deno.open(this.name, { append: true, create: true, mode: LOG_MODE }).catch((error) => {
      throw fileError("open", this.name, error);
    });
    this.#file?.close();
    this.#file = file;
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (this.#file === undefined) throw new Error(`${this.name} is not open`);
    for (let written = 0; written < bytes.length;) written += await this.#file.write(bytes.subarray(written));
  }

  close(): void {
    this.#file?.close();
    this.#file = undefined;
  }
}
