/** What `NotificationStore` promises (core/notify/store.ts), over every store there is. */
import assert from "node:assert/strict";
import { createMemoryStores } from "../../core/ca/memory_stores.ts";
import {
  type Draft,
  type EventDraft,
  type Findings,
  LOOKED_AT,
  MOST_WAITING,
  type NotifyingStorage,
} from "../../core/notify/store.ts";
import { openSqliteStorage } from "../../server/storage/sqlite/sqlite_storage.ts";
import { quietLog } from "../support/recorded_log.ts";
import { tempFolder } from "../support/temp_folder.ts";
import { addIssuer, BY, firstRequest, issuedRecord, newIssuer, newRequest, NOW, revocation } from "./store_fixtures.ts";

type Cases = Readonly<Record<string, (storage: NotifyingStorage) => Promise<void>>>;

const A = "a".repeat(64);
const B = "b".repeat(64);

function draft(id: string, changes: Partial<Draft> = {}): Draft {
  return { id, kind: "revoked", body: `{"id":"${id}"}`, made: NOW, receivers: [A, B], ...changes };
}

/** Reads the news once, and puts a draft of each event into the queue. */
async function takeAll({ notifications }: NotifyingStorage, changes: Partial<Draft> = {}): Promise<void> {
  const news = await notifications.news();
  assert.ok(news);
  const drafts = news.events.map(({ id }): EventDraft => ({ event: id, ...draft(`e${id}`, changes) }));
  assert.equal(await notifications.take(news, drafts), 0);
}

/** Empties the queue of a receiver; the ids in it. */
async function delivered({ notifications }: NotifyingStorage, receiver: string): Promise<readonly string[]> {
  const ids: string[] = [];
  for (;;) {
    const next = await notifications.next(receiver);
    if (next === undefined) return ids;
    ids.push(next.id);
    await notifications.delivered(receiver, next.place);
  }
}

async function revoke(storage: NotifyingStorage, ...serials: readonly number[]): Promise<void> {
  for (const serial of serials) await storage.ca("cas").revocations.revoke(revocation(BigInt(serial)), BY);
}

