import assert from "node:assert/strict";
import { SmallDisk } from "../../tests/fault/small_disk.ts";
import { isRefusal } from "../../tests/support/refusals.ts";
import { witnessOf } from "./witness.ts";

/** As long as a checkpoint, and no divisor of what a disk has. */
const NOTE = `${"checkpoint ".repeat(17)}\n`;

Deno.test("a witness's file has whole checkpoints alone, also when its disk was full in between", async () => {
  await using disk = await SmallDisk.mount(64 * 1024);
  if (disk === undefined) return;
  const path = `${disk.path}/witness`;
  const witness = witnessOf(path);
  await disk.fill();
  await disk.makeRoom();
  let added = 0;
  await assert.rejects(async () => {
    for (;; added++) await witness.add(NOTE);
  }, isRefusal("file"));
  assert.equal(await Deno.readTextFile(path), `${NOTE}\n`.repeat(added), "nothing of the last one");
  await assert.rejects(witness.add(NOTE), isRefusal("file"));
  assert.equal((await Deno.stat(path)).size, added * (NOTE.length + 1));
});
