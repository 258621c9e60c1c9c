/** Our own table `caucase_event`: what happened, in the order in which it was committed. Rows are added, never changed. */
import type { Attribution, CaEvent, RecordedEvent } from "../../../core/ca/events.ts";
import type { CaName } from "../../../core/ca/stores.ts";
import { fromSeconds, toBigInt, toSeconds, toText } from "./column_values.ts";
import type { Database } from "./database.ts";
import { actorFromText, actorToText, eventFromText, eventToText } from "./record_texts.ts";
import { CA_NAMES } from "../../../core/ca/stores.ts";

/** Synchronous: within a transaction of the caller's where it writes. */
export class EventTable {
  constructor(private readonly database: Database) {}

  add(ca: CaName, event: CaEvent, { actor, now }: Attribution): void {
    const sql = "INSERT INTO caucase_event (time, ca, actor, event) VALUES (?, ?, ?, ?)";
    this.database.run(sql, fromSeconds(now), ca, actorToText(actor), eventToText(event));
  }

  /** Those after the one with the id `after`, oldest first, at most `limit`. */
  list(after: bigint, limit: number): readonly RecordedEvent[] {
    const sql = "SELECT id, time, ca, actor, event FROM caucase_event WHERE id > ? ORDER BY id LIMIT ?";
    return this.database.all(sql, after, BigInt(limit)).map((row) => ({
      id: toBigInt(row["id"]),
      ca: CA_NAMES.find((name) => name === row["ca"]) ?? "cas",
      now: toSeconds(row["time"]),
      actor: actorFromText(toText(row["actor"])),
      event: eventFromText(toText(row["event"])),
    }));
  }
}
