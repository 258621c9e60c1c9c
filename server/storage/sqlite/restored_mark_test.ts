import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { crlContent, NOW, renewCrl } from "../../../tests/contract/store_fixtures.ts";
import { tempFolder } from "../../../tests/support/temp_folder.ts";
import { RESTORED_MARK } from "./restored_mark.ts";
import { openSqliteStorage } from "./sqlite_storage.ts";
import { strictLog } from "../../../tests/support/recorded_log.ts";

async function storageAt(path: string) {
  return await openSqliteStorage({ path, lock: true, log: strictLog });
}

Deno.test("jumpIfRestored() lets CRL numbers jump once, and moves no date", async () => {
  await using folder = await tempFolder();
  const path = `${folder.path}/ca.sqlite`;
  const before = await storageAt(path);
  assert.equal(await before.jumpIfRestored(), false);
  await renewCrl(before.ca("cas"), NOW);
  await before.close();
  const database = new DatabaseSync(path);
  database.exec(`PRAGMA user_version = ${RESTORED_MARK}`);
  database.close();

  for (const jumps of [true, false]) {
    const storage = await storageAt(path);
    assert.equal(await storage.jumpIfRestored(), jumps);
    assert.deepEqual(await crlContent(storage.ca("cas")), {
      number: 1_000_001n,
      thisUpdate: NOW,
      revocations: [],
    });
    // None was in the backup, but some may have been made since.
    assert.deepEqual(await crlContent(storage.ca("cau")), {
      number: 1_000_000n,
      thisUpdate: undefined,
      revocations: [],
    });
    await storage.close();
  }
});
