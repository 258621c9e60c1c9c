/** Tells an administrator that there are backups, how old and large they are, and which keys open them. */
import { CaucaseError } from "../../core/errors.ts";
import { readBackupFileHeader } from "../../core/host/backup_file.ts";
import type { Log } from "../../core/log.ts";
import type { NewestBackup } from "./backup_folder.ts";
import type { MadeBackup } from "./make_backup.ts";

/** What is known of the newest backup. */
export interface BackupFigures {
  /** When it was made, Unix seconds. */
  readonly since: number;
  /** In bytes. */
  readonly size: number;
  /** How many keys open it. */
  readonly recipients: number;
}

/**
 * About the newest backup of the folder, which is answered too unless it cannot be read. A file that is none is said
 * to be none.
 */
export async function tellNewest(
  log: Log,
  folder: string,
  { newest, now }: { readonly newest: NewestBackup | undefined; readonly now: number },
): Promise<BackupFigures | undefined> {
  if (newest === undefined) {
    log.info("backup.none", { folder });
    return undefined;
  }
  const about = { path: newest.path, age: hours(now - newest.since) };
  try {
    const { size, header } = await readBackupFileHeader(newest.path);
    const keyIds = header.recipients.map(({ keyId }) => keyId);
    log.info("backup.newest", { ...about, size: sizeOf(size), keyIds });
    return { since: newest.since, size, recipients: keyIds.length };
  } catch (error) {
    if (!(error instanceof CaucaseError)) throw error;
    log.warning("backup.unreadable", { ...about, error });
    return undefined;
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
