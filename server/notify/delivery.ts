/** How one notification gets to a receiver. */
import { fileError } from "../../core/host/file_error.ts";
import type { Receiver, Webhook } from "../../core/notify/receiver.ts";
import { webhookSecret } from "../../core/notify/signature.ts";
import type { Deliver } from "./deliver.ts";
import { sendWebhook } from "./webhook.ts";

/** How long a receiver may take, in milliseconds. */
export interface Patience {
  readonly webhookMs: number;
  readonly mailMs: number;
}

export const PATIENCE: Patience = { webhookMs: 10_000, mailMs: 30_000 };

export interface DeliverySettings {
  /** A path: webhooks are signed with what is in it. */
  readonly secretFile?: string | undefined;
  /** Unix seconds. */
  readonly now: () => number;
  readonly patience?: Patience;
}

/** What delivers to each of the receivers, with the secrets that they need. @throws `file`, `usage` */
export async function createDeliveries(
  receivers: readonly Receiver[],
  settings: DeliverySettings,
): Promise<readonly Deliver[]> {
  const { secretFile, now, patience = PATIENCE } = settings;
  const secret = secretFile === undefined ? undefined : webhookSecret(await readSecret(secretFile));
  const webhook = ({ url }: Webhook): Deliver => (notification, signal) =>
    sendWebhook({ url, secret, time: now(), ...notification }, { signal, timeoutMs: patience.webhookMs });
  return await Promise.all(receivers.map(async (receiver) => {
    if (receiver.protocol === "webhook") return webhook(receiver);
    const { createMailDelivery } = await import("./mail.ts");
    const { login } = receiver;
    const password = login && firstLine(await readSecret(login.passwordFile));
    return createMailDelivery(receiver, { password, timeoutMs: patience.mailMs });
  }));
}

async function readSecret(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    throw fileError("read", path, error);
  }
}

function firstLine(text: string): string {
  return text.split(/\r?\n/, 1)[0] ?? "";
}