const cases: Cases = {
  async "a receiver begins at the present: old events are no news"(storage) {
    await revoke(storage, 1, 2);
    await storage.notifications.setReceivers([A]);
    assert.equal(await storage.notifications.news(), undefined);
    await revoke(storage, 3);
    assert.deepEqual((await storage.notifications.news())?.events.map(({ event }) => event.kind), ["revoked"]);
  },

  async "a second receiver gets no event from before it came"(storage) {
    await storage.notifications.setReceivers([A]);
    await revoke(storage, 1);
    await storage.notifications.setReceivers([A, B]);
    await revoke(storage, 2);
    await takeAll(storage);
    assert.deepEqual([await delivered(storage, A), await delivered(storage, B)], [["e1", "e2"], ["e2"]]);
  },

  async "news() tells of what waits, revocations and CA certificates, and of nothing else"(storage) {
    await storage.notifications.setReceivers([A]);
    const { requests, certificates } = storage.ca("cas");
    await requests.submit(firstRequest(1, 1));
    for (const n of [2, 3, 4]) await requests.submit(newRequest(n));
    await certificates.complete(2n, issuedRecord("signed"), BY);
    await requests.reject(3n, BY);
    await storage.ca("cau").requests.submit(newRequest(4));
    await storage.ca("cau").requests.submit(newRequest(5));
    await revoke(storage, 9);
    await addIssuer(storage.ca("cau"), newIssuer(1));
    const news = await storage.notifications.news();
    assert.deepEqual(news?.events.map(({ ca, event }) => [ca, event.kind, "id" in event ? event.id : undefined]), [
      ["cas", "requested", 4n],
      ["cau", "requested", 4n],
      ["cau", "requested", 5n],
      ["cas", "revoked", undefined],
      ["cau", "issuer-added", undefined],
    ]);
    assert.equal(news?.through, (await storage.events(0n, 100)).at(-1)?.id);
  },

  async "news() are the same until they are taken, and then no more"(storage) {
    await storage.notifications.setReceivers([A]);
    await revoke(storage, 1);
    assert.deepEqual(await storage.notifications.news(), await storage.notifications.news());
    await takeAll(storage);
    assert.equal(await storage.notifications.news(), undefined);
  },

  async "news() looks at a bounded number of events at once"(storage) {
    await storage.notifications.setReceivers([A]);
    await Promise.all(Array.from({ length: LOOKED_AT + 5 }, (_, n) => revoke(storage, n)));
    const first = await storage.notifications.news();
    assert.equal(first?.events.length, LOOKED_AT);
    await takeAll(storage, { receivers: [] });
    assert.equal((await storage.notifications.news())?.events.length, 5);
  },

  async "next() keeps the order of each receiver, whatever becomes of others'"(storage) {
    await storage.notifications.setReceivers([A, B]);
    await revoke(storage, 1, 2, 3);
    await takeAll(storage);
    assert.deepEqual(await delivered(storage, A), ["e1", "e2", "e3"]);
    assert.deepEqual(await storage.notifications.next(B).then((one) => [one?.id, one?.kind, one?.body, one?.made]), [
      "e1",
      "revoked",
      '{"id":"e1"}',
      NOW,
    ]);
  },

  async "take() gives each what it wants"(storage) {
    await storage.notifications.setReceivers([A, B]);
    await revoke(storage, 1);
    await takeAll(storage, { receivers: [B] });
    assert.deepEqual([await delivered(storage, A), await delivered(storage, B)], [[], ["e1"]]);
  },

  async "setReceivers() keeps nothing of one that is gone"(storage) {
    await storage.notifications.setReceivers([A, B]);
    await revoke(storage, 1);
    await takeAll(storage);
    await storage.notifications.settle(findings({ names: ["x"] }));
    await storage.notifications.setReceivers([B]);
    await storage.notifications.setReceivers([A, B]);
    assert.deepEqual(await delivered(storage, A), []);
    assert.deepEqual(await delivered(storage, B), ["e1", "x"]);
    await storage.notifications.settle(findings({ names: ["x"] }));
    assert.deepEqual([await delivered(storage, A), await delivered(storage, B)], [["x"], []], "A is a new one");
    await storage.notifications.setReceivers([]);
    assert.equal(await storage.notifications.news(), undefined);
  },

  async "settle() tells each condition once, and again after it had ended"(storage) {
    await storage.notifications.setReceivers([A]);
    const told = async (...names: readonly string[]) => {
      await storage.notifications.settle(findings({ names }));
      return await delivered(storage, A);
    };
    assert.deepEqual(await told("x", "y"), ["x", "y"]);
    assert.deepEqual(await told("x", "y", "z"), ["z"]);
    assert.deepEqual(await told("x", "z"), []);
    assert.deepEqual(await told("x", "y", "z"), ["y"]);
    await storage.notifications.settle(findings({ names: [], topic: "another" }));
    assert.deepEqual(await told("x", "y", "z"), [], "topics do not mix");
  },

  async "settle() waits until it has been so for long, and tells since when"(storage) {
    await storage.notifications.setReceivers([A]);
    const told = async (now: number, ...names: readonly string[]) => {
      await storage.notifications.settle(findings({ names, now, after: 60 }));
      return (await storage.notifications.next(A))?.body;
    };
    assert.equal(await told(NOW, "x"), undefined);
    assert.equal(await told(NOW + 59, "x"), undefined);
    assert.equal(await told(NOW + 60, "x"), `x since ${NOW}`);
    await delivered(storage, A);
    assert.equal(await told(NOW + 90), undefined);
    assert.equal(await told(NOW + 100, "x"), undefined, "it begins again");
  },

  async "settle() tells the end to those who were told the beginning"(storage) {
    await storage.notifications.setReceivers([A]);
    await storage.notifications.settle(findings({ names: ["x"], ended: true }));
    await storage.notifications.setReceivers([A, B]);
    await storage.notifications.settle(findings({ names: [], ended: true }));
    await storage.notifications.settle(findings({ names: [], ended: true }));
    assert.deepEqual([await delivered(storage, A), await delivered(storage, B)], [["x", "end"], []]);
  },

  async "giveUp() drops what is old, and counts"(storage) {
    await storage.notifications.setReceivers([A, B]);
    await storage.notifications.settle(findings({ names: ["1", "2"] }));
    await storage.notifications.settle(findings({ names: ["3"], topic: "later", now: NOW + 1 }));
    assert.deepEqual(await storage.notifications.giveUp(A, NOW), { now: 2, ever: 2 });
    assert.deepEqual(await storage.notifications.giveUp(A, NOW), { now: 0, ever: 2 });
    assert.deepEqual([await delivered(storage, A), await delivered(storage, B)], [["3"], ["1", "2", "3"]]);
  },

  async "a full queue takes no more, and counts what it did not take"(storage) {
    await storage.notifications.setReceivers([A]);
    const names = Array.from({ length: MOST_WAITING + 2 }, (_, n) => `${n}`);
    assert.equal(await storage.notifications.settle(findings({ names })), 2);
    assert.deepEqual(await storage.notifications.giveUp(A, NOW), { now: MOST_WAITING, ever: MOST_WAITING + 2 });
  },
};

/** Conditions whose drafts have their names as ids. */
function findings(
  { names, topic = "topic", now = NOW, after = 0, ended = false }: {
    readonly names: readonly string[];
    readonly topic?: string;
    readonly now?: number;
    readonly after?: number;
    readonly ended?: boolean;
  },
): Findings {
  const conditions = names.map((name) => ({
    name,
    after,
    draft: (since: number) => draft(name, { body: `${name} since ${since}`, made: now }),
  }));
  return { topic, conditions, now, ...(ended && { ended: () => draft("end") }) };
}

for (const [title, run] of Object.entries(cases)) {
  Deno.test(`${title} (memory)`, () => run(createMemoryStores()));

  Deno.test(`${title} (SQLite)`, async () => {
    await using folder = await tempFolder();
    const storage = await openSqliteStorage({ path: `${folder.path}/ca.sqlite`, lock: true, log: quietLog });
    try {
      await run(storage);
    } finally {
      await storage.close();
    }
  });
}
