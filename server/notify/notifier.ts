/** Notifications of a server, put together: what makes them, and what sends them. */
import { SECONDS_PER_DAY } from "../../core/ca/lifecycle.ts";
import type { RandomSource } from "../../core/bytes.ts";
import type { Clock } from "../../core/host/clock.ts";
import type { Log } from "../../core/log.ts";
import type { Receiver } from "../../core/notify/receiver.ts";
import type { NotifyingStorage } from "../../core/notify/store.ts";
import type { Job, JobReports } from "../jobs.ts";
import { ConditionsWatch } from "./conditions.ts";
import { createDeliveries, type Patience } from "./delivery.ts";
import { Drafts } from "./drafts.ts";
import { JobNews } from "./job_news.ts";
import { NewsReader } from "./news.ts";
import { POLL, Sender } from "./sender.ts";

export interface NotifyOptions {
  readonly receivers: readonly Receiver[];
  /** A path: webhooks are signed with what is in it. */
  readonly secretFile?: string;
  /** For tests: others than the usual ones. */
  readonly patience?: Patience;
  /** Seconds between two looks at events and queues. */
  readonly poll?: number;
}

export interface NotifierParts extends NotifyingServer {
  /** `--netloc`. */
  readonly server: string;
  readonly backup: { readonly directory: string; readonly periodDays: number } | undefined;
}

/** What it needs of the server. */
export interface NotifyingServer {
  readonly storage: NotifyingStorage;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly log: Log;
  /** Of all other jobs. */
  readonly reports: JobReports;
  readonly signal: AbortSignal;
}

/** The jobs that notify. @throws `usage`, `file`; `storage` */
export async function createNotifier(options: NotifyOptions, parts: NotifierParts): Promise<readonly Job[]> {
  const { receivers, poll = POLL } = options;
  const { storage, reports, server, backup, clock, random, log, signal } = parts;
  const deliveries = await createDeliveries(receivers, { ...options, now: () => clock.now() });
  await storage.notifications.setReceivers(receivers.map(({ identity }) => identity));
  const drafts = new Drafts({ receivers, server, random });
  const folder = backup && { folder: backup.directory, period: backup.periodDays * SECONDS_PER_DAY };
  const senders = receivers.flatMap((receiver, index) => {
    const deliver = deliveries[index];
    return deliver ? [new Sender({ store: storage.notifications, receiver, deliver, clock, log, signal, poll })] : [];
  });
  return [
    new NewsReader({ storage, drafts, log, poll }),
    new ConditionsWatch({ storage, drafts, backup: folder, log }),
    new JobNews({ store: storage.notifications, reports, drafts, log, poll }),
    ...senders,
  ];
}
