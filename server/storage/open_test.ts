import assert from "node:assert/strict";
import { strictLog } from "../../tests/support/recorded_log.ts";
import { isRefusal } from "../../tests/support/refusals.ts";
import { tempFolder } from "../../tests/support/temp_folder.ts";
import {
  createStorage,
  openStorage,
  openStorageForReading,
  requireNoStorage,
  requireStorageName,
  storageExists,
} from "./open.ts";

const URLS = [
  "postgres://caucase:secret@db.example/caucase",
  "POSTGRESQL://secret@db.example",
  "sqlite:///var/lib/secret.sqlite",
  "file:///var/lib/secret.sqlite",
  "file:secret.sqlite?mode=memory",
  "FILE:secret",
];

const DOORS: Readonly<Record<string, (db: string) => Promise<unknown>>> = {
  openStorage: (db) => openStorage(db, strictLog),
  openStorageForReading: (db) => openStorageForReading(db, strictLog),
  createStorage: (db) => createStorage(db, strictLog),
  storageExists,
  requireNoStorage,
};

for (const [name, open] of Object.entries(DOORS)) {
  Deno.test(`${name}() refuses a URL, and says what is taken but no more of it than its scheme`, async () => {
    for (const db of URLS) {
      const says = (error: unknown) => {
        assert.ok(isRefusal("usage")(error) && error instanceof Error, String(error));
        assert.match(error.message, /^--db takes the path of an SQLite database, not a "[a-z]+:" URL$/i);
        return true;
      };
      await assert.rejects(open(db), says, db);
    }
  });
}

Deno.test("requireStorageName() takes paths that look a little like URLs", () => {
  for (
    const db of ["caucase.sqlite", "/var/lib/a:b//c", "./file:x", "C:\\caucase.sqlite", "1://x", "a:b", ":memory:"]
  ) {
    requireStorageName(db);
  }
});

Deno.test("openStorage() and openStorageForReading() open the same database, one of them beside the other", async () => {
  await using folder = await tempFolder();
  const db = `${folder.path}/caucase.sqlite`;
  const storage = await openStorage(db, strictLog);
  try {
    await assert.rejects(openStorage(db, strictLog), isRefusal("in-use"));
    const reading = await openStorageForReading(db, strictLog);
    assert.equal(reading.path, storage.path);
    await reading.close();
  } finally {
    await storage.close();
  }
});
