import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { newRequest } from "../../../tests/contract/store_fixtures.ts";
import { isRefusal } from "../../../tests/support/refusals.ts";
import { tempFolder } from "../../../tests/support/temp_folder.ts";
import { RESTORED_MARK } from "./restored_mark.ts";
import { openSqliteStorage } from "./sqlite_storage.ts";
import { quietLog, strictLog } from "../../../tests/support/recorded_log.ts";

const PAGE = 4096;

async function open(path: string): Promise<void> {
  const storage = await openSqliteStorage({ path, lock: true, log: quietLog });
  await storage.close();
}

/** Makes a database with some rows of ours. */
async function fill(path: string): Promise<void> {
  const storage = await openSqliteStorage({ path, lock: true, log: strictLog });
  for (let n = 1; n <= 40; n++) {
    await storage.ca("cas").requests.submit(newRequest(n, { csr: new Uint8Array(900).fill(n) }));
  }
  await storage.close();
}

function execute(path: string, sql: string): void {
  const database = new DatabaseSync(path);
  try {
    database.exec(sql);
  } finally {
    database.close();
  }
}

/** Changes made to a database of ours, or to an empty file, and what is said of it then. */
const REFUSED: Readonly<Record<string, { change: (path: string) => void; message: RegExp; empty?: true }>> = {
  "another program's tables": {
    empty: true,
    change: (path) => execute(path, "CREATE TABLE bookmarks (url TEXT)"),
    message: /holds tables of another program alone$/,
  },
  "another program's mark": {
    change: (path) => execute(path, "PRAGMA application_id = 1"),
    message: /it belongs to another program$/,
  },
  "a version that is not known": {
    change: (path) => execute(path, "PRAGMA user_version = 7"),
    message: /its schema has version 7, which is not known$/,
  },
  "a page of zeros": {
    change: (path) => overwrite(path, Math.floor(Deno.statSync(path).size / PAGE / 2) * PAGE, new Uint8Array(PAGE)),
    message: /: it is damaged$/,
  },
  "a missing half": {
    change: (path) => Deno.truncateSync(path, Math.floor(Deno.statSync(path).size / PAGE / 2) * PAGE),
    message: /: it is damaged$/,
  },
  "a first page of noise": {
    change: (path) => overwrite(path, 0, new Uint8Array(PAGE).fill(0xa5)),
    message: /: it is not an SQLite database$/,
  },
};

function overwrite(path: string, offset: number, bytes: Uint8Array): void {
  using file = Deno.openSync(path, { write: true });
  file.seekSync(offset, Deno.SeekMode.Start);
  file.writeSync(bytes);
}

for (const [name, { change, message, empty }] of Object.entries(REFUSED)) {
  Deno.test(`openSqliteStorage() refuses a database with ${name}, and changes not a byte of it`, async () => {
    await using folder = await tempFolder();
    const path = `${folder.path}/ca.sqlite`;
    if (!empty) await fill(path);
    change(path);
    const before = await Deno.readFile(path);
    const says = (error: unknown) =>
      isRefusal("storage")(error) && error instanceof Error && message.test(error.message);
    await assert.rejects(open(path), says);
    assert.deepEqual(await Deno.readFile(path), before);
  });
}

Deno.test("openSqliteStorage() takes an empty file, other tables beside ours, and the mark of a restore", async () => {
  await using folder = await tempFolder();
  const path = `${folder.path}/ca.sqlite`;
  await Deno.writeFile(path, new Uint8Array(), { mode: 0o600 });
  await open(path);
  execute(path, `CREATE TABLE notes (text TEXT); PRAGMA user_version = ${RESTORED_MARK}`);
  await open(path);
});
