/**
 * What notifications need to have remembered: who receives, how far each has read the events, what waits to be sent,
 * and which conditions were told. The same promises as in `core/ca/stores.ts`: a change is durable when its method
 * resolves, and is atomic.
 */
import type { RecordedEvent, Storage } from "../ca/stores.ts";
import type { FilterKind } from "./notification_kinds.ts";

/** A notification that was made and is not yet in the queue. */
export interface Draft {
  /** Of the message, see `Envelope`. */
  readonly id: string;
  readonly kind: FilterKind;
  /** The message, JSON text. */
  readonly body: string;
  /** Unix seconds. */
  readonly made: number;
  /** Identities of those who want it. */
  readonly receivers: readonly string[];
}

/** A draft of an event, by which a receiver that came after the event is left out. */
export interface EventDraft extends Draft {
  readonly event: bigint;
}

/** Events that somebody may have to be told of. */
export interface News {
  readonly events: readonly RecordedEvent[];
  /** The newest event that was looked at, wanted or not. */
  readonly through: bigint;
}

/** Something that is so for a while, and is told once. */
export interface Condition {
  /** One among those of its topic. */
  readonly name: string;
  /** How long it must have been so before it is told, in seconds. */
  readonly after: number;
  /** @param since when it was seen first */
  readonly draft: (since: number) => Draft;
}

/** All conditions of a topic: those that are not among `conditions` are no longer so. */
export interface Findings {
  readonly topic: string;
  readonly conditions: readonly Condition[];
  readonly now: number;
  /** For a topic of one condition: what is told when it has ended to those that were told of it. */
  readonly ended?: (since: number) => Draft;
}

export interface QueuedNotification {
  /** Of its place in the queue. */
  readonly place: bigint;
  readonly id: string;
  readonly kind: string;
  readonly body: string;
  readonly made: number;
}

/** How many notifications wait for one receiver at most. Those beyond are given up at once. */
export const MOST_WAITING = 10_000;

/** How many events `news()` looks at: few enough that nobody waits for it. */
export const LOOKED_AT = 2000;

export interface NotificationStore {
  /**
   * Makes these the receivers. A new one begins with what happens from now on; of one that is no longer there nothing
   * is kept.
   */
  setReceivers(identities: readonly string[]): Promise<void>;
  /**
   * The next events after those that every receiver has read: requests that still wait, revocations, new CA
   * certificates. Undefined when there is nothing to read. It looks at `LOOKED_AT` events at most.
   */
  news(): Promise<News | undefined>;
  /**
   * Puts drafts of these events into the queue, and moves all receivers on, together. How many found no place in the
   * queue.
   */
  take(news: News, drafts: readonly EventDraft[]): Promise<number>;
  /**
   * Puts those into the queue that are told for the first time, and forgets those that have ended: when they come back,
   * they are told again. How many found no place in the queue.
   */
  settle(findings: Findings): Promise<number>;
  /** The first in the queue of a receiver. */
  next(receiver: string): Promise<QueuedNotification | undefined>;
  /** It was delivered. */
  delivered(receiver: string, place: bigint): Promise<void>;
  /** Gives up what was made for a receiver at that time or before. How many now, and how many ever. */
  giveUp(receiver: string, before: number): Promise<{ readonly now: number; readonly ever: number }>;
}

/** The CAs of a server, and what is to be told of them, in one place: both change in the same transactions. */
export interface NotifyingStorage extends Storage {
  readonly notifications: NotificationStore;
}
