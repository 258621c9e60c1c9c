import assert from "node:assert/strict";
import { ManualClock } from "../../../core/host/clock.ts";
import { tryAgain } from "./attempts.ts";
import { failed, failedForGood } from "./failure.ts";

const START = 1000;

/** Runs attempts on a clock that goes by itself; when each began, in seconds after the first. */
async function run(attempt: (begins: readonly number[], clock: ManualClock, signal: AbortSignal) => Promise<void>) {
  const clock = new ManualClock(START);
  const begins: number[] = [];
  const outcome = tryAgain(
    (signal) => {
      begins.push(clock.now() - START);
      return attempt(begins, clock, signal);
    },
    clock,
    new AbortController().signal,
  );
  let ended = false;
  const ending = outcome.finally(() => ended = true);
  while (!ended) await clock.advance(1);
  return { begins, failure: await ending, end: clock.now() - START };
}

Deno.test("tryAgain() pauses longer and longer, and tells the last failure", async () => {
  const { begins, failure } = await run((begins) => Promise.reject(failed("dns", `attempt ${begins.length}`)));
  assert.deepEqual(begins, [0, 1, 3, 7, 15, 20]);
  assert.deepEqual(failure, { type: "dns", detail: "attempt 6" });
});

Deno.test("tryAgain() ends with the first success", async () => {
  const { begins, failure } = await run((begins) =>
    begins.length < 3 ? Promise.reject(failed("dns", "not yet")) : Promise.resolve()
  );
  assert.deepEqual([begins, failure], [[0, 1, 3], undefined]);
});

Deno.test("tryAgain() does not repeat what stays as it is", async () => {
  const { begins, failure } = await run(() => Promise.reject(failedForGood("malformed", "never")));
  assert.deepEqual([begins, failure], [[0], { type: "malformed", detail: "never" }]);
});

Deno.test("tryAgain() ends an attempt after ten seconds, and everything after half a minute", async () => {
  const { begins, failure, end } = await run(() => new Promise(() => {}));
  assert.deepEqual(failure, { type: "connection", detail: "no answer in 10 s" });
  assert.ok(begins.length === 2 && end <= 32, `${begins}, ${end}`);
});

Deno.test("tryAgain() aborts its attempt and itself when it is told to", async () => {
  const ending = new AbortController();
  let inner: AbortSignal | undefined;
  const outcome = tryAgain(
    (signal) => {
      inner = signal;
      return new Promise(() => {});
    },
    new ManualClock(START),
    ending.signal,
  );
  ending.abort(new Error("the server stops"));
  await assert.rejects(outcome, /the server stops/);
  assert.equal(inner?.aborted, true);
});

Deno.test("tryAgain() hides no fault of the program", async () => {
  const outcome = tryAgain(
    () => Promise.reject(new TypeError("a bug")),
    new ManualClock(START),
    new AbortController().signal,
  );
  await assert.rejects(outcome, TypeError);
});

Deno.test("tryAgain() ends soon where the clock is set back by years", async () => {
  const { begins, failure } = await run((begins, clock) => {
    if (begins.length === 2) clock.set(0);
    return Promise.reject(failed("dns", "no"));
  });
  assert.ok(begins.length <= 6 && failure !== undefined, `${begins}`);
});
