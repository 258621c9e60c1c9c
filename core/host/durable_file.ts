/**
 * The one way in which files are written. Whatever happens, a full disk, `kill -9` or a power cut at any instant, the
 * file is seen with its old content or with its new content, whole:
 *
 *  1. open the folder that holds the file, a link at its end followed (the link stays, what it points to is replaced)
 *  2. create a file beside it: unguessable name, O_EXCL (nobody's link is followed), and a mode that lets nobody else
 *  read it 3. fchown, fchmod, access list, extended attributes and label: what the file has now, or what was asked for
 *  a new one, before
 *     the first byte
 *  4. write all, fsync: what is renamed below is on the disk
 *  5. rename over the old file: the one step that others see
 *  6. fsync the folder: the rename is on the disk
 *
 * A failure up to 5 removes the new file. What a killed process left behind is removed by a later write into the
 * folder. What cannot be kept of the rights goes to the file system's `onReplaced`, see `file_rights.ts`. Not kept:
 * hard links.
 */
import { open } from "node:fs/promises";
import { type Bytes, concatBytes, utf8 } from "../bytes.ts";
import { copyAttributes } from "./file_attributes.ts";
import { fileError, systemCode } from "./file_error.ts";
import {
  type FileSystem,
  hostFiles,
  type NewFile,
  type OpenFolder,
  type RightsLoss,
  unlessMissing,
} from "./file_system.ts";
import { withFolderLock } from "./folder_lock.ts";
import { type FileContent, prepareFile } from "./prepared_file.ts";
import { withoutUtf16 } from "../text.ts";

export type { FileSystem, RightsLoss };

export interface DurableWriteOptions {
  /** Mode of a file that is new, whatever the umask; without it 0644 less the umask. An existing file keeps its own. */
  readonly mode?: number;
  readonly fileSystem?: FileSystem;
}

/** The machine's file system. */
export const hostFileSystem: FileSystem = {
  ...hostFiles,
  create: createFile,
  openFolder,
  // Others may read, but never add a file: every CA certificate in a store is trusted.
  makeFolder: (path) => Deno.mkdir(path, { mode: 0o755 }),
  rename: (from, to) => Deno.rename(from, to),
  remove: async (path) => void await unlessMissing(() => Deno.remove(path)),
};

/** No file that we read and keep in memory may be larger: 64 MiB, in bytes. */
export const FILE_LIMIT = 64 * 1024 * 1024;

/**
 * Creates or replaces the file at `path`, see above.
 * @throws `file` with the path and the system's reason; then the old file is in place, unless only the last step failed
 */
export async function writeFileDurably(
  path: string,
  content: FileContent,
  options: DurableWriteOptions = {},
): Promise<void> {
  const { mode, fileSystem = hostFileSystem } = options;
  await using prepared = await prepareFile({ path, content, mode }, fileSystem);
  await prepared.replace();
  await prepared.settle();
}

/**
 * Writes to the device, pipe or socket that is at `path`, as it is: it has no content that could be seen half replaced.
 * @returns false, and nothing was done, when a regular file, a folder or nothing is there
 * @throws `file`
 */
export async function writeToDevice(path: string, content: string): Promise<boolean> {
  try {
    // Not `statusBehind`: the links of /proc/self/fd lead to what has no path.
    const status = await unlessMissing(() => Deno.stat(path));
    if (status === undefined || status.isFile || status.isDirectory) return false;
    using device = await Deno.open(path, { write: true });
    for (let rest = utf8(content); rest.length > 0;) rest = rest.subarray(await device.write(rest));
    return true;
  } catch (error) {
    throw fileError("write", path, error);
  }
}

/** `old` with `content` behind it, on a separate line; what was UTF-16 becomes UTF-8. */
export function appended(old: Bytes, content: string): Bytes {
  const before = withoutUtf16(old);
  const separator = before.length > 0 && before.at(-1) !== 0x0a ? "\n" : "";
  return concatBytes(before, utf8(separator + content));
}

/**
 * Adds `content` at the end of the file at `path`, see `appended`, or creates it. The file is replaced as a whole; two
 * processes of caucase that append at the same time both succeed.
 * @throws `file`; `in-use` when another process holds the folder's lock for too long
 */
export function appendDurably(path: string, content: string, options: DurableWriteOptions = {}): Promise<void> {
  return withFolderLock(path, async () => {
    const old = await readFileBytes(path, options.fileSystem) ?? new Uint8Array();
    await writeFileDurably(path, appended(old, content), options);
  });
}

/**
 * Content of the file at `path`; undefined when there is none.
 * @throws `file`, also for a file of more than `FILE_LIMIT` bytes
 */
export async function readFileBytes(path: string, fileSystem = hostFileSystem): Promise<Bytes | undefined> {
  try {
    return await fileSystem.read(path, FILE_LIMIT);
  } catch (error) {
    throw fileError("read", path, error);
  }
}

// node:fs, as Deno's own file has neither owner nor mode to set.
async function createFile(path: string, mode: number): Promise<NewFile> {
  const file = await open(path, "wx", mode);
  return {
    status: async () => {
      const { mode, uid, gid, mtimeMs: modified, ctimeMs: changed } = await file.stat();
      return { kind: "file", mode: mode & 0o777, uid, gid, modified, changed };
    },
    setOwner: (uid, gid) => file.chown(uid, gid),
    setMode: (mode) => file.chmod(mode),
    copyAttributes: (from) => copyAttributes(from, file.fd),
    write: async (bytes) => (await file.write(bytes, 0, bytes.length)).bytesWritten,
    sync: () => file.sync(),
    close: () => file.close(),
  };
}

async function openFolder(path: string): Promise<OpenFolder> {
  const folder = await open(path, "r");
  return {
    async sync() {
      try {
        await folder.sync();
      } catch (error) {
        // Some network and user-space file systems have no such thing for folders, and order their renames by
        // themselves.
        if (!["EINVAL", "ENOTSUP", "EBADF"].includes(systemCode(error) ?? "")) throw error;
      }
    },
    close: () => folder.close(),
  };
}
