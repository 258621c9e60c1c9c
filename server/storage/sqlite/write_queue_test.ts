import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { tempFolder } from "../../../tests/support/temp_folder.ts";
import { Database } from "./database.ts";
import { openForServing } from "./database_file.ts";
import { WriteQueue } from "./write_queue.ts";
import { strictLog } from "../../../tests/support/recorded_log.ts";

/** Counts transactions, to see what shares one. */
class CountingDatabase extends Database {
  transactions = 0;

  override transaction<T>(action: () => T): T {
    this.transactions++;
    return super.transaction(action);
  }
}

function inMemory() {
  const database = new CountingDatabase(":memory:");
  database.run("CREATE TABLE t (value TEXT UNIQUE)");
  const queue = new WriteQueue(database);
  const add = (value: string) => queue.run(() => database.run("INSERT INTO t VALUES (?)", value));
  const values = () => database.all("SELECT value FROM t ORDER BY rowid").map(({ value }) => value);
  return { database, queue, add, values, [Symbol.dispose]: () => database.close() };
}

async function onDisk() {
  const folder = await tempFolder();
  const database = await openForServing(`${folder.path}/t.sqlite`, strictLog);
  database.run("CREATE TABLE t (value TEXT)");
  const queue = new WriteQueue(database);
  const add = (value: string) => queue.run(() => database.run("INSERT INTO t VALUES (?)", value));
  const reader = new DatabaseSync(database.path);
  const count = () => reader.prepare("SELECT COUNT(*) AS n FROM t").get()?.["n"];
  return {
    ...{ database, queue, add, reader, count },
    async [Symbol.asyncDispose]() {
      reader.close();
      database.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

Deno.test("run() commits together what waits together", async () => {
  using t = inMemory();
  await Promise.all(["a", "b", "c"].map(t.add));
  assert.deepEqual(t.values(), ["a", "b", "c"]);
  assert.equal(t.database.transactions, 1);
  await t.add("d");
  assert.equal(t.database.transactions, 2);
});

Deno.test("run() shares a commit with what comes later in the same turn of the event loop", async () => {
  using t = inMemory();
  const later = Promise.resolve().then(() => Promise.resolve()).then(() => t.add("b"));
  await Promise.all([t.add("a"), later]);
  assert.equal(t.database.transactions, 1);
});

Deno.test("run() answers what the action returned", async () => {
  using t = inMemory();
  assert.deepEqual(await Promise.all([t.queue.run(() => 1), t.queue.run(() => "two"), t.queue.run(() => undefined)]), [
    ...[1, "two", undefined],
  ]);
});

Deno.test("run() undoes an action that throws, alone", async () => {
  using t = inMemory();
  const failing = t.queue.run(() => {
    t.database.run("INSERT INTO t VALUES ('half')");
    throw new RangeError("no");
  });
  const results = await Promise.allSettled([t.add("a"), failing, t.add("a"), t.add("b")]);
  assert.deepEqual(results.map(({ status }) => status), ["fulfilled", "rejected", "rejected", "fulfilled"]);
  await assert.rejects(failing, RangeError);
  assert.deepEqual(t.values(), ["a", "b"]);
});

Deno.test("run() tells no caller before everybody can see the commit", async () => {
  await using t = await onDisk();
  const seen = await Promise.all(["a", "b", "c"].map((value) => t.add(value).then(t.count)));
  assert.deepEqual(seen, [3, 3, 3]);
});

Deno.test("run() rejects all writes of a commit that fails, and goes on with the next", async () => {
  using t = inMemory();
  t.database.run("CREATE TABLE parent (id INTEGER PRIMARY KEY)");
  // A reference that is checked at COMMIT, and fails there.
  t.database.run("CREATE TABLE child (id INTEGER REFERENCES parent DEFERRABLE INITIALLY DEFERRED)");
  const dangling = t.queue.run(() => t.database.run("INSERT INTO child VALUES (5)"));
  const results = await Promise.allSettled([t.add("a"), dangling, t.add("b")]);
  const codes = results.map((result) => result.status === "rejected" && result.reason.code);
  assert.deepEqual(codes, ["storage", "storage", "storage"]);
  assert.deepEqual(t.values(), []);
  await t.add("c");
  assert.deepEqual(t.values(), ["c"]);
});

Deno.test("run() says what to do when the disk is full, and works again when it is not", async () => {
  await using t = await onDisk();
  await t.add("a");
  const pages = t.database.get("PRAGMA page_count")?.["page_count"];
  t.database.get(`PRAGMA max_page_count = ${pages}`);
  const results = await Promise.allSettled([t.add("b"), t.add("x".repeat(100_000)), t.add("c")]);
  for (const result of results) {
    assert.ok(result.status === "rejected");
    assert.equal(result.reason.code, "storage");
    assert.match(result.reason.message, /t\.sqlite: there is no space left$/);
    assert.match(result.reason.details.hint, /free space/);
  }
  assert.equal(t.count(), 1);
  t.database.get("PRAGMA max_page_count = 100000");
  await t.add("x".repeat(100_000));
  assert.equal(t.count(), 2);
});

Deno.test("run() says what to do when another program keeps the database locked, and works again when it does not", async () => {
  await using t = await onDisk();
  t.reader.exec("BEGIN IMMEDIATE");
  await assert.rejects(t.add("a"), { code: "storage", message: /another program keeps it locked/ });
  t.reader.exec("ROLLBACK");
  await t.add("b");
  assert.equal(t.count(), 1);
});

Deno.test("run() says what to do when the database cannot be written, and works again when it can", async () => {
  await using t = await onDisk();
  t.database.run("PRAGMA query_only = ON");
  await assert.rejects(t.add("a"), { code: "storage", message: /it cannot be written/ });
  t.database.run("PRAGMA query_only = OFF");
  await t.add("b");
  assert.equal(t.count(), 1);
});

Deno.test("run() leaves the synchronisation out only when no write of the commit needs it", async () => {
  await using t = await onDisk();
  const level = () => t.database.get("PRAGMA synchronous")?.["synchronous"];
  const [NORMAL, FULL] = [1n, 2n];
  assert.equal(await t.queue.run(level, { durable: false }), NORMAL);
  assert.equal(level(), FULL);
  assert.deepEqual(await Promise.all([t.queue.run(level, { durable: false }), t.queue.run(level)]), [FULL, FULL]);
});

Deno.test("close() waits for writes under way and takes no more", async () => {
  using t = inMemory();
  const write = t.add("a");
  await t.queue.close();
  assert.deepEqual(t.values(), ["a"]);
  await write;
  await assert.rejects(t.add("b"), { code: "storage", message: /was closed/ });
});
