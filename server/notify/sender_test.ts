import assert from "node:assert/strict";
import { createMemoryStores } from "../../core/ca/memory_stores.ts";
import { CaucaseError } from "../../core/errors.ts";
import { ManualClock } from "../../core/host/clock.ts";
import { parseReceiver } from "../../core/notify/receiver.ts";
import { DAY, NOW } from "../../tests/support/issuing.ts";
import { recordedLog } from "../../tests/support/recorded_log.ts";
import { runJobs } from "../jobs.ts";
import type { Deliver } from "./deliver.ts";
import { Sender } from "./sender.ts";

const HOUR = 3600;

/** Receivers that do what a test says, with a clock to turn. */
class SendingBench implements AsyncDisposable {
  readonly clock = new ManualClock(NOW);
  readonly storage = createMemoryStores();
  readonly warnings: string[] = [];
  readonly #stopping = new AbortController();
  #finished: Promise<void> | undefined;

  /** @param deliveries what each receiver does, by a part of its name */
  async start(deliveries: Readonly<Record<string, Deliver>>, poll = 600): Promise<void> {
    const { clock, storage: { notifications: store } } = this;
    const log = recordedLog(this.warnings);
    const signal = this.#stopping.signal;
    const senders = Object.entries(deliveries).map(([name, deliver]) =>
      new Sender({ store, receiver: receiverOf(name), deliver, clock, log, signal, poll })
    );
    await store.setReceivers(Object.keys(deliveries).map((name) => receiverOf(name).identity));
    this.#finished = runJobs(senders, { clock, log, signal });
  }

  /** Puts a notification into every queue. */
  async make(id: string): Promise<void> {
    const receivers = ["one", "two"].map((name) => receiverOf(name).identity);
    const made = this.clock.now();
    const draft = () => ({ id, kind: "revoked", body: "{}", made, receivers }) as const;
    await this.storage.notifications.settle({ topic: id, conditions: [{ name: id, after: 0, draft }], now: made });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    await this.#finished;
  }
}

function receiverOf(name: string) {
  return parseReceiver(`https://${name}.example.org/SECRET`);
}

function recording(): { readonly ids: string[]; readonly deliver: Deliver } {
  const ids: string[] = [];
  return {
    ids,
    deliver({ id }) {
      ids.push(id);
      return Promise.resolve();
    },
  };
}

const refuse: Deliver = () => Promise.reject(new CaucaseError("refused", "it answered with the status 500"));

Deno.test("a sender keeps the order, and sends each once", async () => {
  await using bench = new SendingBench();
  const one = recording();
  await bench.start({ one: one.deliver });
  for (const id of ["a", "b", "c"]) await bench.make(id);
  await bench.clock.advance(HOUR);
  assert.deepEqual(one.ids, ["a", "b", "c"]);
});

Deno.test("a sender tries again, the same one first", async () => {
  await using bench = new SendingBench();
  const tried: string[] = [];
  let broken = true;
  await bench.start({
    one({ id }) {
      tried.push(`${id} ${bench.clock.now() - NOW}`);
      return broken ? Promise.reject(new CaucaseError("unreachable", "no answer")) : Promise.resolve();
    },
  }, 2);
  for (const id of ["a", "b"]) await bench.make(id);
  await bench.clock.advance(75);
  assert.deepEqual(tried, ["a 2", "a 12", "a 32", "a 72"]);
  broken = false;
  await bench.clock.advance(80);
  assert.deepEqual(tried.slice(4), ["a 152", "b 152"]);
  const [first] = bench.warnings;
  assert.equal(first, "https://one.example.org did not take a notification, next try in 10 s: no answer");
});

Deno.test("a receiver that refuses for a day holds up no other, and what is older is given up and counted", async () => {
  await using bench = new SendingBench();
  const two = recording();
  await bench.start({ one: refuse, two: two.deliver });
  await bench.make("early");
  for (let hour = 0; hour < 25; hour++) {
    await bench.make(`${hour}`);
    await bench.clock.advance(HOUR);
  }
  assert.equal(two.ids.length, 26, "the other got all");
  const given = bench.warnings.filter((line) => line.includes("given up"));
  assert.deepEqual(given, ["2 notifications for https://one.example.org were given up after a day, 2 ever"]);
  const next = await bench.storage.notifications.next(receiverOf("one").identity);
  assert.equal(next?.id, "1", "what is younger is still tried");
  assert.ok(bench.warnings.length < 50, "the log says so at most once an hour");
});

Deno.test("a receiver that hangs holds up no other", async () => {
  await using bench = new SendingBench();
  const two = recording();
  const hang: Deliver = (_, signal) =>
    new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  await bench.start({ one: hang, two: two.deliver });
  await bench.make("a");
  await bench.clock.advance(DAY);
  await bench.make("b");
  await bench.clock.advance(DAY);
  assert.deepEqual(two.ids, ["a", "b"]);
  await bench[Symbol.asyncDispose]();
  assert.equal((await bench.storage.notifications.next(receiverOf("one").identity))?.id, "a", "a stop loses nothing");
});

Deno.test("after days without a server, what waits is tried for a day still", async () => {
  await using bench = new SendingBench();
  const { notifications } = bench.storage;
  await notifications.setReceivers([receiverOf("one").identity]);
  await bench.make("old");
  bench.clock.set(NOW + 9 * DAY);
  await bench.start({ one: refuse });
  await bench.clock.advance(DAY - HOUR);
  assert.equal((await notifications.next(receiverOf("one").identity))?.id, "old");
  await bench.clock.advance(3 * HOUR);
  assert.equal(await notifications.next(receiverOf("one").identity), undefined);
});
