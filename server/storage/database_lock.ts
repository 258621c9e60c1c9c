/**
 * One server per database: a lock of the kernel on a file of its own beside it, which ends with its holder, however that ends.
 * Not on the database itself: closing any descriptor of that file would drop the locks SQLite holds on it (POSIX). The file
 * stays and holds nothing: removing it would let two processes lock two files of the same name.
 */
import { CaucaseError } from "../../core/errors.ts";
import { fileError } from "../../core/host/file_error.ts";
import { ensurePrivateFile } from "./private_file.ts";

/**
 * Locks the database at `path` until the answer is disposed of, or the process ends.
 * @throws `in-use` when another holds the lock
 * @throws `file` when the lock file cannot be made
 */
export async function lockDatabase(path: string): Promise<Disposable> {
  const lockPath = `${path}.lock`;
  const file = await openLockFile(lockPath);
  try {
    if (await file.tryLock(true)) return { [Symbol.dispose]: () => release(file) };
    throw new CaucaseError("in-use", `the database ${path} is in use by another caucase process`, {
      hint: "stop that server first",
    });
  } catch (error) {
    file.close();
    throw error instanceof CaucaseError ? error : fileError("lock", lockPath, error);
  }
}

/** Not by closing alone: a child process that is just being started may hold a copy of the descriptor for a moment longer. */
function release(file: Deno.FsFile): void {
  file.unlockSync();
  file.close();
}

async function openLockFile(path: string): Promise<Deno.FsFile> {
  try {
    await ensurePrivateFile(path);
    return await Deno.open(path, { write: true });
  } catch (error) {
    throw fileError("open", path, error);
  }
}
