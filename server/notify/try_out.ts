/** One notification for an operator who wants to see whether it arrives. */
import type { RandomSource } from "../../core/bytes.ts";
import { CaucaseError } from "../../core/errors.ts";
import { writeMessage } from "../../core/notify/message.ts";
import type { Receiver } from "../../core/notify/receiver.ts";
import { createDeliveries } from "./delivery.ts";
import { newMessageId } from "./drafts.ts";

export interface TryOut {
  readonly secretFile: string | undefined;
  readonly random: RandomSource;
  /** Unix seconds. */
  readonly now: number;
}

/** @throws `unreachable`, `refused` when it was not taken; `usage`, `file` */
export async function sendTest(receiver: Receiver, { secretFile, random, now }: TryOut): Promise<void> {
  const [deliver] = await createDeliveries([receiver], { secretFile, now: () => now });
  const id = newMessageId(random);
  const body = writeMessage({ kind: "test" }, { id, at: now, server: "caucase manage" });
  try {
    await deliver?.({ id, body }, new AbortController().signal);
  } catch (error) {
    if (!(error instanceof CaucaseError)) throw error;
    throw new CaucaseError(error.code, `${receiver.shown}: ${error.message}`, error.details);
  }
}
