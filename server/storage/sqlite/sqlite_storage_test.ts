import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import {
  addIssuer,
  BY,
  crlContent,
  firstRequest,
  keyId,
  listed,
  newCertificate,
  newIssuer,
  newRequest,
  NOW,
  renewCrl,
  revocation,
} from "../../../tests/contract/store_fixtures.ts";
import { namesIn } from "../../../tests/support/files.ts";
import { tempFolder } from "../../../tests/support/temp_folder.ts";
import { openSqliteStorage, type SqliteStorageOptions } from "./sqlite_storage.ts";
import { quietLog, recordedLog, strictLog } from "../../../tests/support/recorded_log.ts";

const quiet: Omit<SqliteStorageOptions, "path"> = { lock: true, log: quietLog };

async function testFolder() {
  const folder = await tempFolder();
  return {
    folder: folder.path,
    path: `${folder.path}/ca.sqlite`,
    files: () => namesIn(folder.path),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

/** What another program sees and does. */
function withSqlite<T>(path: string, action: (database: DatabaseSync) => T): T {
  const database = new DatabaseSync(path);
  try {
    return action(database);
  } finally {
    database.close();
  }
}

Deno.test("openSqliteStorage() finds everything again after a restart", async () => {
  await using test = await testFolder();
  const { keyIdentifier: _, ...issuer } = newIssuer(1);
  const before = await openSqliteStorage({ path: test.path, ...quiet });
  await addIssuer(before.ca("cau"), newIssuer(1));
  await before.ca("cau").requests.submit(firstRequest(1, 1));
  await before.ca("cau").requests.submit(newRequest(2));
  await renewCrl(before.ca("cau"), NOW);
  await before.ca("cau").revocations.revoke(revocation(7n), BY);
  await before.ca("cau").requests.freezeAutoSignAmount(1);
  await before.close();

  const after = await openSqliteStorage({ path: test.path, ...quiet });
  const store = after.ca("cau");
  assert.deepEqual((await store.issuers.list()).issuers, [issuer]);
  assert.equal((await store.requests.find(1n, 0))?.certificatePem, "automatic 1");
  assert.deepEqual((await store.requests.pending()).map(({ id }) => id), [2n]);
  assert.deepEqual(await crlContent(store), {
    number: 2n,
    thisUpdate: NOW,
    revocations: [listed(7n)],
  });
  assert.equal(await store.requests.frozenAutoSignAmount(), 1);
  assert.equal(await store.requests.receivedCount(), 2);
  await after.close();
});

Deno.test("close() leaves all in the one file, in the mode every program can deal with", async () => {
  await using test = await testFolder();
  const storage = await openSqliteStorage({ path: test.path, ...quiet });
  await storage.ca("cas").requests.submit(newRequest(1));
  assert.deepEqual(test.files(), ["ca.sqlite", "ca.sqlite-shm", "ca.sqlite-wal", "ca.sqlite.lock"]);
  await storage.close();
  await storage.close();
  assert.deepEqual(test.files(), ["ca.sqlite", "ca.sqlite.lock"]);
  const mode = withSqlite(test.path, (database) => database.prepare("PRAGMA journal_mode").get());
  assert.equal(mode?.["journal_mode"], "delete");
  assert.equal(Deno.statSync(`${test.path}.lock`).size, 0);
});

Deno.test("close() says what to copy when another program still reads the database", async () => {
  await using test = await testFolder();
  const messages: string[] = [];
  const storage = await openSqliteStorage({ path: test.path, lock: true, log: recordedLog(messages) });
  await storage.ca("cas").requests.submit(newRequest(1));
  const reader = new DatabaseSync(test.path);
  reader.exec("BEGIN; SELECT * FROM cascrt");
  await storage.close();
  reader.close();
  assert.equal(messages.length, 1);
  assert.match(messages[0] ?? "", /^copy .*ca\.sqlite together with its -wal file/);
});

Deno.test("openSqliteStorage() refuses a database that another one has, by whatever name", async () => {
  await using test = await testFolder();
  const link = `${test.folder}/link.sqlite`;
  const first = await openSqliteStorage({ path: test.path, ...quiet });
  await Deno.symlink(test.path, link);
  for (const path of [test.path, link]) {
    await assert.rejects(openSqliteStorage({ path, ...quiet }), (error: Error & { code?: string }) => {
      assert.equal(error.code, "in-use");
      assert.ok(error.message.includes(test.path), error.message);
      return true;
    });
  }
  await first.close();
  await (await openSqliteStorage({ path: link, ...quiet })).close();
});

Deno.test("openSqliteStorage() reads beside a server that writes", async () => {
  await using test = await testFolder();
  const server = await openSqliteStorage({ path: test.path, ...quiet });
  await server.ca("cas").requests.submit(newRequest(1));
  const reader = await openSqliteStorage({ path: test.path, lock: false, readOnly: true, log: strictLog });
  assert.equal((await reader.ca("cas").requests.find(1n, 0))?.keyId, keyId(1));
  await server.ca("cas").requests.submit(newRequest(2));
  assert.equal((await reader.ca("cas").requests.find(2n, 0))?.keyId, keyId(2));
  await assert.rejects(reader.ca("cas").requests.submit(newRequest(3)), { code: "storage" });
  await reader.close();
  await server.ca("cas").requests.submit(newRequest(4));
  await server.close();
});

Deno.test("openSqliteStorage() says what is wrong with a database that it cannot use", async () => {
  await using test = await testFolder();
  const file = (name: string) => `${test.folder}/${name}`;
  Deno.writeTextFileSync(file("text"), "this is no database ".repeat(100));
  withSqlite(file("other"), (database) => database.exec("CREATE TABLE caucrt (name TEXT)"));
  Deno.mkdirSync(file("folder"));
  const cases: readonly [path: string, readOnly: boolean, code: string, message: RegExp][] = [
    [file("text"), false, "storage", /text: it is not an SQLite database$/],
    [file("other"), false, "storage", /other: its table caucrt has no column id$/],
    [file("folder"), false, "storage", /^cannot open the database .*folder: it is a folder$/],
    [file("none/ca.sqlite"), false, "file", /none\/ca\.sqlite\.lock/],
    [file("none.sqlite"), true, "storage", /^cannot open the database .*none\.sqlite: no such file or directory$/],
  ];
  for (const [path, readOnly, code, message] of cases) {
    await assert.rejects(openSqliteStorage({ path, ...quiet, lock: !readOnly, readOnly }), { code, message }, path);
  }
  // A failed attempt keeps no lock.
  await assert.rejects(openSqliteStorage({ path: file("text"), ...quiet }), { code: "storage" });
});

Deno.test("openSqliteStorage() warns of a database that others may open", async () => {
  await using test = await testFolder();
  Deno.writeFileSync(test.path, new Uint8Array(), { mode: 0o644 });
  Deno.chmodSync(test.path, 0o644);
  const messages: string[] = [];
  await (await openSqliteStorage({ path: test.path, lock: true, log: recordedLog(messages) })).close();
  assert.match(messages.join("\n"), /^other users may open .*ca\.sqlite, which holds private keys: chmod 600 it$/);
});

Deno.test("openSqliteStorage() writes what the reference compares: BLOBs, and decimal digits as text", async () => {
  await using test = await testFolder();
  const storage = await openSqliteStorage({ path: test.path, ...quiet });
  const store = storage.ca("cas");
  await addIssuer(store, newIssuer(1));
  await store.certificates.add(newCertificate(1));
  await renewCrl(store, NOW + 0.5);
  await store.revocations.revoke(revocation(2n ** 150n), BY);
  await store.requests.freezeAutoSignAmount(3);
  await storage.close();
  const columns: readonly [sql: string, values: readonly unknown[]][] = [
    ["SELECT typeof(key_id), typeof(csr), typeof(crt), typeof(expiration_date) FROM cascrt", [
      ...["blob", "blob", "blob", "integer"],
    ]],
    ["SELECT typeof(key), typeof(crt), expiration_date FROM casca", ["blob", "blob", NOW + 1]],
    ["SELECT typeof(value), value FROM casconfig", ["text", String(NOW)]],
    ["SELECT typeof(value), value FROM casconfig_once", ["text", "3"]],
    ["SELECT typeof(serial), serial, typeof(revocation_date) FROM casrevoked", ["text", String(2n ** 150n), "integer"]],
    ["SELECT typeof(value), value FROM cascounter", ["integer", 2]],
  ];
  withSqlite(test.path, (database) => {
    for (const [sql, values] of columns) {
      assert.deepEqual(Object.values(database.prepare(sql).get() ?? {}), values, sql);
    }
  });
});

Deno.test("openSqliteStorage() sees what another program wrote meanwhile, the number of pending requests included", async () => {
  await using test = await testFolder();
  const storage = await openSqliteStorage({ path: test.path, ...quiet });
  const store = storage.ca("cas");
  await store.requests.submit(newRequest(1, { maxPending: 1 }));
  await assert.rejects(store.requests.submit(newRequest(2, { maxPending: 1 })), { code: "too-many-pending" });
  withSqlite(test.path, (database) => database.exec("DELETE FROM cascrt"));
  await store.requests.submit(newRequest(2, { maxPending: 1 }));
  await assert.rejects(store.requests.submit(newRequest(3, { maxPending: 1 })), { code: "too-many-pending" });
  await storage.close();
});

Deno.test("forgetEnded() leaves the register's lists as they were when its commit fails", async () => {
  await using test = await testFolder();
  const storage = await openSqliteStorage({ path: test.path, ...quiet });
  const [cau, cas] = [storage.ca("cau").certificates, storage.ca("cas").certificates];
  for (const [n, certificates] of [cau, cas, cas].entries()) await certificates.add(newCertificate(n + 1));
  const count = async () => (await storage.ca("cas").register.list({ limit: 9 }, NOW)).records.length;
  assert.equal(await count(), 2);
  const fails = "CREATE TRIGGER fails BEFORE DELETE ON caucase_certificate WHEN OLD.ca = 'cau'" +
    " BEGIN SELECT RAISE(ROLLBACK, 'as when the disk is full'); END";
  withSqlite(test.path, (database) => database.exec(fails));
  const outcomes = await Promise.allSettled([cas, cau].map((each) => each.forgetEnded(10 * NOW)));
  assert.deepEqual(outcomes.map(({ status }) => status), ["rejected", "rejected"]);
  assert.equal(await count(), 2);
  await storage.close();
});

Deno.test("proveWritable() commits and changes nothing, and fails where nothing can be kept", async () => {
  await using test = await testFolder();
  const outcomes: string[] = [];
  const watcher = {
    request: () => assert.fail("no requests here"),
    signature: () => assert.fail("no signatures here"),
    commit: (writes: number) => (outcome: string) => void outcomes.push(`${writes} ${outcome}`),
  };
  const storage = await openSqliteStorage({ path: test.path, ...quiet, watcher });
  await addIssuer(storage.ca("cau"), newIssuer(1));
  const state = await storage.ca("cau").state();
  await storage.proveWritable();
  assert.equal(await storage.ca("cau").state(), state, "nothing that a process remembers is read again");
  assert.deepEqual(outcomes, ["1 done", "1 done"]);
  await assert.rejects(storage.ca("cas").requests.submit(newRequest(1, { maxPending: 0 })), {
    code: "too-many-pending",
  });
  assert.ok(!outcomes.join().includes("failed"), "nobody's refusal is a fault of the disk");
  outcomes.length = 2;
  const blocked = new DatabaseSync(test.path);
  blocked.exec("BEGIN IMMEDIATE");
  await assert.rejects(storage.proveWritable(), { code: "storage" });
  blocked.exec("ROLLBACK");
  blocked.close();
  await storage.proveWritable();
  await Deno.rename(test.path, `${test.path}.away`);
  await assert.rejects(storage.proveWritable(), { code: "storage" });
  assert.deepEqual(outcomes.slice(2), ["1 failed", "1 done", "1 failed"]);
  await storage.close();
});
