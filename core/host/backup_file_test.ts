import assert from "node:assert/strict";
import { allBytes } from "../../tests/support/streams.ts";
import { tempFolder } from "../../tests/support/temp_folder.ts";
import { readBackupFileHeader, readChunks } from "./backup_file.ts";

const BACKUP = new URL("../../tests/vectors/backups/reference-0.9.17.sql.caucased", import.meta.url).pathname;

Deno.test("readBackupFileHeader() gives the header of a backup, where its cipher text begins, and the file's size", async () => {
  const { header, end, size } = await readBackupFileHeader(BACKUP);
  assert.equal(header.recipients.length, 2);
  assert.equal(size, (await Deno.stat(BACKUP)).size);
  assert.ok(end < size && (size - end) % 16 === 0);
});

Deno.test("readBackupFileHeader() names the file that is missing, no file, or no backup", async () => {
  await using folder = await tempFolder();
  const empty = `${folder.path}/empty`;
  await Deno.writeTextFile(empty, "");
  for (const path of [`${folder.path}/missing`, folder.path, empty, import.meta.filename ?? ""]) {
    await assert.rejects(
      readBackupFileHeader(path),
      (error: Error) => error.message.startsWith(`cannot read ${path}: `),
    );
  }
});

Deno.test("readChunks() gives all bytes of a file larger than one chunk, and closes it when its reader stops", async () => {
  await using folder = await tempFolder();
  const path = `${folder.path}/large`;
  const bytes = Uint8Array.from({ length: 600_000 }, (_, index) => index & 0xff);
  await Deno.writeFile(path, bytes);
  assert.deepEqual(await allBytes(readChunks(path)), bytes);
  for await (const chunk of readChunks(path)) {
    assert.ok(chunk.length > 0);
    break;
  }
  await assert.rejects(allBytes(readChunks(`${path}.missing`)), { code: "file" });
});
