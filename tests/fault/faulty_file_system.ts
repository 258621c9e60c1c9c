/** A file system that breaks at a chosen step, to see what is left behind. Reading always works. */
import { hostFileSystem } from "../../core/host/durable_file.ts";
import type { FileSystem, NewFile, OpenFolder } from "../../core/host/file_system.ts";

/**
 * `error`: that one step fails as on a full disk. `kill`: nothing from there on happens, as if the process had ended.
 * `SIGKILL`: the process does end there.
 */
export type Fault = { readonly step: number; readonly kind: "error" | "kill" | "SIGKILL" };

export class FaultyFileSystem implements FileSystem {
  /** What was tried, in order: "rename /x/key.pem". */
  readonly steps: string[] = [];
  readonly status = hostFileSystem.status;
  readonly readLink = hostFileSystem.readLink;
  readonly list = hostFileSystem.list;
  readonly read = hostFileSystem.read;

  /** Without a fault it only records. `longestWrite`: how many bytes a single write takes at most. */
  constructor(private readonly fault?: Fault, private readonly longestWrite = 100) {}

  async create(path: string, mode: number): Promise<NewFile> {
    const file = await this.step(`create ${path}`, () => hostFileSystem.create(path, mode));
    return {
      status: file.status,
      setOwner: (uid, gid) => this.step(`setOwner ${path}`, () => file.setOwner(uid, gid)),
      // Not a step: what a kill leaves of it is a temporary file without its content.
      copyAttributes: file.copyAttributes,
      setMode: (mode) => this.step(`setMode ${path}`, () => file.setMode(mode)),
      write: (bytes) => {
        const part = bytes.subarray(0, this.longestWrite);
        // A write that breaks off has written something.
        const torn = () => file.write(part.subarray(0, part.length >> 1));
        return this.step(`write ${path}`, () => file.write(part), torn);
      },
      sync: () => this.step(`sync ${path}`, file.sync),
      close: file.close,
    };
  }

  async openFolder(path: string): Promise<OpenFolder> {
    const folder = await hostFileSystem.openFolder(path);
    return { sync: () => this.step(`sync ${path}`, folder.sync), close: folder.close };
  }

  makeFolder(path: string): Promise<void> {
    return this.step(`makeFolder ${path}`, () => hostFileSystem.makeFolder(path));
  }

  rename(from: string, to: string): Promise<void> {
    return this.step(`rename ${to}`, () => hostFileSystem.rename(from, to));
  }

  remove(path: string): Promise<void> {
    return this.step(`remove ${path}`, () => hostFileSystem.remove(path));
  }

  /** Counts `action` as one step, and does it unless a fault comes in between; `torn` is what is done of it then. */
  async step<T>(what: string, action: () => Promise<T>, torn?: () => Promise<unknown>): Promise<T> {
    const number = this.steps.push(what);
    const { step, kind } = this.fault ?? { step: Infinity, kind: "error" };
    if (number === step) await torn?.();
    if (number === step && kind === "SIGKILL") Deno.kill(Deno.pid, "SIGKILL");
    if (number === step && kind === "error") throw diskFull();
    if (number >= step && kind === "kill") throw new Error("killed");
    return await action();
  }
}

function diskFull(): Error {
  return Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
}
