/**
 * Keeps processes of caucase from changing files that belong together at the same time: an advisory lock (flock) on the
 * folder that holds them. It leaves no file behind, and the kernel gives it up when its holder dies.
 */
import { dirname } from "node:path";
import { CaucaseError } from "../errors.ts";
import { lockFile } from "./file_lock.ts";
import { followLinks, hostFiles } from "./file_system.ts";

/** Holders only write a few small files, so that after 10 seconds (in milliseconds) something is wrong. */
const PATIENCE = { attempts: 200, pause: 50 };

/**
 * Runs `action` while holding the lock of the folder in which the file at `path` lies. Not reentrant.
 * @throws `in-use` when another process does not give the lock up in time
 */
export async function withFolderLock<T>(path: string, action: () => Promise<T>, patience = PATIENCE): Promise<T> {
  const folder = dirname(await followLinks(path, hostFiles));
  using _lock = await lockFolder(folder, patience);
  return await action();
}

/**
 * Undefined where the folder cannot be opened: the action will meet the same trouble and can name the file that it
 * concerns.
 */
async function lockFolder(folder: string, { attempts, pause } = PATIENCE): Promise<Disposable | undefined> {
  for (let attempt = 1;; attempt++) {
    const opened = await openFolder(folder);
    if (opened === undefined) return undefined;
    const lock = await lockFile(opened, { optional: true });
    if (lock !== undefined) return lock;
    if (attempt >= attempts) {
      const hint = "another caucase process works on files there; try again when it is done";
      throw new CaucaseError("in-use", `the folder ${folder} stays locked`, { hint });
    }
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

async function openFolder(folder: string): Promise<Deno.FsFile | undefined> {
  try {
    return await Deno.open(folder);
  } catch {
    return undefined;
  }
}
