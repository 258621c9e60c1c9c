import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import type { DumpStatement } from "../../../core/backup/sql_dump.ts";
import { strictLog } from "../../../tests/support/recorded_log.ts";
import { type TempFolder, tempFolder } from "../../../tests/support/temp_folder.ts";
import { lockDatabase } from "./database_lock.ts";
import { NewDatabase } from "./new_database.ts";

async function names({ path }: TempFolder): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(path))).map(({ name }) => name).toSorted();
}

async function filled(path: string): Promise<NewDatabase> {
  const created = await NewDatabase.create(path, strictLog);
  await created.content.load(ReadableStream.from<DumpStatement>([
    { kind: "createTable", name: "t", sql: "CREATE TABLE t (a)" },
    { kind: "insert", table: "t", values: [1.5] },
  ]));
  return created;
}

function valueIn(path: string): unknown {
  using database = new DatabaseSync(path, { readOnly: true });
  return database.prepare("SELECT a FROM t").get()?.["a"];
}

Deno.test("NewDatabase is seen when it is published, whole and private, and not before", async () => {
  await using folder = await tempFolder();
  const path = `${folder.path}/db`;
  await using created = await filled(path);
  const [temporary = "", another] = await names(folder);
  assert.match(temporary, /^\.caucase-[0-9a-f]{32}\.tmp$/);
  assert.equal(another, undefined, "SQLite keeps nothing beside it");
  await created.publish();
  assert.deepEqual(await names(folder), ["db", "db.lock"]);
  assert.equal(((await Deno.stat(path)).mode ?? 0) & 0o777, 0o600);
  assert.equal(valueIn(path), 1.5);
});

Deno.test("NewDatabase leaves nothing when it is given up", async () => {
  await using folder = await tempFolder();
  {
    await using _created = await filled(`${folder.path}/db`);
  }
  assert.deepEqual(await names(folder), []);
});

Deno.test("NewDatabase can be taken away again after it was published", async () => {
  await using folder = await tempFolder();
  await using created = await filled(`${folder.path}/db`);
  await created.publish();
  await created.withdraw();
  assert.deepEqual(await names(folder), ["db.lock"]);
});

Deno.test("NewDatabase appears where a link leads", async () => {
  await using folder = await tempFolder();
  await Deno.mkdir(`${folder.path}/data`);
  await Deno.symlink("data/real", `${folder.path}/db`);
  await using created = await filled(`${folder.path}/db`);
  await created.publish();
  assert.ok((await Deno.lstat(`${folder.path}/db`)).isSymlink);
  assert.equal(valueIn(`${folder.path}/data/real`), 1.5);
});

Deno.test("NewDatabase takes no place that is taken, not even when it is taken meanwhile", async () => {
  for (const suffix of ["", "-wal", "-shm", "-journal"]) {
    await using folder = await tempFolder();
    const path = `${folder.path}/db`;
    const refusal = {
      code: "storage",
      message: `cannot make the database ${path}: ${path}${suffix} exists`,
    };
    {
      await using late = await filled(path);
      await Deno.writeTextFile(`${path}${suffix}`, "theirs");
      await assert.rejects(late.publish(), refusal);
    }
    await assert.rejects(NewDatabase.create(path, strictLog), refusal);
    assert.equal(await Deno.readTextFile(`${path}${suffix}`), "theirs");
    assert.deepEqual((await names(folder)).filter((name) => name.startsWith(".")), []);
  }
});

Deno.test("NewDatabase does not appear while another process has the place", async () => {
  await using folder = await tempFolder();
  const path = `${folder.path}/db`;
  await using created = await filled(path);
  using _lock = await lockDatabase(path);
  await assert.rejects(created.publish(), { code: "in-use" });
});

Deno.test("NewDatabase says which path it cannot be at", async () => {
  await using folder = await tempFolder();
  const path = `${folder.path}/missing/db`;
  await assert.rejects(NewDatabase.create(path, strictLog), {
    code: "file",
    message: `cannot write ${path}: no such file or directory`,
  });
});
