/** Whether a file that SQLite can open is a database for us to write to: judged before anything in it is changed. */
import { CaucaseError } from "../../../core/errors.ts";
import type { Database } from "./database.ts";
import { RESTORED_MARK } from "./restored_mark.ts";
import { isOurTable } from "./schema.ts";
import { damaged } from "./storage_error.ts";

/** Up to this size, in bytes, a database is looked through when it is opened: a twentieth of a second. */
const LOOKED_THROUGH = 32 * 1024 * 1024;

const HINT = "check the path given with --db: this is no database of caucase";

/**
 * @throws `storage` for another program's database, one of a version that is not known yet, and one that is damaged
 *   where that can be seen in a moment. In a larger one damage shows when it is met: by a request, or by the next
 *   backup, which reads everything
 */
export function requireUsable(database: Database): void {
  requireOurs(database);
  const size = pragma(database, "page_count") * pragma(database, "page_size");
  if (size > LOOKED_THROUGH) return;
  // Structure alone. Whether indexes and rows agree would take thrice the time.
  if (database.get("PRAGMA quick_check(1)")?.["quick_check"] !== "ok") throw damaged(database.path);
}

/** Looks at everything, whatever the time. @throws `storage` for damage */
export function requireIntegrity(database: Database): void {
  const [first] = database.all("PRAGMA integrity_check");
  if (first?.["integrity_check"] !== "ok") throw new CaucaseError("storage", "SQLite finds the database damaged");
}

function requireOurs(database: Database): void {
  const refuse = (reason: string, hint: string) =>
    new CaucaseError("storage", `cannot use the database ${database.path}: ${reason}`, { hint });
  if (pragma(database, "application_id") !== 0) throw refuse("it belongs to another program", HINT);
  const tables = database.all("SELECT name FROM sqlite_schema WHERE type = 'table'").map(({ name }) => `${name}`);
  if (tables.length > 0 && !tables.some(isOurTable)) throw refuse("it holds tables of another program alone", HINT);
  // 0 in all databases so far, the reference's included, but for our mark.
  const version = pragma(database, "user_version");
  if (version === 0 || version === RESTORED_MARK) return;
  throw refuse(`its schema has version ${version}, which is not known`, "use the version of caucase that made it");
}

function pragma(database: Database, name: "application_id" | "page_count" | "page_size" | "user_version"): number {
  return Number(database.get(`PRAGMA ${name}`)?.[name]);
}
