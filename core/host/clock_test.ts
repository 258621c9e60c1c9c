import assert from "node:assert/strict";
import { ManualClock, systemClock, type Timekeeper, wallClock } from "./clock.ts";

/**
 * Timers that take no time: each wait moves the clock as `onWait` says, by what was asked for unless told otherwise.
 */
class FakeTimekeeper implements Timekeeper {
  readonly waits: number[] = [];

  constructor(public now: number, private readonly onWait = (asked: number) => asked) {}

  milliseconds(): number {
    return this.now;
  }

  wait(milliseconds: number): Promise<void> {
    this.waits.push(milliseconds);
    this.now += this.onWait(milliseconds);
    return Promise.resolve();
  }
}

Deno.test("wallClock() shows whole seconds, rounded down", () => {
  assert.equal(wallClock(new FakeTimekeeper(1_999)).now(), 1);
  assert.ok(Math.abs(systemClock.now() - Date.now() / 1000) <= 2);
});

Deno.test("sleepUntil() looks at the clock every 30 seconds and hits the time", async () => {
  const keeper = new FakeTimekeeper(500);
  await wallClock(keeper).sleepUntil(70);
  assert.deepEqual(keeper.waits, [30_000, 30_000, 9_500]);
  assert.equal(keeper.now, 70_000);
});

Deno.test("sleepUntil() ends at once when the time has come", async () => {
  const keeper = new FakeTimekeeper(5_000);
  for (const time of [5, 4, -1]) await wallClock(keeper).sleepUntil(time);
  assert.deepEqual(keeper.waits, []);
});

Deno.test("sleepUntil() follows the clock when it jumps, and gives the sleep up when it was set back by more than a minute", async () => {
  const jumps: [name: string, jump: number, waits: number][] = [
    ["a week ahead, as after a suspend", 7 * 86_400_000, 1],
    ["back by as much as the timer ran", 0, 3],
    ["half a minute back", -30_000, 4],
    ["ten years back", -10 * 365 * 86_400_000, 1],
  ];
  for (const [name, jump, waits] of jumps) {
    let first = true;
    const keeper = new FakeTimekeeper(0, (asked) => {
      const moved = first ? jump : asked;
      first = false;
      return moved;
    });
    await wallClock(keeper).sleepUntil(60);
    assert.equal(keeper.waits.length, waits, name);
  }
});

Deno.test("sleepUntil() goes on when a timer fires early", async () => {
  const keeper = new FakeTimekeeper(0, (asked) => Math.max(1, Math.floor(asked / 2)));
  await wallClock(keeper).sleepUntil(1);
  assert.ok(keeper.now >= 1_000);
});

Deno.test("sleepUntil() of the system's clock ends with the signal's reason and leaves no timer behind", async () => {
  const reason = new Error("stopping");
  const controller = new AbortController();
  const sleep = systemClock.sleepUntil(systemClock.now() + 86_400, controller.signal);
  controller.abort(reason);
  await assert.rejects(sleep, reason);
  await assert.rejects(systemClock.sleepUntil(0, AbortSignal.abort(reason)), reason);
});

Deno.test("ManualClock wakes sleepers when their time has come, in order", async () => {
  const clock = new ManualClock(100);
  const woken: string[] = [];
  for (const time of [130, 110, 120]) clock.sleepUntil(time).then(() => woken.push(`${time} at ${clock.now()}`));
  await clock.advance(9);
  assert.deepEqual(woken, []);
  assert.equal(clock.sleepers, 3);
  await clock.advance(11);
  assert.deepEqual(woken, ["110 at 110", "120 at 120"]);
  assert.equal(clock.now(), 120);
});

Deno.test("ManualClock.advance() wakes who sleeps again within the span as often as it is due", async () => {
  const clock = new ManualClock(0);
  const rounds: number[] = [];
  const stop = new AbortController();
  const job = (async () => {
    while (!stop.signal.aborted) {
      await clock.sleepUntil(clock.now() + 10, stop.signal);
      rounds.push(clock.now());
    }
  })();
  await clock.advance(35);
  assert.deepEqual(rounds, [10, 20, 30]);
  stop.abort(new Error("enough"));
  await assert.rejects(job, /enough/);
  assert.equal(clock.sleepers, 0);
});

Deno.test("ManualClock.set() jumps without stopping in between, and back", async () => {
  const clock = new ManualClock(0);
  const sleep = clock.sleepUntil(10).then(() => clock.now());
  clock.set(1_000);
  assert.equal(await sleep, 1_000);
  clock.set(5);
  assert.equal(clock.now(), 5);
  const aborted = AbortSignal.abort(new Error("before"));
  await assert.rejects(clock.sleepUntil(9, aborted), /before/);
  assert.equal(clock.sleepers, 0);
});

Deno.test("ManualClock.set() wakes all sleepers when it jumps back by more than a minute", async () => {
  const clock = new ManualClock(1_000);
  let woken = false;
  const sleep = clock.sleepUntil(2_000).then(() => woken = true);
  clock.set(940);
  await clock.advance(0);
  assert.equal(woken, false);
  clock.set(879);
  await sleep;
  assert.equal(clock.sleepers, 0);
});
