import assert from "node:assert/strict";
import { tempFolder } from "../../../tests/support/temp_folder.ts";
import { FilePlace } from "./file_place.ts";

Deno.test("FilePlace gives a file up whose folder became a file, and says so to all who ask", async () => {
  await using folder = await tempFolder();
  await Deno.mkdir(`${folder.path}/a`);
  const path = `${folder.path}/a/db`;
  await Deno.writeTextFile(path, "");
  const place = new FilePlace(path);
  place.require();
  await Deno.rename(`${folder.path}/a`, `${folder.path}/b`);
  await Deno.writeTextFile(`${folder.path}/a`, "");
  assert.throws(() => place.require(), { code: "storage", message: /was deleted or moved away/ });
  assert.match(String(await place.watch()), /was deleted or moved away/);
  place.close();
});
