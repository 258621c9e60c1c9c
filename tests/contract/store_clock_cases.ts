/** The store's contract: what has been recorded says which clocks may sign. */
import assert from "node:assert/strict";
import type { CaStores, Storage } from "../../core/ca/stores.ts";
import { BY, type Cases, DAY, newRequest, NOW, revocation } from "./store_fixtures.ts";

let lastSerial = 0n;

/** Has something recorded at each of these times, in this order. */
async function recordAt(storage: Storage, ...times: readonly number[]): Promise<CaStores> {
  for (const now of times) await storage.ca("cau").revocations.revoke(revocation(++lastSerial), { ...BY, now });
  return storage.ca("cas");
}

const BEHIND = {
  code: "clock-behind",
  message: /nothing is signed: the clock says .* UTC, but the database has .* UTC/,
};

export const clockCases: Cases = {
  async "requireSigning() lets any clock sign where nothing was recorded"(storage) {
    await storage.ca("cas").requireSigning(0);
  },

  async "requireSigning() refuses a clock that is behind what any CA recorded, and goes on when it is right"(storage) {
    const store = await recordAt(storage, NOW - 10 * DAY, NOW);
    for (const now of [NOW, NOW - 60, NOW + 365 * DAY]) await store.requireSigning(now);
    await assert.rejects(store.requireSigning(NOW - 365 * DAY), BEHIND);
    await assert.rejects(store.requireSigning(0), BEHIND);
    await store.requireSigning(NOW);
  },

  async "requireSigning() goes on after a clock that was ahead for a while, however far"(storage) {
    const ahead = NOW + 3650 * DAY;
    const store = await recordAt(storage, NOW, ahead, ahead + DAY - 1);
    await store.requireSigning(NOW + 60);
    await assert.rejects(store.requireSigning(NOW - 1000 * DAY), BEHIND, "before anything that was recorded");
    await recordAt(storage, ahead + DAY);
    await assert.rejects(store.requireSigning(NOW + 60), BEHIND, "a day of records is no mistake");
  },

  async "requireSigning() is not swayed by what is recorded while the clock is behind"(storage) {
    const store = await recordAt(storage, NOW);
    const now = NOW - 365 * DAY;
    await storage.ca("cas").requests.submit(newRequest(1, { by: { ...BY, now } }));
    await assert.rejects(store.requireSigning(now), BEHIND);
  },

  async "acceptClock() lets a clock sign that is behind, and tells of it"(storage) {
    const store = await recordAt(storage, NOW);
    const now = NOW - 365 * DAY;
    await storage.acceptClock({ actor: { kind: "operator" }, now });
    await store.requireSigning(now);
    const [event] = (await storage.events(0n, 10)).slice(-1);
    assert.deepEqual([event?.event, event?.actor, event?.now], [{ kind: "clock-accepted" }, { kind: "operator" }, now]);
    await recordAt(storage, NOW);
    await assert.rejects(store.requireSigning(now - DAY), BEHIND, "what was recorded since counts");
  },
};
