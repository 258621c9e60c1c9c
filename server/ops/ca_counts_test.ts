import assert from "node:assert/strict";
import type { RegisterCounts } from "../../core/ca/register.ts";
import { createMemoryStores } from "../../core/ca/memory_stores.ts";
import { NOW } from "../../tests/contract/store_fixtures.ts";
import { RecentCounts } from "./ca_counts.ts";

Deno.test("a count that takes its time keeps nobody waiting: the last one is shown meanwhile", async () => {
  const { register } = createMemoryStores().ca("cas");
  const empty = await register.counts(NOW);
  const counts: PromiseWithResolvers<RegisterCounts>[] = [];
  const slow = {
    counts() {
      const one = Promise.withResolvers<RegisterCounts>();
      counts.push(one);
      return one.promise;
    },
  };
  const recent = new RecentCounts(slow, 5);
  assert.equal(await recent.get(NOW), undefined);
  assert.equal(await recent.get(NOW), undefined);
  assert.equal(counts.length, 1, "no second count beside the first");
  counts[0]?.resolve(empty);
  assert.equal(await recent.get(NOW), empty);
  const next = recent.get(NOW);
  await new Promise((resolve) => setTimeout(resolve, 1));
  counts.at(-1)?.resolve({ ...empty, expiredUnrenewed: 7 });
  assert.equal((await next)?.expiredUnrenewed, 7);
  assert.equal((await recent.get(NOW))?.expiredUnrenewed, 7, "while the third is under way");
  assert.equal(counts.length, 3);
  counts[2]?.reject(new Error("the database is gone"));
  await assert.rejects(async () => {
    for (let attempt = 0; attempt < 3; attempt++) await recent.get(NOW);
  }, /gone/);
});
