/** Lines by which an administrator sees that there are backups, how old and large they are, and who can open them. */
import { CaucaseError } from "../../core/errors.ts";
import { readBackupFileHeader } from "../../core/host/backup_file.ts";
import type { NewestBackup } from "./backup_folder.ts";
import type { MadeBackup } from "./make_backup.ts";

/** How many key identifiers a line names. */
const MOST_KEYS = 20;

/** One line about the newest backup of the folder. A file that is none is said to be none. */
export async function describeNewest(folder: string, newest: NewestBackup | undefined, now: number): Promise<string> {
  if (newest === undefined) return `there is no backup in ${folder} yet`;
  const age = `newest backup: ${newest.path}, made ${hours(now - newest.since)} ago`;
  try {
    const { size, header } = await readBackupFileHeader(newest.path);
    return `${age}, ${sizeOf(size)}, opened by ${keyList(header.recipients.map(({ keyId }) => keyId))}`;
  } catch (error) {
    if (!(error instanceof CaucaseError)) throw error;
    return `${age}; ${error.message}`;
  }
}

/** What was made, and what it does not hold. */
export function describeMade(path: string, made: MadeBackup, seconds: number): string[] {
  const { size, recipients, usersLeftOut, objectsLeftOut } = made;
  return [
    `made the backup ${path}: ${sizeOf(size)} in ${seconds.toFixed(1)} s, opened by ${keyList(recipients)}`,
    ...(usersLeftOut.length > 0
      ? [`users whose keys are not RSA, or too short, cannot open this backup: ${keyList(usersLeftOut)}`]
      : []),
    ...(objectsLeftOut.length > 0
      ? [`this backup leaves out what other programs put into the database: ${objectsLeftOut.join(", ")}`]
      : []),
  ];
}

function sizeOf(bytes: number): string {
  return bytes < 1e6 ? `${Math.ceil(bytes / 1000)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

function keyList(keyIds: readonly string[]): string {
  const shown = keyIds.slice(0, MOST_KEYS).join(", ");
  const rest = keyIds.length - MOST_KEYS;
  return rest > 0 ? `${shown} and ${rest} more (key-id --backup lists them)` : shown;
}

function hours(seconds: number): string {
  return `${(seconds / 3600).toFixed(1)} h`;
}
