/**
 * One updater per set of files: a lock of the kernel on a file beside them, which ends with its holder, however that
 * ends.
 */
import { CaucaseError } from "../../core/errors.ts";
import type { FileSystem } from "../../core/host/durable_file.ts";
import { lockFile } from "../../core/host/file_lock.ts";
import { KEY_FILE_MODE } from "../../core/host/key_file.ts";
import { fileError } from "../../core/host/file_error.ts";

/**
 * Locks the files that belong to `path` until the answer is disposed of, or the process ends. The lock file stays:
 * removing it would let two processes lock two files of the same name.
 * @throws `in-use` when another holds the lock; `file` when the lock file cannot be made
 */
export async function lockFiles(path: string, fileSystem: FileSystem): Promise<Disposable> {
  const lockPath = `${path}.caucase-updater.lock`;
  try {
    await createOnce(lockPath, fileSystem);
    const lock = await lockFile(await Deno.open(lockPath), { optional: true });
    if (lock !== undefined) return lock;
  } catch (error) {
    throw fileError("lock", lockPath, error);
  }
  throw new CaucaseError("in-use", `another updater keeps ${path} up to date: it holds ${lockPath}`, {
    hint: "stop that one first",
  });
}

/** Whether somebody holds the lock. Changes nothing. */
export async function isLocked(path: string): Promise<boolean> {
  try {
    using lock = await lockFile(await Deno.open(`${path}.caucase-updater.lock`), { optional: true });
    return lock === undefined;
  } catch {
    // Without a lock file nobody ever ran here; one that cannot be opened is somebody else's business.
    return false;
  }
}

async function createOnce(path: string, fileSystem: FileSystem): Promise<void> {
  try {
    await (await fileSystem.create(path, KEY_FILE_MODE)).close();
  } catch (error) {
    if (!isExisting(error)) throw error;
  }
}

function isExisting(error: unknown): boolean {
  return error instanceof Deno.errors.AlreadyExists ||
    (error instanceof Error && "code" in error && error.code === "EEXIST");
}
