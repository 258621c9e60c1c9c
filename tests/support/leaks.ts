/** Whether work that is done over and over keeps memory, also such as the garbage collector does not know of. */
import assert from "node:assert/strict";

/** Runs `work` `count` times, in rounds: the process must not have grown by more than `most` bytes since the first. */
export async function assertNoLeak(work: () => Promise<void>, count: number, most: number): Promise<void> {
  const rounds = 10;
  const round = async () => {
    for (let done = 0; done < count / rounds; done++) await work();
    return Deno.memoryUsage().rss;
  };
  const first = await round();
  let last = first;
  for (let index = 1; index < rounds; index++) last = await round();
  const grown = last - first;
  assert.ok(grown < most, `grown by ${Math.round(grown / 1024)} KiB over ${count} times`);
}
