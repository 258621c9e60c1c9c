/**
 * Keeps processes of ours from changing files that belong together at the same time: an advisory lock (flock) on the folder
 * that holds them. It leaves no file behind, and the kernel gives it up when its holder dies.
 */
import { dirname } from "node:path";
import { CaucaseError } from "../errors.ts";
import { followLinks, hostFiles } from "./file_system.ts";

/** Holders only write a few small files, so that after 10 seconds (in milliseconds) something is wrong. */
const PATIENCE = { attempts: 200, pause: 50 };

/**
 * Runs `action` while holding the lock of the folder in which the file at `path` lies. Not reentrant.
 * @throws `in-use` when another process does not give the lock up in time
 */
export async function withFolderLock<T>(path: string, action: () => Promise<T>, patience = PATIENCE): Promise<T> {
  const folder = dirname(await followLinks(path, hostFiles));
  using lock = await openFolder(folder);
  for (let attempt = 1; lock !== undefined && !await tryLock(lock); attempt++) {
    if (attempt >= patience.attempts) {
      const hint = "another caucase process works on files there; try again when it is done";
      throw new CaucaseError("in-use", `the folder ${folder} stays locked`, { hint });
    }
    await new Promise((resolve) => setTimeout(resolve, patience.pause));
  }
  try {
    return await action();
  } finally {
    await unlock(lock);
  }
}

/** Not by closing alone: a child process that is just being started may hold a copy of the descriptor for a moment longer. */
async function unlock(folder: Deno.FsFile | undefined): Promise<void> {
  try {
    await folder?.unlock();
  } catch {
    // Where locks are not to be had, none was.
  }
}

async function openFolder(folder: string): Promise<Deno.FsFile | undefined> {
  try {
    return await Deno.open(folder);
  } catch {
    // The action will meet the same trouble and can name the file that it concerns.
    return undefined;
  }
}

/** Whether the lock was obtained, or cannot be had at all: some network file systems lock no folders. */
async function tryLock(folder: Deno.FsFile): Promise<boolean> {
  try {
    return await folder.tryLock(true);
  } catch {
    return true;
  }
}
