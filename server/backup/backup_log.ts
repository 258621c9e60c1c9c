/** Tells an administrator that there are backups, how old and large they are, and which keys open them. */
import { CaucaseError } from "../../core/errors.ts";
import { readBackupFileHeader } from "../../core/host/backup_file.ts";
import type { Log } from "../../core/log.ts";
import type { NewestBackup } from "./backup_folder.ts";
import type { MadeBackup } from "./make_backup.ts";

/** About the newest backup of the folder. A file that is none is said to be none. */
export async function tellNewest(
  log: Log,
  folder: string,
  { newest, now }: { readonly newest: NewestBackup | undefined; readonly now: number },
): Promise<void> {
  if (newest === undefined) return log.info("backup.none", { folder });
  const about = { path: newest.path, age: hours(now - newest.since) };
  try {
    const { size, header } = await readBackupFileHeader(newest.path);
    const keyIds = header.recipients.map(({ keyId }) => keyId);
    log.info("backup.newest", { ...about, size: sizeOf(size), keyIds });
  } catch (error) {
    if (!(error instanceof CaucaseError)) throw error;
    log.warning("backup.unreadable", { ...about, error });
  }
}

/** What was made, and what it does not hold. */
export function tellMade(log: Log, path: string, made: MadeBackup & { readonly seconds: number }): void {
  const { size, recipients: keyIds, usersLeftOut, objectsLeftOut, seconds } = made;
  log.info("backup.made", { path, size: sizeOf(size), seconds: Number(seconds.toFixed(1)), keyIds });
  if (usersLeftOut.length > 0) log.warning("backup.users_left_out", { keyIds: usersLeftOut });
  if (objectsLeftOut.length > 0) log.warning("backup.objects_left_out", { objects: objectsLeftOut });
}

function sizeOf(bytes: number): string {
  return bytes < 1e6 ? `${Math.ceil(bytes / 1000)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

function hours(seconds: number): string {
  return `${(seconds / 3600).toFixed(1)} h`;
}
