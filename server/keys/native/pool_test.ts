import assert from "node:assert/strict";
import { Pool } from "./pool.ts";

Deno.test("Pool makes as many as are in use at the same time, up to the most, and uses them again", async () => {
  let made = 0;
  let most = 0;
  const inUse = new Set<number>();
  const pool = new Pool(() => made++, 3);
  const work = async (item: number) => {
    assert.ok(!inUse.has(item), "one call at a time");
    inUse.add(item);
    most = Math.max(most, inUse.size);
    await new Promise((resolve) => setTimeout(resolve, 1));
    inUse.delete(item);
    return item;
  };
  await pool.use(work);
  await pool.use(work);
  assert.equal(made, 1);
  await Promise.all(Array.from({ length: 20 }, () => pool.use(work)));
  assert.deepEqual([made, most], [3, 3]);
});

Deno.test("Pool goes on after work that fails, and after an item that cannot be made", async () => {
  let fails = true;
  const pool = new Pool(() => {
    if (fails) throw new Error("none today");
    return 1;
  }, 1);
  await assert.rejects(pool.use(() => Promise.resolve()), /none today/);
  fails = false;
  const broken = pool.use(() => Promise.reject(new Error("broken")));
  const next = pool.use((item) => Promise.resolve(item));
  await assert.rejects(broken, /broken/);
  assert.equal(await next, 1);
});
