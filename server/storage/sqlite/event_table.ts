/** Our own table `caucase_event`: what happened, in the order in which it was committed. Rows are added, never changed. */
import type { Attribution, CaEvent } from "../../../core/ca/events.ts";
import type { CaName, LaterRecords, RecordedEvent } from "../../../core/ca/stores.ts";
import { fromSeconds, toBigInt, toSeconds, toText } from "./column_values.ts";
import type { Database } from "./database.ts";
import { actorFromText, actorToText, eventFromText, eventToText, oneOf } from "./record_texts.ts";
import { CA_NAMES } from "../../../core/ca/stores.ts";

/** Synchronous: within a transaction of the caller's where it writes. */
export class EventTable {
  #isEmpty = true;

  constructor(private readonly database: Database) {}

  add(ca: CaName, event: CaEvent, { actor, now }: Attribution): void {
    const sql = "INSERT INTO caucase_event (time, ca, actor, event) VALUES (?, ?, ?, ?)";
    this.database.run(sql, fromSeconds(now), ca, actorToText(actor), eventToText(event));
  }

  /** Rows are never removed: that there are some need not be asked again. */
  isEmpty(): boolean {
    return this.#isEmpty &&= this.database.get("SELECT MAX(id) AS newest FROM caucase_event")?.["newest"] === null;
  }

  /** Those after the one with the id `after`, oldest first, at most `limit`. */
  list(after: bigint, limit: number): readonly RecordedEvent[] {
    const sql = "SELECT id, time, ca, actor, event FROM caucase_event WHERE id > ? ORDER BY id LIMIT ?";
    return this.database.all(sql, after, BigInt(limit)).map((row) => ({
      id: toBigInt(row["id"]),
      ca: oneOf(CA_NAMES, row["ca"]),
      now: toSeconds(row["time"]),
      actor: actorFromText(toText(row["actor"])),
      event: eventFromText(toText(row["event"])),
    }));
  }

  /** What was recorded for times after `time`, since somebody said last that the clock is right. */
  laterThan(time: number): LaterRecords | undefined {
    const bound = fromSeconds(time);
    const any = this.database.get("SELECT 1 FROM caucase_event WHERE time > ? LIMIT 1", bound);
    if (any === undefined) return undefined;
    const since = this.#clockAccepted();
    const sql =
      "SELECT MIN(time) AS first, MAX(time) AS last, MIN(id) AS id FROM caucase_event WHERE time > ? AND id > ?";
    const { first, last, id } = this.database.get(sql, bound, since) ?? {};
    if (typeof first !== "bigint" || typeof last !== "bigint" || typeof id !== "bigint") return undefined;
    const before = "SELECT 1 FROM caucase_event WHERE id > ? AND id < ? LIMIT 1";
    return {
      first: Number(first),
      last: Number(last),
      hasBefore: this.database.get(before, since, id) !== undefined,
    };
  }

  /** The event by which that was said last; 0 when it never was. */
  #clockAccepted(): bigint {
    const row = this.database.get("SELECT MAX(id) AS id FROM caucase_event WHERE event = ?", CLOCK_ACCEPTED);
    return typeof row?.["id"] === "bigint" ? row["id"] : 0n;
  }
}

const CLOCK_ACCEPTED = eventToText({ kind: "clock-accepted" });
