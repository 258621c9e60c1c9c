/** Whether a server notifies. The parts that do it are loaded where somebody is notified. */
import type { Job } from "../jobs.ts";
import type { NotifierParts, NotifyingServer, NotifyOptions } from "./notifier.ts";

/** As `serve` has them. */
interface Wishes {
  readonly netloc: string;
  readonly backup?: NotifierParts["backup"];
  readonly notify?: NotifyOptions;
}

/**
 * The jobs that notify. Where nobody is notified, what was left for somebody is removed.
 * @throws `usage`, `file`; `storage`
 */
export async function notifyJobs(
  { netloc, backup, notify }: Wishes,
  server: NotifyingServer,
): Promise<readonly Job[]> {
  if (notify === undefined) {
    await server.storage.notifications.setReceivers([]);
    return [];
  }
  const { createNotifier } = await import("./notifier.ts");
  return await createNotifier(notify, { ...server, server: netloc, backup });
}
