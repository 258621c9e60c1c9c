import assert from "node:assert/strict";
import fc from "fast-check";
import { DAY, fraction, HOUR, renewalTime, retryTime } from "./jitter.ts";

const life = { notBefore: 1_000_000, notAfter: 1_000_000 + 93 * DAY };

Deno.test("renewalTime() lies up to a quarter of the threshold before it, and differs from host to host", () => {
  const times = Array.from({ length: 1000 }, (_, host) => renewalTime(life, 31 * DAY, `host ${host}`));
  const latest = life.notAfter - 31 * DAY;
  const earliest = latest - 31 * DAY / 4;
  for (const time of times) assert.ok(time >= earliest && time <= latest);
  const hours = Map.groupBy(times, (time) => Math.floor(time / HOUR));
  const busiest = Math.max(...[...hours.values()].map((hosts) => hosts.length));
  assert.ok(busiest <= 20, `${busiest} of 1000 hosts in one hour`);
});

Deno.test("renewalTime() stays in the second half of a life, whatever the threshold", () => {
  fc.assert(
    fc.property(fc.nat(400 * DAY), fc.integer({ min: 10, max: 400 * DAY }), fc.string(), (threshold, span, seed) => {
      const time = renewalTime({ notBefore: 0, notAfter: span }, threshold, seed);
      assert.ok(time >= Math.floor(span / 2) && time <= span);
      assert.equal(renewalTime({ notBefore: 0, notAfter: span }, threshold, seed), time, "stable");
    }),
  );
});

Deno.test("retryTime() backs off to its limit, with jitter", () => {
  const patience = { seed: "host", longest: HOUR, deadline: Infinity };
  const pauses = Array.from(
    { length: 12 },
    (_, index) => retryTime({ failures: index + 1, lastTry: 5000, notBefore: null }, patience) - 5000,
  );
  pauses.forEach((pause, index) => {
    const full = Math.min(120 * 2 ** index, HOUR);
    assert.ok(pause >= full / 2 && pause <= full, `failure ${index + 1}: ${pause} s`);
  });
  assert.notEqual(pauses[8], pauses[9], "the limit is not the same moment for all either");
});

Deno.test("retryTime() waits for no more than a tenth of what is left, and never less than a minute", () => {
  const failing = { failures: 20, lastTry: 0, notBefore: null };
  for (const left of [100 * DAY, DAY, 2 * HOUR, 700, 60, -5]) {
    const time = retryTime(failing, { seed: "host", longest: DAY, deadline: left });
    assert.ok(time >= 60 && time <= Math.max(60, Math.min(DAY, Math.ceil(left / 10))), `${left} s left: ${time}`);
  }
});

Deno.test("retryTime() honours Retry-After within reason", () => {
  const cases: [name: string, notBefore: number, deadline: number, time: number][] = [
    ["asked for five hours", 5 * HOUR, Infinity, 5 * HOUR],
    ["asked for a year", 365 * DAY, Infinity, DAY],
    ["asked for more than is left", 10 * HOUR, 8 * HOUR, 4 * HOUR],
  ];
  for (const [name, notBefore, deadline, time] of cases) {
    const found = retryTime({ failures: 1, lastTry: 0, notBefore }, { seed: "host", longest: HOUR, deadline });
    assert.equal(found, time, name);
  }
});

Deno.test("fraction() is spread evenly from 0 to 1", () => {
  const counts = new Array<number>(10).fill(0);
  for (let host = 0; host < 5000; host++) {
    const value = fraction(`seed ${host}`, "renewal");
    assert.ok(value >= 0 && value < 1);
    const tenth = Math.floor(value * 10);
    counts[tenth] = (counts[tenth] ?? 0) + 1;
  }
  for (const count of counts) assert.ok(count > 400 && count < 600, `${counts}`);
});
