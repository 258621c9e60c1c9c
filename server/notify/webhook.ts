/** Webhooks: one POST of JSON each. Its status counts; the rest of the answer is not read. */
import http from "node:http";
import https from "node:https";
import { CaucaseError } from "../../core/errors.ts";
import { webhookHeaders } from "../../core/notify/signature.ts";

export interface WebhookCall {
  readonly url: URL;
  readonly secret: Uint8Array | undefined;
  /** Of the signature, Unix seconds. */
  readonly time: number;
  readonly id: string;
  readonly body: string;
}

interface Limits {
  readonly signal: AbortSignal;
  /** From the first byte to the head of the answer. */
  readonly timeoutMs: number;
}

/**
 * A redirection is a refusal: what is sent goes to the address that the operator named, and to no other.
 * @throws `unreachable`, `refused`. The messages leave the URL out: that of many webhooks is a secret
 */
export async function sendWebhook(call: WebhookCall, limits: Limits): Promise<void> {
  const deadline = AbortSignal.timeout(limits.timeoutMs);
  try {
    const status = await statusOf(call, AbortSignal.any([limits.signal, deadline]));
    if (status >= 200 && status < 300) return;
    throw new CaucaseError("refused", `it answered with the status ${status}`, { status });
  } catch (error) {
    if (error instanceof CaucaseError) throw error;
    limits.signal.throwIfAborted();
    const reason = deadline.aborted ? `it did not answer within ${limits.timeoutMs / 1000} s` : reasonOf(error);
    throw new CaucaseError("unreachable", reason);
  }
}

function statusOf({ url, secret, body, ...content }: WebhookCall, signal: AbortSignal): Promise<number> {
  const headers = {
    ...webhookHeaders({ ...content, body }, secret),
    "content-type": "application/json",
    "content-length": `${new TextEncoder().encode(body).length}`,
    "user-agent": "caucase",
  };
  const { request } = url.protocol === "https:" ? https : http;
  return new Promise((resolve, reject) => {
    // No connection is kept: notifications are rare, and one that the receiver closed would cost an attempt.
    const sent = request(url, { method: "POST", headers, signal, agent: false }, (answer) => {
      resolve(answer.statusCode ?? 0);
      answer.on("error", () => {});
      answer.destroy();
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

/** By the system's code alone: what the runtime says besides may hold the URL. */
function reasonOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return /^[A-Z_0-9]{1,60}$/.test(code) ? `it cannot be reached (${code})` : "it cannot be reached";
}
