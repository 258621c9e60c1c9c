/**
 * Whether an open database's file still is where its path leads. A process can still write to an open file
 * that was deleted or replaced, but nobody ever sees that again: nothing of it may be acknowledged.
 */
import { CaucaseError } from "../../../core/errors.ts";
import { systemCode } from "../../../core/host/file_error.ts";

/** How often it is looked at although nothing is written, in milliseconds. */
const LOOK_EVERY = 500;

export class FilePlace {
  readonly #file: FileId | undefined;
  readonly #lost = Promise.withResolvers<CaucaseError>();
  #isLost = false;
  #timer: ReturnType<typeof setInterval> | undefined;

  /** @param path of a file that is open; undefined for a database that has no place */
  constructor(private readonly path: string | undefined) {
    this.#file = path === undefined ? undefined : fileAt(path);
  }

  /** Resolves with the reason once it was seen that the file is gone; looks by itself from now on, until `close()`. */
  watch(): Promise<CaucaseError> {
    this.#timer ??= setInterval(() => this.#look(), LOOK_EVERY);
    return this.#lost.promise;
  }

  get isLost(): boolean {
    return this.#isLost;
  }

  /** @throws `storage` when another file, or none, is there now */
  require(): void {
    const error = this.#look();
    if (error !== undefined) throw error;
  }

  /** The storage is of no use any more, for this reason. */
  giveUp(error: CaucaseError): void {
    this.#isLost = true;
    this.#lost.resolve(error);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #look(): CaucaseError | undefined {
    if (this.path === undefined || this.#file === undefined) return undefined;
    const found = fileAt(this.path);
    if (found?.dev === this.#file.dev && found.ino === this.#file.ino) return undefined;
    const what = found === undefined ? "was deleted or moved away" : "was replaced by another file";
    const error = new CaucaseError("storage", `the database ${this.path} ${what} while it was in use`, {
      hint: "nothing was acknowledged since; put the right file there, with its -wal, and start again",
    });
    this.giveUp(error);
    return error;
  }
}

interface FileId {
  readonly dev: number;
  /** Null where the file system has none: then it is only seen whether there is a file. */
  readonly ino: number | null;
}

function fileAt(path: string): FileId | undefined {
  try {
    const { dev, ino } = Deno.statSync(path);
    return { dev, ino };
  } catch (error) {
    // Also where a folder of the path is another kind of file by now, or closed: nobody can tell that it is there.
    if (systemCode(error) !== undefined) return undefined;
    throw error;
  }
}
