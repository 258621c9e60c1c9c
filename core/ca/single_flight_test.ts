import assert from "node:assert/strict";
import { KeyedQueue, SingleFlight } from "./single_flight.ts";

Deno.test("SingleFlight.run() gives all who ask at the same time one outcome, and later ones their own", async () => {
  const flight = new SingleFlight<number>();
  const release = Promise.withResolvers<number>();
  let runs = 0;
  const work = () => {
    runs++;
    return release.promise;
  };
  const together = Promise.all([flight.run(work), flight.run(work), flight.run(work)]);
  assert.equal(flight.busy, true);
  release.resolve(7);
  assert.deepEqual(await together, [7, 7, 7]);
  assert.equal(runs, 1);
  assert.equal(flight.busy, false);
  assert.equal(await flight.run(() => Promise.resolve(8)), 8);
});

Deno.test("SingleFlight.run() tries again after a failure", async () => {
  const flight = new SingleFlight<number>();
  await assert.rejects(flight.run(() => Promise.reject(new Error("once"))), /once/);
  assert.equal(await flight.run(() => Promise.resolve(1)), 1);
});

Deno.test("KeyedQueue.run() orders work on one key and not on others", async () => {
  const queue = new KeyedQueue<string>();
  const events: string[] = [];
  const gate = Promise.withResolvers<void>();
  const first = queue.run("a", async () => {
    await gate.promise;
    events.push("a1");
    throw new Error("fails");
  });
  const second = queue.run("a", () => Promise.resolve(events.push("a2")));
  await queue.run("b", () => Promise.resolve(events.push("b1")));
  assert.deepEqual(events, ["b1"]);
  gate.resolve();
  await assert.rejects(first, /fails/);
  await second;
  assert.deepEqual(events, ["b1", "a1", "a2"]);
});
