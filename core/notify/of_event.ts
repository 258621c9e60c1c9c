/** Which events become which notifications. */
import type { Actor } from "../ca/actor.ts";
import type { CaEvent } from "../ca/events.ts";
import type { RecordedEvent } from "../ca/stores.ts";
import type { ForeignNames } from "./foreign_names.ts";
import type { Notification } from "./notification.ts";

/** Kinds of events that somebody may have to be told of; of requests only while they wait. */
export const NEWS_KINDS = ["requested", "revoked", "issuer-added"] as const;

export type NewsEvent = Extract<CaEvent, { readonly kind: typeof NEWS_KINDS[number] }>;

export function isNews(event: CaEvent): event is NewsEvent {
  return NEWS_KINDS.some((kind) => kind === event.kind);
}

/**
 * Undefined for what nobody is told of: the private CA of the HTTPS listener is nobody's work.
 * @param names of the request or certificate that it is about, where they are known
 */
export function notificationOf(
  { event, ca, now, actor }: RecordedEvent,
  names: ForeignNames | undefined,
): Notification | undefined {
  if (ca === "http_cas") return undefined;
  switch (event.kind) {
    case "requested": {
      if (names === undefined) return undefined;
      return { kind: "request-waiting", ca, requestId: event.id, keyId: event.key, names, since: now };
    }
    case "revoked":
      return { kind: "revoked", ca, serial: event.serial, names, by: authorText(actor) };
    case "issuer-added":
      return {
        kind: "ca-certificate-made",
        ...{ ca, keyId: event.issuer, notAfter: event.notAfter, imported: event.imported },
      };
    default:
      return undefined;
  }
}

/** For people; nothing in it was chosen by a stranger. */
export function authorText(actor: Actor): string {
  switch (actor.kind) {
    case "user":
      return `the user with serial ${actor.serial}`;
    case "holder":
      return `its holder`;
    case "account":
      return `the ACME account ${actor.id}`;
    case "anonymous":
      return `a caller at ${actor.address}`;
    case "server":
      return "the server";
    case "operator":
      return "the operator";
  }
}
