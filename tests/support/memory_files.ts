/** A file system in memory, for simulations: no disk, no waiting, and a crash at any step. */
import { type Bytes, utf8 } from "../../core/bytes.ts";
import { CaucaseError } from "../../core/errors.ts";
import type { FileStatus, FileSystem, NewFile, OpenFolder } from "../../core/host/file_system.ts";

interface File {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly mode: number;
}

/** Folders need not be made: whatever path is written to exists. There are no links. */
export class MemoryFiles implements FileSystem {
  readonly #files = new Map<string, File>();
  #stepsLeft = Infinity;
  #full = false;

  /** Another disk with the same files. */
  copy(): MemoryFiles {
    const copy = new MemoryFiles();
    for (const [path, file] of this.#files) copy.#files.set(path, file);
    return copy;
  }

  /** Lets `steps` more changes happen; from then on nothing does, until `restart`. */
  crashAfter(steps: number): void {
    this.#stepsLeft = steps;
  }

  restart(): void {
    this.#stepsLeft = Infinity;
  }

  /** Whether there is no room for another byte. */
  set full(full: boolean) {
    this.#full = full;
  }

  /** Content of a file as text; undefined when there is none. */
  text(path: string): string | undefined {
    const file = this.#files.get(path);
    return file && new TextDecoder().decode(file.bytes);
  }

  put(path: string, content: string | Bytes): void {
    this.#files.set(path, { bytes: typeof content === "string" ? utf8(content) : content, mode: 0o600 });
  }

  mode(path: string): number | undefined {
    return this.#files.get(path)?.mode;
  }

  paths(): string[] {
    return [...this.#files.keys()].toSorted();
  }

  status(path: string): Promise<FileStatus | undefined> {
    const file = this.#files.get(path);
    return Promise.resolve(file && { kind: "file", mode: file.mode, uid: 0, gid: 0, modified: 0, changed: 0 });
  }

  readLink(path: string): Promise<string> {
    return Promise.reject(new Error(`${path} is no link`));
  }

  list(folder: string): Promise<string[]> {
    const inside = this.paths().filter((path) => path.startsWith(`${folder}/`));
    return Promise.resolve(inside.map((path) => path.slice(folder.length + 1)).filter((name) => !name.includes("/")));
  }

  read(path: string, limit: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const bytes = this.#files.get(path)?.bytes;
    if (bytes !== undefined && bytes.length > limit) {
      return Promise.reject(new CaucaseError("file", `${path} is too large`));
    }
    return Promise.resolve(bytes);
  }

  create(path: string, mode: number): Promise<NewFile> {
    return this.#step(() => {
      if (this.#files.has(path)) throw new Deno.errors.AlreadyExists(path);
      this.#files.set(path, { bytes: new Uint8Array(), mode });
      return this.#openNew(path);
    });
  }

  openFolder(): Promise<OpenFolder> {
    return Promise.resolve({ sync: () => this.#step(() => {}), close: () => Promise.resolve() });
  }

  makeFolder(): Promise<void> {
    return Promise.resolve();
  }

  rename(from: string, to: string): Promise<void> {
    return this.#step(() => {
      const file = this.#files.get(from);
      if (file === undefined) throw new Deno.errors.NotFound(from);
      this.#files.set(to, file);
      this.#files.delete(from);
    });
  }

  remove(path: string): Promise<void> {
    return this.#step(() => void this.#files.delete(path));
  }

  #openNew(path: string): NewFile {
    return {
      status: async () => await this.status(path) ?? { kind: "file", mode: 0, uid: 0, gid: 0, modified: 0, changed: 0 },
      setOwner: () => Promise.resolve(),
      copyAttributes: () => Promise.resolve(undefined),
      setMode: (mode) => this.#step(() => this.#change(path, { mode })),
      write: (added) =>
        this.#step(() => {
          if (this.#full) throw Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
          const old = this.#files.get(path)?.bytes ?? new Uint8Array();
          const bytes = new Uint8Array(old.length + added.length);
          bytes.set(old);
          bytes.set(added, old.length);
          this.#change(path, { bytes });
          return added.length;
        }),
      sync: () => this.#step(() => {}),
      close: () => Promise.resolve(),
    };
  }

  #change(path: string, change: Partial<File>): void {
    const file = this.#files.get(path);
    if (file !== undefined) this.#files.set(path, { ...file, ...change });
  }

  #step<T>(change: () => T): Promise<T> {
    if (this.#stepsLeft <= 0) return Promise.reject(new CaucaseError("file", "crashed"));
    this.#stepsLeft--;
    return new Promise((resolve) => resolve(change()));
  }
}
