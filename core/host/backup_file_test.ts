import assert from "node:assert/strict";
import type { Progress } from "../progress.ts";
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

Deno.test("readChunks() tells how far it is; of a pipe nobody knows how much there will be", async () => {
  await using folder = await tempFolder();
  const path = `${folder.path}/large`;
  await Deno.writeFile(path, new Uint8Array(600_000));
  const told: Progress[] = [];
  await allBytes(readChunks(path, (progress) => told.push(progress)));
  assert.deepEqual(told.at(-1), { task: `Reading ${path}`, done: 600_000, total: 600_000, unit: "bytes" });
  assert.ok(told.length > 1, "more than once");
  const pipe = `${folder.path}/pipe`;
  assert.equal((await new Deno.Command("mkfifo", { args: [pipe] }).output()).code, 0);
  const writing = Deno.writeFile(pipe, new Uint8Array(1000));
  told.length = 0;
  await allBytes(readChunks(pipe, (progress) => told.push(progress)));
  await writing;
  assert.deepEqual(told.map(({ total }) => total), told.map(() => undefined));
  assert.equal(told.at(-1)?.done, 1000);
});
