import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { NOW, revocation } from "../../tests/contract/store_fixtures.ts";
import { tempFolder } from "../../tests/support/temp_folder.ts";
import { RESTORED_MARK } from "./restored_mark.ts";
import { openSqliteStorage } from "./sqlite_storage.ts";

async function storageAt(path: string) {
  return await openSqliteStorage({ path, lock: true, log: assert.fail });
}

Deno.test("jumpIfRestored() lets CRL numbers jump once, and moves no date", async () => {
  await using folder = await tempFolder();
  const path = `${folder.path}/ca.sqlite`;
  const before = await storageAt(path);
  assert.equal(await before.jumpIfRestored(), false);
  await before.ca("cas").renewCrl(NOW, undefined);
  await before.close();
  const database = new DatabaseSync(path);
  database.exec(`PRAGMA user_version = ${RESTORED_MARK}`);
  database.close();

  for (const jumps of [true, false]) {
    const storage = await storageAt(path);
    assert.equal(await storage.jumpIfRestored(), jumps);
    assert.deepEqual(await storage.ca("cas").crlContent(), { number: 1_000_001n, lastUpdate: NOW, revocations: [] });
    // None was in the backup, but some may have been made since.
    assert.deepEqual(await storage.ca("cau").crlContent(), {
      number: 1_000_000n,
      lastUpdate: undefined,
      revocations: [],
    });
    await storage.close();
  }
});

Deno.test("importCrl() takes over what a list says, and goes on from the larger number", async () => {
  await using folder = await tempFolder();
  const storage = await storageAt(`${folder.path}/ca.sqlite`);
  const store = storage.ca("cas");
  await store.revoke(revocation(1n));
  const list = (number: bigint) => ({
    number,
    lastUpdate: NOW,
    revocations: [revocation(2n), revocation(1n, 5), revocation(3n)],
  });
  assert.deepEqual(await storage.importCrl("cas", list(40n)), { number: 40n, added: 2, known: 1 });
  const revocations = [revocation(1n), revocation(2n), revocation(3n)];
  assert.deepEqual(await store.crlContent(), { number: 41n, lastUpdate: NOW, revocations });
  assert.deepEqual(await storage.importCrl("cas", list(7n)), { number: 41n, added: 0, known: 3 });
  assert.equal((await store.crlContent()).number, 42n);
  await storage.close();
});

Deno.test("importCrl() changes nothing when it refuses a list", async () => {
  await using folder = await tempFolder();
  const storage = await storageAt(`${folder.path}/ca.sqlite`);
  const tooLarge = { number: 2n ** 63n, lastUpdate: NOW, revocations: [revocation(1n)] };
  await assert.rejects(storage.importCrl("cas", tooLarge), { code: "unacceptable" });
  const failing = {
    ...{ number: 1n, lastUpdate: NOW },
    *revocations() {
      yield revocation(1n);
      throw new RangeError("broken list");
    },
  };
  await assert.rejects(storage.importCrl("cas", { ...failing, revocations: failing.revocations() }), RangeError);
  assert.deepEqual(await storage.ca("cas").crlContent(), { number: 0n, lastUpdate: undefined, revocations: [] });
  await storage.close();
});
