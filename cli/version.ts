/** Which version this is. */
import process from "node:process";
import settings from "../deno.json" with { type: "json" };

/** The settings have a commit only where `deno task compile` wrote it there. */
const { version, commit }: { readonly version: string; readonly commit?: string } = settings;

/** Version of the program, as in `deno.json`. */
export const VERSION: string = version;

/** One line for `--version`: what runs, on what, and what it was made from. Loads SQLite. */
export function versionText(): string {
  const origin = commit === undefined ? "from source" : `commit ${commit}`;
  return `caucase ${VERSION} (Deno ${Deno.version.deno}, SQLite ${sqliteVersion()}, ${origin})`;
}

/** Asks the library itself: `process.versions` names the one that the runtime was written for. */
function sqliteVersion(): string {
  // Not imported above: it is loaded only when the version is asked for.
  const { DatabaseSync } = process.getBuiltinModule("node:sqlite");
  const database = new DatabaseSync(":memory:");
  try {
    return String(database.prepare("SELECT sqlite_version() AS version").get()?.["version"]);
  } finally {
    database.close();
  }
}
