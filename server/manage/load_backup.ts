/** Fills an empty database from a backup: all of it, in one transaction, or nothing. */
import type { BackupHeader } from "../../core/backup/container.ts";
import { CaucaseError } from "../../core/errors.ts";
import type { OnProgress } from "../../core/progress.ts";
import type { PrivateKey } from "../../core/keys/private_key.ts";
import type { PrivateDatabase } from "../storage/sqlite/private_database.ts";
import { openBackupFile } from "./open_backup_file.ts";
import { unusable } from "./pem_files.ts";

export interface LoadOptions {
  readonly key: PrivateKey;
  readonly signal?: AbortSignal;
  readonly onProgress?: OnProgress | undefined;
}

/**
 * Loads the backup at `path` that `key` opens. Nothing is committed unless it was read and authenticated to its end;
 * `signal` gives it up.
 * @throws `file` for a backup that is damaged, hostile or not for this key; `storage`
 */
export async function loadBackup(
  database: PrivateDatabase,
  path: string,
  { key, signal, onProgress }: LoadOptions,
): Promise<BackupHeader> {
  const { header, statements } = await openBackupFile(path, key, onProgress);
  try {
    await database.load(untilAborted(statements, signal));
    return header;
  } catch (error) {
    // What the file itself is refused for has its name already.
    if (!(error instanceof CaucaseError && error.code === "unacceptable")) throw error;
    throw unusable(path, `backup: ${error.message}`);
  }
}

async function* untilAborted<T>(items: AsyncIterable<T>, signal: AbortSignal | undefined): AsyncGenerator<T> {
  for await (const item of items) {
    signal?.throwIfAborted();
    yield item;
  }
}
