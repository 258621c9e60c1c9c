/** When backups are made: some time after the newest one, as soon as there is a user. */
import type { Log } from "../../core/log.ts";
import type { Job } from "../jobs.ts";
import { freeBackupPath, newestBackup, removeOldBackups } from "./backup_folder.ts";
import { type BackupFigures, tellMade, tellNewest } from "./backup_log.ts";
import { makeBackupInThread } from "./backup_thread.ts";
import type { BackupOrder, MadeBackup } from "./make_backup.ts";

export interface BackupSettings {
  /** A path; failures to read or write there are tried again. */
  readonly folder: string;
  /** From one backup to the next, in seconds. */
  readonly period: number;
  /** How many to keep; undefined: all. */
  readonly keep: number | undefined;
}

export interface BackupJobOptions {
  /** Path of the database. */
  readonly database: string;
  readonly settings: BackupSettings;
  readonly log: Log;
  /** Takes what is known of the newest backup: at the first run, and whenever one was made. */
  readonly report?: ((newest: BackupFigures) => void) | undefined;
  /** Gives up a backup that is being made. */
  readonly signal: AbortSignal;
  /** Instead of a thread, for tests. */
  readonly make?: (order: BackupOrder, signal: AbortSignal) => Promise<MadeBackup | undefined>;
}

/** Without a user there is nobody to encrypt to; then it looks again after this many seconds. */
const NO_USER_RETRY = 3600;

/** A job that makes backups in time, and says what was made. At first it says which backup is the newest. */
export function createBackupJob(options: BackupJobOptions): Job {
  const { settings: { folder, period }, log, signal, report } = options;
  let announced = false;
  return {
    name: "backup",
    async run(now) {
      const newest = await newestBackup(folder, now);
      if (!announced) {
        const figures = await tellNewest(log, folder, { newest, now });
        if (figures !== undefined) report?.(figures);
      }
      announced = true;
      const due = newest === undefined ? now : newest.since + period;
      if (due > now || signal.aborted) return due;
      try {
        return now + (await makeDue(options, now) ? period : NO_USER_RETRY);
      } catch (error) {
        // Given up on purpose: the server stops, and makes it after its next start.
        if (signal.aborted) return due;
        throw error;
      }
    },
  };
}

/** Whether there was a user to make a backup for. */
async function makeDue(options: BackupJobOptions, now: number): Promise<boolean> {
  const { database, settings: { folder, keep }, log, signal, report, make = makeBackupInThread } = options;
  const target = await freeBackupPath(folder, now);
  const started = performance.now();
  const made = await make({ database, target, now }, signal);
  if (made === undefined) return false;
  tellMade(log, target, { ...made, seconds: (performance.now() - started) / 1000 });
  report?.({ since: now, size: made.size, recipients: made.recipients.length });
  if (keep !== undefined) await removeOldBackups(folder, keep, target);
  return true;
}
