/** Who may do what with a file that takes another one's place. */
import { systemCode } from "./file_error.ts";
import type { FileStatus, NewFile } from "./file_system.ts";

/**
 * Gives `file` the owner, group and mode of the `old` file, or the mode `newMode` where there is none. An owner that the
 * process may not set (it is not root) is left out. A group that it may not set is too, and the mode then gives the group that
 * the file got instead only what it gives everybody: a key that `ssl-cert` could read must not become readable to `users`.
 */
export async function setRights(file: NewFile, old: FileStatus | undefined, newMode = 0o600): Promise<void> {
  const kept = old === undefined || await keepOwner(file, old);
  const mode = old?.mode ?? newMode;
  const strangersGroup = (mode & 0o707) | ((mode & 0o007) << 3);
  await file.setMode(kept ? mode : strangersGroup);
}

/** Gives the file the owner and group of the old one, or the group alone; whether the group is now the old one's. */
async function keepOwner(file: NewFile, old: FileStatus): Promise<boolean> {
  const { uid, gid } = await file.status();
  if (uid === old.uid && gid === old.gid) return true;
  if (await unlessForbidden(() => file.setOwner(old.uid, old.gid))) return true;
  return gid === old.gid || await unlessForbidden(() => file.setOwner(uid, old.gid));
}

async function unlessForbidden(action: () => Promise<void>): Promise<boolean> {
  try {
    await action();
    return true;
  } catch (error) {
    // EINVAL: an owner that has no number in our user namespace.
    if (["EPERM", "EACCES", "EINVAL", "ENOSYS", "ENOTSUP"].includes(systemCode(error) ?? "")) return false;
    throw error;
  }
}
