/** Advisory locks of the kernel (flock) on open files: they end with their holder, however that ends. */

export interface LockOptions {
  /** Count a lock as obtained where there are none to be had: some network file systems lock nothing. */
  readonly optional: boolean;
}

/**
 * Locks `file`, which belongs to the lock from now on: it is closed when the answer is disposed of, or when another holds the lock.
 * @returns undefined when another holds it
 * @throws what the system says where there are no locks, unless the lock is optional
 */
export async function lockFile(file: Deno.FsFile, { optional }: LockOptions): Promise<Disposable | undefined> {
  try {
    if (await file.tryLock(true)) return { [Symbol.dispose]: () => release(file) };
  } catch (error) {
    if (optional) return file;
    file.close();
    throw error;
  }
  file.close();
  return undefined;
}

/** Not by closing alone: a child process that is just being started may hold a copy of the descriptor for a moment longer. */
function release(file: Deno.FsFile): void {
  file.unlockSync();
  file.close();
}
