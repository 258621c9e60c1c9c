/** What happened at the CAs, answer to `GET events?…`: `{"events": […], "next": "12"}`. */
import * as v from "valibot";
import type { Actor } from "../ca/actor.ts";
import type { RecordedEvent } from "../ca/stores.ts";
import { actorShape, decimal, fromJsonText, toJsonText, utcTime } from "./wire_values.ts";
import { timeToText } from "../utc_time.ts";

/** An event as it is read: its fields as the JSON has them, also those of a kind that the reader does not know yet. */
export interface EventEntry {
  /** Grows with time, in all CAs together. */
  readonly id: bigint;
  /** Unix seconds. */
  readonly time: number;
  readonly ca: string;
  readonly actor: Actor;
  readonly kind: string;
  /** What else is said of it, by name: serial numbers and ids as decimal strings, times as RFC 3339. */
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface EventList {
  readonly events: readonly EventEntry[];
  /** The `after` of the next page; null on the last one. */
  readonly next: bigint | null;
}

/** Fields of events that are times. */
const TIMES: readonly string[] = ["notAfter", "thisUpdate", "before", "since"];

/** Names in the JSON of fields that are called something else there, as an event has an id of its own. */
const RENAMED: Readonly<Record<string, string>> = { id: "requestId" };

const EntryShape = v.pipe(
  v.looseObject({ id: decimal, time: utcTime, ca: v.string(), actor: actorShape, kind: v.string() }),
  v.transform(({ id, time, ca, actor, kind, ...fields }): EventEntry => ({ id, time, ca, actor, kind, fields })),
);

const ListShape = v.object({ events: v.array(EntryShape), next: v.nullable(decimal) });

/** @param next the id of the last one, where there are more */
export function writeEventList(
  { events, next }: { readonly events: readonly RecordedEvent[]; readonly next: bigint | null },
): string {
  return toJsonText({ events: events.map(eventJson), next });
}

/** @throws `malformed` */
export function readEventList(text: string): EventList {
  return fromJsonText(ListShape, text, "the list of events");
}

function eventJson({ id, now, ca, actor, event: { kind, ...fields } }: RecordedEvent) {
  const named = Object.entries(fields).map(([name, value]) => [
    RENAMED[name] ?? name,
    typeof value === "number" && TIMES.includes(name) ? timeToText(value) : value,
  ]);
  return { id, time: timeToText(now), ca, actor, kind, ...Object.fromEntries(named) };
}
