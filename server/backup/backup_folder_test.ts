import assert from "node:assert/strict";
import { CaucaseError } from "../../core/errors.ts";
import { namesIn } from "../../tests/support/files.ts";
import { tempFolder } from "../../tests/support/temp_folder.ts";
import { backupName, freeBackupPath, newestBackup, removeOldBackups } from "./backup_folder.ts";

const TIME = Date.UTC(2026, 10, 23, 4, 5, 6) / 1000;

async function folderWith(...names: string[]) {
  const folder = await tempFolder();
  for (const name of names) await Deno.writeTextFile(`${folder.path}/${name}`, "");
  return folder;
}

/** Real seconds, as files get them. */
function realTime(): number {
  return Math.floor(Date.now() / 1000);
}

Deno.test("backupName() is the time in UTC", () => {
  assert.equal(backupName(TIME), "20261123040506.sql.caucased");
  assert.equal(backupName(0), "19700101000000.sql.caucased");
});

Deno.test("freeBackupPath() takes the next second that no backup has", async () => {
  await using folder = await folderWith("20261123040506.sql.caucased", "20261123040507.sql.caucased");
  assert.equal(await freeBackupPath(folder.path, TIME), `${folder.path}/20261123040508.sql.caucased`);
  assert.equal(await freeBackupPath(folder.path, TIME - 1), `${folder.path}/20261123040505.sql.caucased`);
});

Deno.test("newestBackup() goes by when a file came, not by its name, and looks at backups alone", async () => {
  await using folder = await folderWith("mine.sql.caucased", "20260101000000.sql", ".caucase-0.tmp");
  await Deno.mkdir(`${folder.path}/folder.sql.caucased`);
  const newest = await newestBackup(folder.path, realTime() + 1);
  assert.equal(newest?.path, `${folder.path}/mine.sql.caucased`);
  assert.ok(Math.abs(newest.since - realTime()) < 100);
});

Deno.test("newestBackup() knows none in an empty folder, nor one from the future", async () => {
  await using folder = await folderWith();
  assert.equal(await newestBackup(folder.path, realTime()), undefined);
  await Deno.writeTextFile(`${folder.path}/a.sql.caucased`, "");
  assert.equal(await newestBackup(folder.path, realTime() - 1000), undefined);
});

Deno.test("removeOldBackups() keeps the newest by name, and all files that are not called as ours are", async () => {
  const own = ["20261121000000", "20261122000000", "20261123000000"].map((time) => `${time}.sql.caucased`);
  const made = own.at(-1) ?? "";
  // The first one is of a clock that ran ahead: it makes no room, and takes none.
  const foreign = [
    "20990101000000.sql.caucased",
    ".caucase-0.tmp",
    "20261120000000.sql",
    "2026112000000.sql.caucased",
    "keep.sql.caucased",
  ];
  await using folder = await folderWith(...own, ...foreign);
  await removeOldBackups(folder.path, 3, `${folder.path}/${made}`);
  assert.deepEqual(namesIn(folder.path), [...own, ...foreign].sort());
  await removeOldBackups(folder.path, 2, `${folder.path}/${made}`);
  assert.deepEqual(namesIn(folder.path), [...own.slice(1), ...foreign].sort());
  await removeOldBackups(folder.path, 1, `${folder.path}/${made}`);
  assert.deepEqual(namesIn(folder.path), [...own.slice(2), ...foreign].sort());
});

Deno.test("a folder that is not there is an error that names it", async () => {
  await using folder = await folderWith();
  const missing = `${folder.path}/missing`;
  const remove = (path: string, keep: number) => removeOldBackups(path, keep, "20261123000000.sql.caucased");
  for (const action of [newestBackup, freeBackupPath, remove]) {
    const error = await action(missing, 1).then(() => undefined, (error) => error);
    assert.ok(
      error instanceof CaucaseError && error.code === "file" && /^make this folder/.test(`${error.details.hint}`),
    );
    assert.match(error.message, new RegExp(`^cannot read ${missing}: `));
  }
});
