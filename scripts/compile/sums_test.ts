import assert from "node:assert/strict";
import { tempFolder } from "../../tests/support/temp_folder.ts";
import { sumsOf } from "./sums.ts";

Deno.test("sumsOf() is what sha256sum -c reads, sorted by name", async () => {
  await using folder = await tempFolder();
  await Deno.writeTextFile(`${folder.path}/b`, "");
  await Deno.writeTextFile(`${folder.path}/a`, "abc");
  // The second one is that of FIPS 180-4's example, the first one that of nothing.
  assert.equal(
    await sumsOf(folder.path, ["b", "a"]),
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  a\n" +
      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  b\n",
  );
});
