/** Notifications in memory, gone with the process: for tests and trials. It keeps the same contract as the database. */
import type { CaName, RecordedEvent } from "../ca/stores.ts";
import { isNews } from "./of_event.ts";
import { type KnownCondition, settlement } from "./settlement.ts";
import {
  type Draft,
  type EventDraft,
  type Findings,
  LOOKED_AT,
  MOST_WAITING,
  type News,
  type NotificationStore,
  type QueuedNotification,
} from "./store.ts";

interface MemoryReceiver {
  cursor: bigint;
  givenUp: number;
  queue: QueuedNotification[];
}

/** What it reads. */
export interface EventsInMemory {
  readonly recorded: readonly RecordedEvent[];
  isWaiting(ca: CaName, requestId: bigint): Promise<boolean>;
}

// No method that changes something awaits anything before it has done all its work: each is atomic.
export class MemoryNotifications implements NotificationStore {
  readonly #receivers = new Map<string, MemoryReceiver>();
  readonly #conditions = new Map<string, readonly KnownCondition[]>();
  #places = 0n;

  constructor(private readonly events: EventsInMemory) {}

  setReceivers(identities: readonly string[]): Promise<void> {
    for (const known of [...this.#receivers.keys()]) if (!identities.includes(known)) this.#remove(known);
    const cursor = this.events.recorded.at(-1)?.id ?? 0n;
    for (const identity of identities) {
      if (!this.#receivers.has(identity)) this.#receivers.set(identity, { cursor, givenUp: 0, queue: [] });
    }
    return Promise.resolve();
  }

  async news(): Promise<News | undefined> {
    const cursors = [...this.#receivers.values()].map(({ cursor }) => cursor);
    const [first, ...others] = cursors;
    if (first === undefined) return undefined;
    const after = others.reduce((least, cursor) => cursor < least ? cursor : least, first);
    const looked = this.events.recorded.filter(({ id }) => id > after).slice(0, LOOKED_AT);
    const through = looked.at(-1)?.id;
    if (through === undefined) return undefined;
    const events: RecordedEvent[] = [];
    for (const one of looked) if (isNews(one.event) && await this.#stillSo(one)) events.push(one);
    return { events, through };
  }

  take({ through }: News, drafts: readonly EventDraft[]): Promise<number> {
    let dropped = 0;
    for (const [identity, receiver] of this.#receivers) {
      const wanted = drafts.filter(({ event, receivers }) => event > receiver.cursor && receivers.includes(identity));
      for (const draft of wanted) dropped += this.#put(receiver, draft);
      if (receiver.cursor < through) receiver.cursor = through;
    }
    return Promise.resolve(dropped);
  }

  settle(findings: Findings): Promise<number> {
    const known = this.#conditions.get(findings.topic) ?? [];
    const { kept, ended, drafts } = settlement(known, [...this.#receivers.keys()], findings);
    const isOld = (one: KnownCondition) =>
      ended.includes(one) || kept.some(({ receiver, name }) => receiver === one.receiver && name === one.name);
    this.#conditions.set(findings.topic, [...known.filter((one) => !isOld(one)), ...kept]);
    let dropped = 0;
    for (const { receiver, draft } of drafts) {
      const queue = this.#receivers.get(receiver);
      if (queue !== undefined) dropped += this.#put(queue, draft);
    }
    return Promise.resolve(dropped);
  }

  next(receiver: string): Promise<QueuedNotification | undefined> {
    return Promise.resolve(this.#receivers.get(receiver)?.queue[0]);
  }

  delivered(receiver: string, place: bigint): Promise<void> {
    const known = this.#receivers.get(receiver);
    if (known !== undefined) known.queue = known.queue.filter((each) => each.place !== place);
    return Promise.resolve();
  }

  giveUp(receiver: string, before: number): Promise<{ readonly now: number; readonly ever: number }> {
    const known = this.#receivers.get(receiver);
    if (known === undefined) return Promise.resolve({ now: 0, ever: 0 });
    const left = known.queue.filter(({ made }) => made > before);
    const now = known.queue.length - left.length;
    known.queue = left;
    known.givenUp += now;
    return Promise.resolve({ now, ever: known.givenUp });
  }

  async #stillSo({ ca, event }: RecordedEvent): Promise<boolean> {
    return event.kind !== "requested" || await this.events.isWaiting(ca, event.id);
  }

  /** How many found no place. */
  #put(receiver: MemoryReceiver, { id, kind, body, made }: Draft): number {
    if (receiver.queue.length >= MOST_WAITING) {
      receiver.givenUp++;
      return 1;
    }
    receiver.queue.push({ place: ++this.#places, id, kind, body, made });
    return 0;
  }

  #remove(identity: string): void {
    this.#receivers.delete(identity);
    for (const [topic, known] of this.#conditions) {
      this.#conditions.set(topic, known.filter(({ receiver }) => receiver !== identity));
    }
  }
}
