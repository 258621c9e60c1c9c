/** The rights of a file that takes another one's place. */
import { systemCode } from "./file_error.ts";
import type { FileStatus, FileSystem, NewFile, RightsLoss } from "./file_system.ts";

/** The file whose place is taken. */
export interface OldFile extends FileStatus {
  readonly path: string;
}

/**
 * Gives `file` the owner, group, mode, access list, extended attributes and security label of the `old` file, or the
 * mode `newMode` where there is none. An owner that the process may not set (it is not root) is left out. A group that
 * it may not set is too, and the mode then gives the group that the file got instead only what it gives everybody: a
 * key that `ssl-cert` could read must not become readable to `users`. Nor is an access list copied then, as it says
 * again what the group may do.
 * @returns what `file` did not get: readers of the old file may not be able to read this one
 */
export async function setRights(file: NewFile, old: OldFile | undefined, newMode = 0o600): Promise<RightsLoss[]> {
  if (old === undefined) {
    await file.setMode(newMode);
    return [];
  }
  const kept = await keepOwner(file, old);
  const strangersGroup = (old.mode & 0o707) | ((old.mode & 0o007) << 3);
  const losses: RightsLoss[] = kept.owner ? [] : [{ what: `owner (it was user ${old.uid})`, certain: true }];
  if (!kept.group) {
    await file.setMode(strangersGroup);
    const what = `group (it was ${old.gid}), and access list, extended attributes and security label if it had any`;
    return [...losses, { what, certain: true }];
  }
  // Before the mode is set, which may let nobody write, cp neither.
  const lost = await file.copyAttributes(old.path);
  // The group's part of a mode is that of all in the ACL: without the ACL, more than the group itself had.
  const withoutList = lost?.certain === true && (await file.status()).mode !== old.mode;
  await file.setMode(withoutList ? strangersGroup : old.mode);
  return lost === undefined ? losses : [...losses, lost];
}

interface Kept {
  readonly owner: boolean;
  readonly group: boolean;
}

/** Gives the file the owner and group of the old one, or the group alone; what of both it now has. */
async function keepOwner(file: NewFile, old: FileStatus): Promise<Kept> {
  const { uid, gid } = await file.status();
  if (uid === old.uid && gid === old.gid) return { owner: true, group: true };
  if (await unlessForbidden(() => file.setOwner(old.uid, old.gid))) return { owner: true, group: true };
  const group = gid === old.gid || await unlessForbidden(() => file.setOwner(uid, old.gid));
  return { owner: uid === old.uid, group };
}

/** The same files, with another `onReplaced`. */
export function watchingReplacements(files: FileSystem, onReplaced: NonNullable<FileSystem["onReplaced"]>): FileSystem {
  return {
    status: (path) => files.status(path),
    readLink: (path) => files.readLink(path),
    list: (path) => files.list(path),
    read: (path, limit) => files.read(path, limit),
    create: (path, mode) => files.create(path, mode),
    openFolder: (path) => files.openFolder(path),
    makeFolder: (path) => files.makeFolder(path),
    rename: (from, to) => files.rename(from, to),
    remove: (path) => files.remove(path),
    onReplaced,
  };
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
