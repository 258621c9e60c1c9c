/** Runs the corpus: what fuzzing began with, what it reached, and what it found before that was mended. */
import assert from "node:assert/strict";
import { readCorpus } from "../../scripts/fuzz/corpus.ts";
import { examine } from "../../scripts/fuzz/target.ts";
import { TARGETS } from "../../scripts/fuzz/targets.ts";

for (const target of TARGETS) {
  Deno.test(`${target.name}: all of the corpus is read or refused as it must be, and something is read`, async () => {
    let accepted = 0;
    for (const { name, bytes } of await readCorpus(target)) {
      const outcome = await examine(target, bytes);
      assert.equal(outcome.defect, undefined, `tests/fuzz/corpus/${target.name}/${name}`);
      if (outcome.accepted) accepted++;
    }
    assert.ok(accepted > 0);
  });
}
