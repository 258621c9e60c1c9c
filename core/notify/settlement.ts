/** What changes when somebody looked at conditions again: one rule for every store. */
import type { Draft, Findings } from "./store.ts";

/** A condition as one receiver knows it. */
export interface KnownCondition {
  readonly receiver: string;
  readonly name: string;
  /** When it was seen first, Unix seconds. */
  readonly since: number;
  readonly isTold: boolean;
}

export interface Settlement {
  /** New or changed. */
  readonly kept: readonly KnownCondition[];
  readonly ended: readonly KnownCondition[];
  readonly drafts: readonly { readonly receiver: string; readonly draft: Draft }[];
}

/** @param known those of the topic */
export function settlement(
  known: readonly KnownCondition[],
  receivers: readonly string[],
  { conditions, now, ended: draftOfEnd }: Findings,
): Settlement {
  const kept: KnownCondition[] = [];
  const drafts: { receiver: string; draft: Draft }[] = [];
  const knownBy = new Map(known.map((one) => [`${one.receiver} ${one.name}`, one]));
  const tell = (receiver: string, draft: Draft) => {
    if (draft.receivers.includes(receiver)) drafts.push({ receiver, draft });
  };
  for (const receiver of receivers) {
    for (const { name, after, draft } of conditions) {
      const before = knownBy.get(`${receiver} ${name}`);
      const since = before?.since ?? now;
      const isTold = now >= since + after;
      if (before !== undefined && (before.isTold || !isTold)) continue;
      kept.push({ receiver, name, since, isTold });
      if (isTold) tell(receiver, draft(since));
    }
  }
  const names = new Set(conditions.map(({ name }) => name));
  const ended = known.filter(({ name }) => !names.has(name));
  for (const { receiver, since, isTold } of ended) {
    if (isTold && draftOfEnd !== undefined) tell(receiver, draftOfEnd(since));
  }
  return { kept, ended, drafts };
}
