/** What delivers notifications promises. */
import type { QueuedNotification } from "../../core/notify/store.ts";

/** What is delivered: a message and its id. */
export type Delivered = Pick<QueuedNotification, "id" | "body">;

/**
 * Resolves once the receiver has taken it.
 * @throws `unreachable`, `refused`: then it is tried again. Neither holds anything that could be a secret
 */
export type Deliver = (notification: Delivered, signal: AbortSignal) => Promise<void>;
