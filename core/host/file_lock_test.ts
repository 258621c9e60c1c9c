import assert from "node:assert/strict";
import { tempFolder } from "../../tests/support/temp_folder.ts";
import { lockFile } from "./file_lock.ts";

Deno.test("lockFile() keeps others out until it is disposed of", async () => {
  await using folder = await tempFolder();
  const path = `${folder.path}/lock`;
  const open = () => Deno.open(path, { create: true, write: true });
  const first = await lockFile(await open(), { optional: false });
  assert.ok(first);
  assert.equal(await lockFile(await open(), { optional: false }), undefined);
  first[Symbol.dispose]();
  using again = await lockFile(await open(), { optional: true });
  assert.ok(again);
});

Deno.test("lockFile() is given up although a child process has a copy of the descriptor", async () => {
  await using folder = await tempFolder();
  const path = `${folder.path}/lock`;
  const open = () => Deno.open(path, { create: true, write: true });
  for (let round = 0; round < 20; round++) {
    const lock = await lockFile(await open(), { optional: false });
    assert.ok(lock, `round ${round}`);
    const child = new Deno.Command(Deno.execPath(), { args: ["--version"], stdout: "null" }).spawn();
    lock[Symbol.dispose]();
    using again = await lockFile(await open(), { optional: false });
    assert.ok(again, `round ${round}`);
    await child.status;
  }
});

Deno.test("lockFile() sees that another holds the lock where the runtime only knows how to wait", async () => {
  await using folder = await tempFolder();
  const open = async () => {
    const file = await Deno.open(`${folder.path}/lock`, { create: true, write: true });
    return Object.assign(file, { tryLock: undefined }) as unknown as Deno.FsFile;
  };
  const first = await lockFile(await open(), { optional: false });
  assert.ok(first);
  assert.equal(await lockFile(await open(), { optional: false }), undefined);
  first[Symbol.dispose]();
  const next = await lockFile(await open(), { optional: false });
  assert.ok(next);
  next[Symbol.dispose]();
});
