/** The folder that backups are in: their names, which is the newest, and which may go. */
import { basename } from "node:path";
import { CaucaseError } from "../../core/errors.ts";
import { fileError } from "../../core/host/file_error.ts";

/** What anybody's backup is called; the reference looks for these too. */
const SUFFIX = ".sql.caucased";
/** What ours and the reference's are called: the time in UTC, so that names sort by it. */
const OWN_NAME = /^\d{14}\.sql\.caucased$/;

export interface NewestBackup {
  readonly path: string;
  /** When it came into the folder: its ctime, in Unix seconds. */
  readonly since: number;
}

/** The backup that came last. What came later than `now` came by a wrong clock and does not count. Throws `file`. */
export async function newestBackup(folder: string, now: number): Promise<NewestBackup | undefined> {
  let newest: NewestBackup | undefined;
  for (const name of await namesIn(folder)) {
    const since = await changeTime(`${folder}/${name}`);
    if (since === undefined || since > now || (newest && newest.since >= since)) continue;
    newest = { path: `${folder}/${name}`, since };
  }
  return newest;
}

/** A path for a backup made at `now`, or at the next second that no backup has. Throws `file`. */
export async function freeBackupPath(folder: string, now: number): Promise<string> {
  const taken = await namesIn(folder);
  let time = now;
  while (taken.includes(backupName(time))) time++;
  return `${folder}/${backupName(time)}`;
}

/** `YYYYMMDDHHMMSS.sql.caucased`, of a time in Unix seconds. */
export function backupName(time: number): string {
  return new Date(time * 1000).toISOString().replace(/\D/g, "").slice(0, 14) + SUFFIX;
}

/**
 * Removes all but the newest `keep` up to the one just `made`, by the times in their names. Files of other names stay,
 * and those of a clock that ran ahead: they must not make room at the cost of a backup of today. Throws `file`.
 */
export async function removeOldBackups(folder: string, keep: number, made: string): Promise<void> {
  const own = (await namesIn(folder)).filter((name) => OWN_NAME.test(name) && name <= basename(made)).sort();
  for (const name of own.slice(0, -keep)) {
    try {
      await Deno.remove(`${folder}/${name}`);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw fileError("remove", `${folder}/${name}`, error);
    }
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    const entries = await Array.fromAsync(Deno.readDir(folder));
    return entries.map(({ name }) => name).filter((name) => name.endsWith(SUFFIX));
  } catch (error) {
    const failure = fileError("read", folder, error);
    if (!(error instanceof Deno.errors.NotFound)) throw failure;
    const hint = "make this folder, and let the server write into it";
    throw new CaucaseError("file", failure.message, { ...failure.details, hint });
  }
}

/** In Unix seconds; undefined for what is no file, or is gone by now. */
async function changeTime(path: string): Promise<number | undefined> {
  try {
    const { isFile, ctime } = await Deno.stat(path);
    return isFile && ctime ? Math.floor(ctime.getTime() / 1000) : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw fileError("read", path, error);
  }
}
