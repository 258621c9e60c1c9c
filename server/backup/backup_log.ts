/** Lines by which an administrator sees that there are backups, how old and large they are, and who can open them. */
import { CaucaseError } from "../../core/errors.ts";
import { readBackupFileHeader } from "../../core/host/backup_file.ts";
import type { NewestBackup } from "./backup_folder.ts";
import type { MadeBackup } from "./make_backup.ts";

/** One line about the newest backup of the folder. A file that is none is said to be none. */
export async function describeNewest(folder: string, newest: NewestBackup | undefined, now: number): Promise<string> {
  if (newest === undefined) return `there is no backup in ${folder} yet`;
  const age = `newest backup: ${newest.path}, made ${hours(now - newest.since)} ago`;
  try {
    const { size, header } = await readBackupFileHeader(newest.path);
    return `${age}, ${megabytes(size)}, opened by ${header.recipients.map(({ keyId }) => keyId).join(", ")}`;
  } catch (error) {
    if (!(error instanceof CaucaseError)) throw error;
    return `${age}; ${error.message}`;
  }
}

/** What was made, and what it does not hold. */
export function describeMade(path: string, made: MadeBackup, seconds: number): string[] {
  const { size, recipients, usersLeftOut, objectsLeftOut } = made;
  return [
    `made the backup ${path}: ${megabytes(size)} in ${seconds.toFixed(1)} s, opened by ${recipients.join(", ")}`,
    ...(usersLeftOut.length > 0
      ? [`users whose keys are not RSA, or too short, cannot open this backup: ${usersLeftOut.join(", ")}`]
      : []),
    ...(objectsLeftOut.length > 0
      ? [`this backup leaves out what other programs put into the database: ${objectsLeftOut.join(", ")}`]
      : []),
  ];
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

function hours(seconds: number): string {
  return `${(seconds / 3600).toFixed(1)} h`;
}
