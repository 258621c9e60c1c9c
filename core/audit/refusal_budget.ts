/**
 * How many refused actions of a user are recorded: the log is kept forever, and to be refused costs a user nothing. The
 * rest is counted, and said with the next one that is recorded.
 */

/** In a window, for each user. */
const RECORDED_AT_MOST = 30;

/** Seconds. */
const WINDOW = 3600;

/** Users who are remembered: when there are more, those who were refused something longest ago are forgotten. */
const REMEMBERED_AT_MOST = 1000;

interface Spent {
  readonly since: number;
  recorded: number;
  omitted: number;
}

export class RefusalBudget {
  readonly #spent = new Map<string, Spent>();

  /**
   * Counts a refusal of `user` at `now` (Unix seconds).
   * @returns undefined when it is one too many, else how many were left out since the last one that was recorded
   */
  take(user: string, now: number): number | undefined {
    const spent = this.#windowOf(user, now);
    if (spent.recorded >= RECORDED_AT_MOST) {
      spent.omitted++;
      return undefined;
    }
    spent.recorded++;
    const { omitted } = spent;
    spent.omitted = 0;
    return omitted;
  }

  #windowOf(user: string, now: number): Spent {
    const known = this.#spent.get(user);
    const isOver = known === undefined || Math.abs(now - known.since) >= WINDOW;
    const spent = isOver ? { since: now, recorded: 0, omitted: known?.omitted ?? 0 } : known;
    this.#spent.delete(user);
    this.#spent.set(user, spent);
    const [longestAgo] = this.#spent.keys();
    if (this.#spent.size > REMEMBERED_AT_MOST && longestAgo !== undefined) this.#spent.delete(longestAgo);
    return spent;
  }
}
