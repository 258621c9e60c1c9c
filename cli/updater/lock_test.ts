import assert from "node:assert/strict";
import { CaucaseError } from "../../core/errors.ts";
import { hostFileSystem } from "../../core/host/durable_file.ts";
import { tempFolder } from "../../tests/support/temp_folder.ts";
import { isLocked, lockFiles } from "./lock.ts";

Deno.test("lockFiles() lets one at a time keep the same files", async () => {
  await using folder = await tempFolder();
  const path = `${folder.path}/host.crt`;
  assert.equal(await isLocked(path), false);
  {
    using _lock = await lockFiles(path, hostFileSystem);
    assert.equal(await isLocked(path), true);
    const refused = (error: unknown) =>
      error instanceof CaucaseError && error.code === "in-use" && error.message.includes(path);
    await assert.rejects(lockFiles(path, hostFileSystem), refused);
    using _other = await lockFiles(`${folder.path}/other.crt`, hostFileSystem);
  }
  assert.equal(await isLocked(path), false);
  using _again = await lockFiles(path, hostFileSystem);
});

Deno.test("lockFiles() names the file that it cannot make", async () => {
  await using folder = await tempFolder();
  const missing = `${folder.path}/no/host.crt`;
  const refused = (error: unknown) =>
    error instanceof CaucaseError && error.code === "file" && error.message.includes(`${missing}.caucase-updater.lock`);
  await assert.rejects(lockFiles(missing, hostFileSystem), refused);
});
