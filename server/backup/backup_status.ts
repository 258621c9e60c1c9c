/** What the server's status says of backups. */
import { basename } from "node:path";
import { readBackupFileHeader } from "../../core/host/backup_file.ts";
import type { BackupFile, BackupStatus } from "../../core/protocol/server_status.ts";
import { newestBackup } from "./backup_folder.ts";

/**
 * Of the newest backup in `folder` at `now`, as far as its beginning tells: whether all of it is there and good,
 * `manage --verify-backup` finds out. A folder that cannot be read is told by the job that makes backups.
 */
export async function backupStatus(folder: string, now: number): Promise<BackupStatus> {
  const newest = await newestBackup(folder, now).catch(() => undefined);
  if (newest === undefined) return { enabled: true, last: null, file: null };
  return { enabled: true, last: newest.since, file: await fileAt(newest.path).catch(() => null) };
}

async function fileAt(path: string): Promise<BackupFile> {
  const { size, header } = await readBackupFileHeader(path);
  return { name: basename(path), size, recipients: header.recipients.map(({ keyId }) => keyId) };
}
