/**
 * The few file operations that durable writes are made of, one system call each: tests put another implementation in
 * the way, to fail or stop the sequence at every step.
 */
import { dirname } from "node:path";
import type { Bytes } from "../bytes.ts";
import { CaucaseError } from "../errors.ts";

export interface FileStatus {
  readonly kind: "file" | "folder" | "link" | "other";
  /** Permission bits, at most 0o777. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Last modification, Unix milliseconds, by the file system's clock. */
  readonly modified: number;
  /** Last change of content or rights, Unix milliseconds; the runtime knows whole seconds. */
  readonly changed: number;
}

/** Something that a file had and the one in its place has not, or may not have. */
export interface RightsLoss {
  /** "owner (it was user 33)" */
  readonly what: string;
  /** False where nobody can tell whether the file had it. */
  readonly certain: boolean;
}

/**
 * A file that was just created and is open. Owner and mode are set through it, so that nobody can swap the file below.
 */
export interface NewFile {
  status(): Promise<FileStatus>;
  setOwner(uid: number, gid: number): Promise<void>;
  setMode(mode: number): Promise<void>;
  /**
   * Access list, extended attributes and label of the file at `from`; what it did not get, see `file_attributes.ts`.
   */
  copyAttributes(from: string): Promise<RightsLoss | undefined>;
  /** Appends; returns how many of the bytes were taken. */
  write(bytes: Uint8Array): Promise<number>;
  /** Returns once content and rights are on the disk. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

export interface OpenFolder {
  /** Returns once the folder's entries are on the disk. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

export interface FileSystem {
  /** Of what stands at `path` itself: links are not followed. Undefined when there is nothing. */
  status(path: string): Promise<FileStatus | undefined>;
  readLink(path: string): Promise<string>;
  /** Names of the folder's entries. */
  list(path: string): Promise<string[]>;
  /** Whole content, links followed; undefined when there is nothing. Over `limit` bytes: a "file" error. */
  read(path: string, limit: number): Promise<Bytes | undefined>;
  /** Fails where something stands at `path` already; `mode` as far as the process's mask lets it. */
  create(path: string, mode: number): Promise<NewFile>;
  openFolder(path: string): Promise<OpenFolder>;
  /** Fails where something stands at `path` already, or its parent is missing. */
  makeFolder(path: string): Promise<void>;
  /** Replaces what is at `to` in one step. */
  rename(from: string, to: string): Promise<void>;
  /** Removes a file or link; nothing to do when there is none. */
  remove(path: string): Promise<void>;
  /** Hears of each file that was replaced, links followed, and what the new one did not get of its rights. */
  readonly onReplaced?: (path: string, losses: readonly RightsLoss[]) => void;
}

/** What a file system is asked without changing anything. */
export type ReadingFileSystem = Pick<FileSystem, "status" | "readLink" | "list" | "read">;

/** The machine's files, to read; `durable_file.ts` adds the writing half. */
export const hostFiles: ReadingFileSystem = {
  status: (path) => unlessMissing(async () => statusOf(await Deno.lstat(path))),
  readLink: (path) => Deno.readLink(path),
  list: async (path) => (await Array.fromAsync(Deno.readDir(path))).map((entry) => entry.name),
  read: (path, limit) => unlessMissing(() => readBounded(path, limit)),
};

/** The file that `path` means: where links at its end lead, whether there is something or not. */
export async function followLinks(path: string, files: ReadingFileSystem): Promise<string> {
  const target = await targetOf(path, files);
  if (target === undefined) throw new CaucaseError("file", `cannot follow ${path}: too many links`);
  return target;
}

/**
 * Status of what `path` means, links followed; undefined when there is nothing, as behind a link that leads in circles.
 */
export async function statusBehind(path: string, files: ReadingFileSystem): Promise<FileStatus | undefined> {
  const target = await targetOf(path, files);
  return target === undefined ? undefined : await files.status(target);
}

async function targetOf(path: string, files: ReadingFileSystem): Promise<string | undefined> {
  let target = path;
  // As many as Linux itself follows (path_resolution(7)).
  for (let links = 0; links <= 40; links++) {
    if ((await files.status(target))?.kind !== "link") return target;
    const next = await files.readLink(target);
    // Joined as text: folding `x/..` would be wrong where x is a link.
    target = next.startsWith("/") ? next : `${dirname(target)}/${next}`;
  }
  return undefined;
}

/** What `action` returns; undefined when the file that it is about does not exist. */
export async function unlessMissing<T>(action: () => Promise<T>): Promise<T | undefined> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return undefined;
    throw error;
  }
}

function statusOf(info: Deno.FileInfo): FileStatus {
  return {
    kind: info.isSymlink ? "link" : info.isFile ? "file" : info.isDirectory ? "folder" : "other",
    mode: (info.mode ?? 0o600) & 0o777,
    uid: info.uid ?? 0,
    gid: info.gid ?? 0,
    modified: info.mtime?.getTime() ?? 0,
    changed: info.ctime?.getTime() ?? 0,
  };
}

/**
 * The program's standard input by its names: the runtime opens what is in `/dev` and `/proc` only for a program that
 * may do everything, but the parent process has opened this one.
 */
const STANDARD_INPUT: readonly string[] = ["/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"];

async function readBounded(path: string, limit: number): Promise<Bytes> {
  if (STANDARD_INPUT.includes(path)) return await readAll(Deno.stdin, { path, size: 0, limit });
  using file = await Deno.open(path);
  const { size } = await file.stat();
  return await readAll(file, { path, size, limit });
}

/** Reads at most one byte past the limit: also what has no size, as a pipe or `/dev/zero`. */
async function readAll(
  source: { read(into: Uint8Array): Promise<number | null> },
  { path, size, limit }: { readonly path: string; readonly size: number; readonly limit: number },
): Promise<Bytes> {
  let buffer = new Uint8Array(Math.min(Math.max(size, 4095), limit) + 1);
  let length = 0;
  for (let count = await source.read(buffer); count !== null; count = await source.read(buffer.subarray(length))) {
    length += count;
    if (length > limit) throw new CaucaseError("file", `cannot read ${path}: it is larger than ${limit} bytes`);
    if (length === buffer.length) {
      const larger = new Uint8Array(Math.min(2 * length, limit + 1));
      larger.set(buffer);
      buffer = larger;
    }
  }
  return buffer.subarray(0, length);
}
