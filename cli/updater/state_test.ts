import assert from "node:assert/strict";
import { MemoryFiles } from "../../tests/support/memory_files.ts";
import { newState, readState, StateFile } from "./state.ts";

const PATH = "/caucase-state/s.json";
const random = (size: number) => new Uint8Array(size).fill(7);

Deno.test("readState() reads what StateFile wrote", async () => {
  const files = new MemoryFiles();
  const state = newState(random);
  state.request = { id: "9223372036854775807", csr: "ab", rejected: false };
  state.announced = { "a\nb.pem": null, "c.pem": "12" };
  await new StateFile(PATH, files).save(state);
  assert.deepEqual(await readState(PATH, files), state);
});

Deno.test("readState() begins anew where the file is missing or was broken", async () => {
  const files = new MemoryFiles();
  assert.equal(await readState(PATH, files), undefined);
  for (const text of ["", "{", "[]", '{"format":"caucase updater, 2"}', "\xff"]) {
    files.put(PATH, text);
    assert.equal(await readState(PATH, files), undefined, text);
  }
});

Deno.test("StateFile.save() writes only what changed", async () => {
  const files = new MemoryFiles();
  const file = new StateFile(PATH, files);
  const state = newState(random);
  await file.save(state);
  files.put(PATH, "untouched");
  await file.save(state);
  assert.equal(files.text(PATH), "untouched");
  state.wakeAt = 5;
  await file.save(state);
  assert.equal((await readState(PATH, files))?.wakeAt, 5);
});
