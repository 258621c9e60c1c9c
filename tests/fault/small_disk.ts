/**
 * A disk that can be filled to its last byte, and emptied again: a file system in memory, where the system lets us
 * mount one.
 */
import { runCommand } from "../support/process.ts";
import { type TempFolder, tempFolder } from "../support/temp_folder.ts";

const BLOCK = 4096;

export class SmallDisk implements AsyncDisposable {
  readonly #filling: string;

  private constructor(private readonly folder: TempFolder) {
    this.#filling = `${folder.path}/filling`;
  }

  get path(): string {
    return this.folder.path;
  }

  /** A disk of so many bytes; undefined, after saying so, where none can be mounted: that takes root. */
  static async mount(size: number): Promise<SmallDisk | undefined> {
    const folder = await tempFolder();
    const command = ["mount", "-t", "tmpfs", "-o", `size=${size},mode=700`, "caucase-test", folder.path];
    const mounted = await runCommand(command, { cwd: "/" }).catch((error: Error) => ({
      status: 1,
      err: error.message,
    }));
    if (mounted.status === 0) return new SmallDisk(folder);
    console.log(`left out: no small disk can be mounted (as root, with the mount command): ${mounted.err.trim()}`);
    await folder[Symbol.asyncDispose]();
    return undefined;
  }

  /** Takes all room that is left. */
  async fill(): Promise<void> {
    using file = await Deno.open(this.#filling, { write: true, create: true, append: true });
    const block = new Uint8Array(BLOCK);
    for (;;) {
      try {
        await file.write(block);
      } catch (error) {
        if (error instanceof Error && "code" in error && error.code === "ENOSPC") return;
        throw error;
      }
    }
  }

  /** Gives the room back. */
  async makeRoom(): Promise<void> {
    await Deno.remove(this.#filling);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await runCommand(["umount", "-l", this.path], { cwd: "/" });
    await this.folder[Symbol.asyncDispose]();
  }
}
