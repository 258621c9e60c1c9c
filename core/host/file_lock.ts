/** Advisory locks of the kernel (flock) on open files: they end with their holder, however that ends. */

export interface LockOptions {
  /** Count a lock as obtained where there are none to be had: some network file systems lock nothing. */
  readonly optional: boolean;
}

/**
 * Locks `file`, which belongs to the lock from now on: it is closed when the answer is disposed of, or when another
 * holds the lock.
 * @returns undefined when another holds it
 * @throws what the system says where there are no locks, unless the lock is optional
 */
export async function lockFile(file: Deno.FsFile, { optional }: LockOptions): Promise<Disposable | undefined> {
  try {
    if (await lockAtOnce(file)) return { [Symbol.dispose]: () => release(file) };
  } catch (error) {
    if (optional) return file;
    file.close();
    throw error;
  }
  file.close();
  return undefined;
}

/** Milliseconds after which a lock that is not there yet is taken to be another's. */
const AT_ONCE = 1000;

/** Deno 2.6, which is new enough for all but servers, only has a lock that waits. */
async function lockAtOnce(file: Pick<Deno.FsFile, "lock"> & Partial<Pick<Deno.FsFile, "tryLock">>): Promise<boolean> {
  if (file.tryLock !== undefined) return await file.tryLock(true);
  const { promise: late, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(resolve, AT_ONCE, false);
  // A lock that comes later goes with the file, which the caller closes.
  return await Promise.race([file.lock(true).then(() => true), late]).finally(() => clearTimeout(timer));
}

/**
 * Not by closing alone: a child process that is just being started may hold a copy of the descriptor for a moment
 * longer.
 */
function release(file: Deno.FsFile): void {
  file.unlockSync();
  file.close();
}
