/**
 * Notifications in an SQLite database: the tables `caucase_receiver`, `caucase_notification` (the queue) and
 * `caucase_condition`.
 */
import { NEWS_KINDS } from "../../../core/notify/of_event.ts";
import { type KnownCondition, settlement } from "../../../core/notify/settlement.ts";
import {
  type Draft,
  type EventDraft,
  type Findings,
  LOOKED_AT,
  MOST_WAITING,
  type News,
  type NotificationStore,
  type QueuedNotification,
} from "../../../core/notify/store.ts";
import { fromSeconds, toBigInt, toSeconds, toText } from "./column_values.ts";
import type { Database } from "./database.ts";
import { EventTable } from "./own_tables.ts";
import type { WriteQueue } from "./write_queue.ts";

/** Tables with rows of each receiver. */
const OF_RECEIVER = ["caucase_notification", "caucase_condition"] as const;

/** Within a transaction: all receivers become new ones, which begin with what happens next. */
export function forgetReceivers(database: Database): void {
  for (const table of [...OF_RECEIVER, "caucase_receiver"]) database.run(`DELETE FROM ${table}`);
}

export class SqliteNotifications implements NotificationStore {
  readonly #events: EventTable;

  constructor(private readonly database: Database, private readonly writes: WriteQueue) {
    this.#events = new EventTable(database);
  }

  async setReceivers(identities: readonly string[]): Promise<void> {
    const before = this.#receivers();
    if (before.length === identities.length && identities.every((one) => before.includes(one))) return;
    await this.writes.run(() => {
      // Again, as a write may wait behind others: another server's start changes them too.
      const known = this.#receivers();
      for (const gone of known.filter((one) => !identities.includes(one))) this.#remove(gone);
      const newest = this.#newestEvent();
      for (const identity of identities.filter((one) => !known.includes(one))) {
        this.database.run("INSERT INTO caucase_receiver (id, cursor, given_up) VALUES (?, ?, 0)", identity, newest);
      }
    });
  }

  async news(): Promise<News | undefined> {
    const after = this.database.get("SELECT MIN(cursor) AS least FROM caucase_receiver")?.["least"];
    const newest = this.#newestEvent();
    if (typeof after !== "bigint" || newest <= after) return undefined;
    const end = after + BigInt(LOOKED_AT);
    const through = newest < end ? newest : end;
    const events = this.#events.listWhere(`id > ? AND id <= ? AND ${IS_NEWS}`, after, through);
    await this.writes.settled();
    return { events, through };
  }

  take({ through }: News, drafts: readonly EventDraft[]): Promise<number> {
    return this.writes.run(() => {
      const queue = new QueueEnd(this.database);
      for (const row of this.database.all("SELECT id, cursor FROM caucase_receiver")) {
        const receiver = toText(row["id"]);
        const cursor = toBigInt(row["cursor"]);
        const wanted = drafts.filter(({ event, receivers }) => event > cursor && receivers.includes(receiver));
        for (const draft of wanted) queue.put(receiver, draft);
      }
      this.database.run("UPDATE caucase_receiver SET cursor = ? WHERE cursor < ?", through, through);
      return queue.dropped;
    });
  }

