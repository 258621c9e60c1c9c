/**
 * One server per database: a lock of the kernel on a separate file beside it, which ends with its holder, however that
 * ends. Not on the database itself: closing any descriptor of that file would drop the locks SQLite holds on it
 * (POSIX). The file stays and holds nothing: removing it would let two processes lock two files of the same name.
 */
import { CaucaseError } from "../../../core/errors.ts";
import { fileError } from "../../../core/host/file_error.ts";
import { lockFile } from "../../../core/host/file_lock.ts";
import { ensurePrivateFile } from "./database_file.ts";

/**
 * Locks the database at `path` until the answer is disposed of, or the process ends.
 * @throws `in-use` when another holds the lock
 * @throws `file` when the lock file cannot be made
 */
export async function lockDatabase(path: string): Promise<Disposable> {
  const lockPath = `${path}.lock`;
  const lock = await lockOrExplain(await openLockFile(lockPath), lockPath);
  if (lock !== undefined) return lock;
  throw new CaucaseError("in-use", `the database ${path} is in use by another caucase process`, {
    hint: "stop that server first",
  });
}

async function lockOrExplain(file: Deno.FsFile, path: string): Promise<Disposable | undefined> {
  try {
    return await lockFile(file, { optional: false });
  } catch (error) {
    throw fileError("lock", path, error);
  }
}

async function openLockFile(path: string): Promise<Deno.FsFile> {
  try {
    await ensurePrivateFile(path);
    return await Deno.open(path, { write: true });
  } catch (error) {
    throw fileError("open", path, error);
  }
}
