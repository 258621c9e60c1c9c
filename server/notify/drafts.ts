/** Makes drafts: a notification as the message that is sent, for those who want its kind. */
import type { RandomSource } from "../../core/bytes.ts";
import { writeMessage } from "../../core/notify/message.ts";
import type { Notification } from "../../core/notify/notification.ts";
import type { FilterKind } from "../../core/notify/notification_kinds.ts";
import type { Receiver } from "../../core/notify/receiver.ts";
import type { Draft } from "../../core/notify/store.ts";

export interface DraftsParts {
  readonly receivers: readonly Receiver[];
  /** `--netloc`. */
  readonly server: string;
  readonly random: RandomSource;
}

const ID_BYTES = 16;

/** A new id for each: also after a restore, when numbers of events are used once more. */
export function newMessageId(random: RandomSource): string {
  return random(ID_BYTES).toHex();
}

export class Drafts {
  constructor(private readonly parts: DraftsParts) {}

  isWanted(kind: FilterKind): boolean {
    return this.parts.receivers.some(({ kinds }) => kinds.includes(kind));
  }

  /** @param at when it happened, or was noticed; it is tried from then on. Unix seconds */
  of(notification: Notification & { readonly kind: FilterKind }, at: number): Draft {
    const { receivers, server, random } = this.parts;
    const id = newMessageId(random);
    return {
      id,
      kind: notification.kind,
      body: writeMessage(notification, { id, at, server }),
      made: at,
      receivers: receivers.filter(({ kinds }) => kinds.includes(notification.kind)).map(({ identity }) => identity),
    };
  }
}
