import assert from "node:assert/strict";
import { setImmediate } from "node:timers";
import { BY, NOW, renewCrl, revocation } from "../../../tests/contract/store_fixtures.ts";
import { tempFolder } from "../../../tests/support/temp_folder.ts";
import { Database } from "./database.ts";
import { RevocationTable } from "./revocation_table.ts";
import { openSqliteStorage } from "./sqlite_storage.ts";
import { strictLog } from "../../../tests/support/recorded_log.ts";

/** More than two pages. */
const STORED = 5000;

/** A database with serial numbers from 1 to `STORED` revoked, opened. */
async function storageWithMany() {
  const folder = await tempFolder();
  const path = `${folder.path}/ca.sqlite`;
  const options = { path, lock: true, log: strictLog };
  await (await openSqliteStorage(options)).close();
  const database = new Database(path);
  const table = new RevocationTable(database, "cas", strictLog);
  database.transaction(() => {
    for (let serial = 1; serial <= STORED; serial++) table.add(revocation(BigInt(serial)));
  });
  database.close();
  const storage = await openSqliteStorage(options);
  return {
    store: storage.ca("cas"),
    async [Symbol.asyncDispose]() {
      await storage.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

Deno.test("crlContent() lets others go on while it reads many", async () => {
  await using opened = await storageWithMany();
  let turns = 0;
  let reading = true;
  const count = () => {
    turns++;
    if (reading) setImmediate(count);
  };
  setImmediate(count);
  const { entries } = await opened.store.revocations.crlContent();
  reading = false;
  assert.equal(entries.size, STORED);
  assert.ok(turns >= 2, `others had ${turns} turns`);
});

Deno.test("crlContent() has number and revocations of one moment when some are made while it reads", async () => {
  await using opened = await storageWithMany();
  const { store } = opened;
  const reading = store.revocations.crlContent();
  // One for each turn of the event loop, until the reading gives up making pauses.
  const revoking = (async () => {
    let made = 0;
    for (let serial = STORED + 1; made < 40; serial++, made++) {
      await store.revocations.revoke(revocation(BigInt(serial)), BY);
    }
  })();
  const { number, entries } = await reading;
  assert.equal(entries.size, STORED + Number(number));
  assert.ok(number > 0n, "nothing was revoked while it read");
  await revoking;
  assert.equal((await store.revocations.crlContent()).number, 40n);
});

Deno.test("crlContent() leaves nothing half read when the list is renewed while it reads", async () => {
  await using opened = await storageWithMany();
  const { store } = opened;
  const [content] = await Promise.all([store.revocations.crlContent(), renewCrl(store, NOW + 5)]);
  assert.deepEqual([content.number, content.thisUpdate, content.entries.size], [1n, NOW + 5, STORED]);
});
