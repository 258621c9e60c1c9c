/** Reads events after they are committed, and puts what is to be told of them into the queue. */
import { CaucaseError } from "../../core/errors.ts";
import type { Log } from "../../core/log.ts";
import { type ForeignNames, foreignNames } from "../../core/notify/foreign_names.ts";
import { notificationOf } from "../../core/notify/of_event.ts";
import type { EventDraft, NotifyingStorage } from "../../core/notify/store.ts";
import type { RecordedEvent } from "../../core/ca/stores.ts";
import { parseCertificate } from "../../core/x509/certificate.ts";
import { csrFromPem } from "../../core/x509/csr.ts";
import type { Job } from "../jobs.ts";
import { nextTurn } from "../next_turn.ts";
import type { Drafts } from "./drafts.ts";

export interface NewsParts {
  readonly storage: NotifyingStorage;
  readonly drafts: Drafts;
  readonly log: Log;
  /** How often it looks, in seconds. */
  readonly poll: number;
}

/** Nothing that issues or revokes calls it: it looks every few seconds, and makes way between batches. */
export class NewsReader implements Job {
  readonly name = "notifications of events";
  readonly isFrequent = true;

  constructor(private readonly parts: NewsParts) {}

  async run(now: number): Promise<number> {
    const { storage: { notifications }, log } = this.parts;
    for (let news = await notifications.news(); news !== undefined; news = await notifications.news()) {
      const drafts: EventDraft[] = [];
      for (const event of news.events) {
        const draft = await this.#draftOf(event);
        if (draft !== undefined) drafts.push(draft);
        await nextTurn();
      }
      const dropped = await notifications.take(news, drafts);
      if (dropped > 0) log.warning("notify.queue_full", { count: dropped });
      await nextTurn();
    }
    return now + this.parts.poll;
  }

  async #draftOf(recorded: RecordedEvent): Promise<EventDraft | undefined> {
    const notification = notificationOf(recorded, await this.#namesOf(recorded));
    if (notification === undefined || notification.kind === "test") return undefined;
    if (!this.parts.drafts.isWanted(notification.kind)) return undefined;
    return { event: recorded.id, ...this.parts.drafts.of(notification, recorded.now) };
  }

  /** Undefined for what is not there any more. */
  async #namesOf({ ca, event, now }: RecordedEvent): Promise<ForeignNames | undefined> {
    const stores = this.parts.storage.ca(ca);
    if (event.kind === "revoked") {
      const registered = await stores.certificates.registered(event.serial);
      return registered && foreignNames(await parseCertificate(registered.der));
    }
    if (event.kind !== "requested") return undefined;
    const request = await stores.requests.find(event.id, now);
    return request?.certificatePem === undefined && request ? await namesOfRequest(request.csr) : undefined;
  }
}

/** Of a request as it was stored; an old database may hold what cannot be read. */
export async function namesOfRequest(csr: Uint8Array): Promise<ForeignNames> {
  try {
    return foreignNames(await csrFromPem(csr));
  } catch (error) {
    if (!(error instanceof CaucaseError)) throw error;
    return { list: [], plain: "no name that can be read" };
  }
}
