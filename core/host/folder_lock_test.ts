import assert from "node:assert/strict";
import { inFolder } from "../../tests/support/temp_folder.ts";
import { withFolderLock } from "./folder_lock.ts";

const IMPATIENT = { attempts: 3, pause: 0 };

Deno.test("withFolderLock() lets one action at a time change the files of a folder", () =>
  inFolder(async (folder) => {
    await Deno.mkdir(`${folder}/elsewhere`);
    await Deno.symlink("key.pem", `${folder}/link.pem`);
    const nested = (path: string) =>
      withFolderLock(`${folder}/key.pem`, () => withFolderLock(path, () => Promise.resolve("done"), IMPATIENT));
    for (const name of ["key.pem", "another.pem", "link.pem", "elsewhere/../key.pem"]) {
      await assert.rejects(nested(`${folder}/${name}`), { code: "in-use", message: /stays locked$/ }, name);
    }
    assert.equal(await nested(`${folder}/elsewhere/key.pem`), "done");
  }));

Deno.test("withFolderLock() gives the lock up when the action fails", () =>
  inFolder(async (folder) => {
    const failing = withFolderLock(`${folder}/f`, () => Promise.reject(new Error("no luck")), IMPATIENT);
    await assert.rejects(failing, /no luck/);
    assert.equal(await withFolderLock(`${folder}/f`, () => Promise.resolve("done"), IMPATIENT), "done");
    assert.deepEqual([...Deno.readDirSync(folder)], []);
  }));

Deno.test("withFolderLock() runs the action where there is no folder to lock, so that it can say so", async () => {
  assert.equal(await withFolderLock("/nonexistent/folder/f", () => Promise.resolve("ran"), IMPATIENT), "ran");
});
