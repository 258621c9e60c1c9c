/** What SQLite reports, as errors that say what to do. */
import { CaucaseError } from "../../../core/errors.ts";

const DAMAGED = ["it is damaged", "put it aside and restore a backup with manage --restore-backup"] as const;

/** Reason and hint by SQLite's primary result code (https://sqlite.org/rescode.html). */
const REASONS: Readonly<Record<number, readonly [reason: string, hint: string]>> = {
  3: ["access is denied", "check owner and mode of the file and its folder"],
  5: ["another program keeps it locked", "end programs that write to it, such as an open sqlite3 session"],
  6: ["another program keeps it locked", "end programs that write to it, such as an open sqlite3 session"],
  8: [
    "it cannot be written",
    "check owner and mode of the file and its folder, and whether its file system is mounted read-only",
  ],
  10: ["reading or writing failed", "check the disk and the system's log"],
  11: DAMAGED,
  13: ["there is no space left", "free space on its file system"],
  14: ["it cannot be opened", "check that its folder exists, and owner and mode of both"],
  26: ["it is not an SQLite database", "check the path given with --db"],
};

/**
 * A `storage` error for what SQLite reported about the database at `path`. Anything else comes back as it is: a refusal
 * keeps its code, and a bug stays one. SQLite's messages hold names of tables and columns, never values.
 */
export function storageError(error: unknown, path: string): unknown {
  if (!isSqliteError(error)) return error;
  const [reason, hint] = REASONS[primaryCode(error)] ?? [error.message, undefined];
  return new CaucaseError("storage", `cannot use the database ${path}: ${reason}`, {
    cause: error,
    ...(hint && { hint }),
  });
}

/** The error for damage that SQLite describes instead of reporting it. */
export function damaged(path: string): CaucaseError {
  const [reason, hint] = DAMAGED;
  return new CaucaseError("storage", `cannot use the database ${path}: ${reason}`, { hint });
}

/** The error for rows that SQLite did not give, where it is not told why. */
export function unreadable(path: string): CaucaseError {
  return new CaucaseError("storage", `cannot use the database ${path}: not all of it can be read`, {
    hint: "check the disk; if the database is damaged, put it aside and restore a backup with manage --restore-backup",
  });
}

function isSqliteError(error: unknown): error is Error {
  return error instanceof Error && "code" in error && error.code === "ERR_SQLITE_ERROR";
}

/** The low byte of the extended result code; 0 where the runtime left it out. */
function primaryCode(error: Error): number {
  return "errcode" in error && typeof error.errcode === "number" ? error.errcode & 0xff : 0;
}
