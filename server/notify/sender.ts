/** Empties the queue of one receiver, in order, and leaves it alone for longer and longer while it takes nothing. */
import type { Log } from "../../core/log.ts";
import { givenUpBefore, retryAfter, type Streak } from "../../core/notify/back_off.ts";
import type { NotificationStore, QueuedNotification } from "../../core/notify/store.ts";
import type { Clock } from "../../core/host/clock.ts";
import type { Receiver } from "../../core/notify/receiver.ts";
import type { Job } from "../jobs.ts";
import type { Deliver } from "./deliver.ts";

/** How often the queue and the events are looked at, unless somebody says otherwise, in seconds. */
export const POLL = 2;

export interface SenderParts {
  readonly store: NotificationStore;
  readonly receiver: Receiver;
  readonly deliver: Deliver;
  readonly clock: Clock;
  readonly log: Log;
  /** Gives up what is on its way; it stays in the queue. */
  readonly signal: AbortSignal;
  /** How often it looks, in seconds. */
  readonly poll: number;
}

/**
 * A notification leaves the queue when it was delivered, and the next is sent only after that is on the disk: a crash
 * in between repeats this one at most.
 */
export class Sender implements Job {
  readonly name: string;
  readonly isFrequent = true;
  #streak: Streak | undefined;

  constructor(private readonly parts: SenderParts) {
    this.name = `notifications for ${parts.receiver.shown}`;
  }

  async run(now: number): Promise<number> {
    const { store, receiver, signal, poll } = this.parts;
    for (;;) {
      const next = await store.next(receiver.identity);
      if (next === undefined || signal.aborted) return now + poll;
      const outcome = await this.#attempt(next);
      if (outcome === "stopped") return now + poll;
      if (outcome !== "delivered") return await this.#failed(outcome.error);
      this.#worked();
      await store.delivered(receiver.identity, next.place);
    }
  }

  async #attempt(notification: QueuedNotification): Promise<"delivered" | "stopped" | { readonly error: unknown }> {
    const { deliver, signal } = this.parts;
    try {
      await deliver(notification, signal);
      return "delivered";
    } catch (error) {
      return signal.aborted ? "stopped" : { error };
    }
  }

  #worked(): void {
    const { log, receiver } = this.parts;
    if (this.#streak !== undefined) log.info("notify.works_again", { receiver: receiver.shown });
    this.#streak = undefined;
  }

  /** When to try again. */
  async #failed(error: unknown): Promise<number> {
    const { log, receiver, store, clock } = this.parts;
    const now = clock.now();
    const streak = { since: this.#streak?.since ?? now, failures: (this.#streak?.failures ?? 0) + 1 };
    this.#streak = streak;
    const wait = retryAfter(streak);
    log.warning("notify.failed", { receiver: receiver.shown, retryAfter: wait, error });
    const before = givenUpBefore(streak, now);
    if (before === undefined) return now + wait;
    const givenUp = await store.giveUp(receiver.identity, before);
    if (givenUp.now > 0) {
      log.warning("notify.given_up", { receiver: receiver.shown, count: givenUp.now, total: givenUp.ever });
    }
    return now + wait;
  }
}
