/** What the server's status says of backups. */
import { basename } from "node:path";
import { CaucaseError } from "../../core/errors.ts";
import { readBackupFileHeader } from "../../core/host/backup_file.ts";
import type { BackupFile, BackupStatus } from "../../core/protocol/server_status.ts";
import type { BackupOptions } from "../serve_options.ts";
import { newestBackup } from "./backup_folder.ts";

/**
 * Of the newest backup at `now`, as far as its beginning tells: whether all of it is there and good,
 * `manage --verify-backup` finds out. A folder that cannot be read is told by the job that makes backups.
 */
export async function backupStatus(
  { directory, periodDays }: Pick<BackupOptions, "directory" | "periodDays">,
  now: number,
): Promise<BackupStatus> {
  const newest = await newestBackup(directory, now).catch(unreadable);
  const file = newest && await fileAt(newest.path).catch(unreadable);
  return { enabled: true, periodDays, last: newest?.since ?? null, file: file ?? null };
}

function unreadable(error: unknown): undefined {
  if (!(error instanceof CaucaseError)) throw error;
}

async function fileAt(path: string): Promise<BackupFile> {
  const { size, header } = await readBackupFileHeader(path);
  return { name: basename(path), size, recipients: header.recipients.map(({ keyId }) => keyId) };
}