  settle(findings: Findings): Promise<number> {
    return this.writes.run(() => {
      const { topic } = findings;
      const { kept, ended, drafts } = settlement(this.#conditions(topic), this.#receivers(), findings);
      for (const { receiver, name } of ended) {
        const sql = "DELETE FROM caucase_condition WHERE topic = ? AND receiver = ? AND name = ?";
        this.database.run(sql, topic, receiver, name);
      }
      for (const { receiver, name, since, isTold } of kept) {
        const sql =
          "INSERT OR REPLACE INTO caucase_condition (topic, receiver, name, since, told) VALUES (?, ?, ?, ?, ?)";
        this.database.run(sql, topic, receiver, name, fromSeconds(since), isTold ? 1n : 0n);
      }
      const queue = new QueueEnd(this.database);
      for (const { receiver, draft } of drafts) queue.put(receiver, draft);
      return queue.dropped;
    });
  }

  async next(receiver: string): Promise<QueuedNotification | undefined> {
    const sql = "SELECT id, event, kind, made, body FROM caucase_notification WHERE receiver = ? ORDER BY id LIMIT 1";
    const row = this.database.get(sql, receiver);
    await this.writes.settled();
    return row && {
      place: toBigInt(row["id"]),
      id: toText(row["event"]),
      kind: toText(row["kind"]),
      made: toSeconds(row["made"]),
      body: toText(row["body"]),
    };
  }

  async delivered(receiver: string, place: bigint): Promise<void> {
    const sql = "DELETE FROM caucase_notification WHERE receiver = ? AND id = ?";
    await this.writes.run(() => this.database.run(sql, receiver, place));
  }

  giveUp(receiver: string, before: number): Promise<{ readonly now: number; readonly ever: number }> {
    return this.writes.run(() => {
      const sql = "DELETE FROM caucase_notification WHERE receiver = ? AND made <= ?";
      const now = this.database.run(sql, receiver, fromSeconds(before));
      addGivenUp(this.database, receiver, now);
      const row = this.database.get("SELECT given_up FROM caucase_receiver WHERE id = ?", receiver);
      return { now, ever: Number(row?.["given_up"] ?? 0n) };
    });
  }

  #receivers(): readonly string[] {
    return this.database.all("SELECT id FROM caucase_receiver ORDER BY id").map((row) => toText(row["id"]));
  }

  #newestEvent(): bigint {
    const newest = this.database.get("SELECT MAX(id) AS newest FROM caucase_event")?.["newest"];
    return typeof newest === "bigint" ? newest : 0n;
  }

  #conditions(topic: string): readonly KnownCondition[] {
    const sql = "SELECT receiver, name, since, told FROM caucase_condition WHERE topic = ?";
    return this.database.all(sql, topic).map((row) => ({
      receiver: toText(row["receiver"]),
      name: toText(row["name"]),
      since: toSeconds(row["since"]),
      isTold: row["told"] === 1n,
    }));
  }

  #remove(receiver: string): void {
    for (const table of OF_RECEIVER) this.database.run(`DELETE FROM ${table} WHERE receiver = ?`, receiver);
    this.database.run("DELETE FROM caucase_receiver WHERE id = ?", receiver);
  }
}

/**
 * Most events are of certificates that nobody is told of, and of requests that were signed at once: they are left out
 * before anything is made of them.
 */
const IS_NEWS = `(${
  NEWS_KINDS.map((kind) => `event LIKE '{"kind":"${kind}"%'${kind === "requested" ? " AND WAITING" : ""}`).join(" OR ")
})`.replace(
  "WAITING",
  "CASE ca " +
    ["cau", "cas"].map((ca) => `WHEN '${ca}' THEN EXISTS (SELECT 1 FROM ${ca}crt WHERE id = ID AND crt IS NULL)`)
      .join(" ").replaceAll("ID", "CAST(json_extract(event, '$.id') AS INTEGER)") +
    " ELSE FALSE END",
);

/** Where notifications are put, within one transaction. */
class QueueEnd {
  readonly #waiting = new Map<string, number>();
  /** How many found no place. */
  dropped = 0;

  constructor(private readonly database: Database) {}

  put(receiver: string, { id, kind, body, made }: Draft): void {
    const waiting = this.#waiting.get(receiver) ?? this.#count(receiver);
    if (waiting >= MOST_WAITING) {
      addGivenUp(this.database, receiver, 1);
      this.dropped++;
      return;
    }
    const sql = "INSERT INTO caucase_notification (receiver, event, kind, made, body) VALUES (?, ?, ?, ?, ?)";
    this.database.run(sql, receiver, id, kind, fromSeconds(made), body);
    this.#waiting.set(receiver, waiting + 1);
  }

  #count(receiver: string): number {
    const sql = "SELECT COUNT(*) AS count FROM caucase_notification WHERE receiver = ?";
    return Number(this.database.get(sql, receiver)?.["count"] ?? 0n);
  }
}

function addGivenUp(database: Database, receiver: string, count: number): void {
  if (count === 0) return;
  database.run("UPDATE caucase_receiver SET given_up = given_up + ? WHERE id = ?", BigInt(count), receiver);
}
