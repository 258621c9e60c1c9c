import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { setImmediate } from "node:timers";
import { tempFolder } from "../../../tests/support/temp_folder.ts";
import { Database } from "./database.ts";
import { openForServing } from "./database_file.ts";
import { FilePlace } from "./file_place.ts";
import { type WriteOptions, WriteQueue } from "./write_queue.ts";
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

/** A queue whose disk is slow: each synchronisation ends when the test says so. */
async function onSlowDisk() {
  const folder = await tempFolder();
  const database = new CountingDatabase(`${folder.path}/t.sqlite`);
  database.get("PRAGMA journal_mode = WAL");
  database.run("CREATE TABLE t (value TEXT)");
  const disk: PromiseWithResolvers<void>[] = [];
  const place = new FilePlace(database.path);
  const synchronise = () => {
    const one = Promise.withResolvers<void>();
    disk.push(one);
    return one.promise;
  };
  const queue = new WriteQueue(database, { place, synchronise });
  const kept: string[] = [];
  const add = (value: string, options?: WriteOptions) =>
    queue.run(() => database.run("INSERT INTO t VALUES (?)", value), options).then(() => void kept.push(value));
  return {
    ...{ database, disk, place, queue, kept, add },
    async [Symbol.asyncDispose]() {
      place.close();
      database.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** Whether it is still open after some turns of the event loop. */
async function isOpen(promise: Promise<unknown>): Promise<boolean> {
  const settled = promise.then(() => false, () => false);
  for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
  return await Promise.race([settled, Promise.resolve(true)]);
}

Deno.test("run() acknowledges when the disk has it, and meanwhile gathers the next ones for one commit", async () => {
  await using t = await onSlowDisk();
  const first = t.add("a");
  assert.equal(await isOpen(first), true);
  const next = Promise.all(["b", "c", "d"].map((value) => t.add(value)));
  assert.equal(await isOpen(next), true);
  assert.deepEqual([t.database.transactions, t.disk.length], [1, 1]);
  t.disk[0]?.resolve();
  await first;
  assert.equal(await isOpen(next), true);
  assert.deepEqual([t.kept, t.database.transactions, t.disk.length], [["a"], 2, 2]);
  t.disk[1]?.resolve();
  await next;
  assert.deepEqual(t.kept, ["a", "b", "c", "d"]);
});

Deno.test("later() shares the next commit, waits for no other, and takes place at the end at the latest", async () => {
  await using t = await onSlowDisk();
  const failures: unknown[] = [];
  const later = (value: string) =>
    t.queue.later(
      () => void t.database.run("INSERT INTO t VALUES (?)", value),
      (error) => failures.push(error),
    );
  const values = () => t.database.all("SELECT value FROM t ORDER BY rowid").map(({ value }) => value);
  later("a");
  const first = t.add("b");
  assert.equal(await isOpen(first), true);
  assert.deepEqual([values(), t.database.transactions, t.disk.length], [["a", "b"], 1, 1]);
  later("c");
  t.disk[0]?.resolve();
  await first;
  await t.queue.close();
  assert.deepEqual([values(), t.disk.length, failures], [["a", "b", "c"], 1, []]);
  later("d");
  assert.deepEqual([values().length, failures], [3, []]);
});

Deno.test("later() takes place soon when nothing else is written, and tells of a failure", async () => {
  using t = inMemory();
  const done = Promise.withResolvers<void>();
  t.queue.later(done.resolve, done.reject);
  await done.promise;
  const failed = Promise.withResolvers<unknown>();
  t.queue.later(() => {
    throw new RangeError("no");
  }, failed.resolve);
  assert.ok(await failed.promise instanceof RangeError);
});

Deno.test("run() undoes a write that fails alone in its commit", async () => {
  using t = inMemory();
  await assert.rejects(
    t.queue.run(() => {
      t.database.run("INSERT INTO t VALUES ('half')");
      throw new RangeError("no");
    }),
    RangeError,
  );
  assert.deepEqual(t.values(), []);
});

Deno.test("settled() waits for what is on its way to the disk, stateSettled() only where that changes the state", async () => {
  await using t = await onSlowDisk();
  await t.queue.settled();
  const first = t.add("a");
  assert.equal(await isOpen(first), true);
  assert.equal(await isOpen(t.queue.settled()), true);
  await t.queue.stateSettled();
  t.disk[0]?.resolve();
  await first;
  const second = t.add("b", { changesState: true });
  assert.equal(await isOpen(second), true);
  assert.equal(await isOpen(t.queue.stateSettled()), true);
  t.disk[1]?.resolve();
  await Promise.all([second, t.queue.stateSettled(), t.queue.settled()]);
});

Deno.test("run() refuses what the disk may not have, and everything after: a later success would say nothing", async () => {
  await using t = await onSlowDisk();
  const [first, second] = [t.add("a", { changesState: true }), t.add("b")];
  assert.equal(await isOpen(first), true);
  const results = Promise.allSettled([first, second, t.add("c"), t.queue.settled()]);
  t.disk[0]?.reject(new Error("input/output error"));
  for (const result of await results) assert.equal(result.status === "rejected" && result.reason.code, "storage");
  await assert.rejects(t.add("d"), { code: "storage", message: /the disk failed to keep what was written/ });
  for (const wait of [t.queue.settled(), t.queue.stateSettled()]) await assert.rejects(wait, { code: "storage" });
  assert.match(String(await t.place.watch()), /the disk failed/);
  assert.deepEqual([t.kept, t.disk.length], [[], 1]);
  await t.queue.close();
});

Deno.test("close() waits until the disk has what is under way, the next batch too", async () => {
  await using t = await onSlowDisk();
  const first = t.add("a");
  assert.equal(await isOpen(first), true);
  const second = t.add("b");
  const closed = t.queue.close();
  for (const [index, write] of [first, second].entries()) {
    assert.equal(await isOpen(closed), true);
    t.disk[index]?.resolve();
    await write;
  }
  await closed;
  assert.deepEqual(t.kept, ["a", "b"]);
});

Deno.test("close() waits for writes under way and takes no more", async () => {
  using t = inMemory();
  const write = t.add("a");
  await t.queue.close();
  assert.deepEqual(t.values(), ["a"]);
  await write;
  await assert.rejects(t.add("b"), { code: "storage", message: /was closed/ });
});
