/**
 * A notification on its way, as JSON text: `{"id", "kind", "at", "server", "text", "data"}`. This writes it and reads
 * it again; docs/operating.md shows it.
 */
import * as v from "valibot";
import { malformed } from "../errors.ts";
import { parseJson } from "../json.ts";
import { timeText } from "../log.ts";
import type { ForeignNames } from "./foreign_names.ts";
import { type Notification, sentenceOf } from "./notification.ts";

/** What a message says besides its notification. */
export interface Envelope {
  /** The same at each attempt to deliver it, and different from all others. */
  readonly id: string;
  /** When it happened, or was noticed; Unix seconds. */
  readonly at: number;
  /** `--netloc` of the server. */
  readonly server: string;
}

type Json = string | number | boolean | null | readonly string[];

/** Serial numbers and ids are decimal strings, times RFC 3339 in UTC; what is not known is null. */
export function writeMessage(notification: Notification, { id, at, server }: Envelope): string {
  const text = `${server}: ${sentenceOf(notification)}`;
  return JSON.stringify({ id, kind: notification.kind, at: timeText(at), server, text, data: dataOf(notification) });
}

function dataOf(notification: Notification): Readonly<Record<string, Json>> {
  switch (notification.kind) {
    case "request-waiting":
    case "request-waiting-long": {
      const { ca, requestId, keyId, names, since } = notification;
      return { ca, requestId: `${requestId}`, names: names.list, keyId, since: timeText(since) };
    }
    case "certificate-expiring":
    case "user-certificate-expiring": {
      const { ca, serial, names, notAfter, days } = notification;
      return { ca, serial: `${serial}`, names: names.list, notAfter: timeText(notAfter), days };
    }
    case "revoked": {
      const { ca, serial, names, by } = notification;
      return { ca, serial: `${serial}`, names: listOf(names), by };
    }
    case "ca-certificate-made": {
      const { ca, keyId, notAfter, imported } = notification;
      return { ca, keyId, notAfter: timeText(notAfter), imported };
    }
    case "backup-old":
      return { newest: timeText(notification.newest) };
    case "backup-failed":
    case "job-failing":
    case "job-recovered": {
      const { job, since, error = null } = notification;
      return { job, since: timeText(since), error };
    }
    case "test":
      return {};
  }
}

function listOf(names: ForeignNames | undefined): readonly string[] | null {
  return names?.list ?? null;
}

const value = v.union([v.string(), v.number(), v.boolean(), v.null(), v.array(v.string())]);

const MessageShape = v.object({
  id: v.string(),
  kind: v.string(),
  at: v.string(),
  server: v.string(),
  text: v.string(),
  data: v.record(v.string(), value),
});

export type Message = v.InferOutput<typeof MessageShape>;

/** @throws `malformed` */
export function readMessage(text: string): Message {
  const message = v.safeParse(MessageShape, parseJson(text, "the notification"));
  if (!message.success) throw malformed("the notification is not what it should be");
  return message.output;
}
