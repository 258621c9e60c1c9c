/** A database of one's own, to look at what would be in it. */
import { CaucaseError, describeError } from "../../../core/errors.ts";
import { Database } from "./database.ts";

/** What errors call it: it has no path. */
const NAME = "(temporary)";

/**
 * A new database without a name in any folder: only its owner can read it while it exists, and nothing of it stays,
 * however the process ends. It lies on the disk, as memory may be too small for it: in `folder`, else in the system's
 * for temporary files.
 * @throws `storage`
 */
export async function openScratchDatabase(folder?: string): Promise<Database> {
  // SQLite's own nameless database: nothing is removed there while it is open. The runtime allows it with all
  // permissions only.
  if (Deno.build.os === "windows") return prepared(new Database(NAME, { file: "" }));
  const file = await makePrivateFile(folder);
  try {
    return prepared(new Database(NAME, { file }));
  } finally {
    // SQLite has it open.
    await Deno.remove(file);
  }
}

/** No other file beside it: what must be undone is kept in memory, and after a crash nobody wants any of it. */
function prepared(database: Database): Database {
  try {
    database.get("PRAGMA journal_mode = MEMORY");
    database.run("PRAGMA synchronous = OFF");
    database.run("PRAGMA trusted_schema = OFF");
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

async function makePrivateFile(folder: string | undefined): Promise<string> {
  try {
    return await Deno.makeTempFile({ prefix: "caucase-", ...(folder !== undefined && { dir: folder }) });
  } catch (cause) {
    throw new CaucaseError("storage", `cannot make a temporary database: ${describeError(cause)}`, {
      cause,
      hint: "TMPDIR names the folder for temporary files",
    });
  }
}
