/**
 * What one CA has issued and what waits there, as numbers. To count a million certificates takes a while, and the first
 * time after a start longer: who asks gets what was counted last, if the new count is not there in a moment.
 */
import type { RegisterCounts } from "../../core/ca/register.ts";
import type { CaStores } from "../../core/ca/stores.ts";

export interface CaCounts {
  readonly pending: number;
  /** When the oldest of these came, Unix seconds; undefined where there is none, or the database does not say. */
  readonly oldestPending: number | undefined;
  readonly register: RegisterCounts;
}

/** How long a scrape waits for a count, in milliseconds. */
const PATIENCE = 25;

type CountedStores = {
  readonly requests: Pick<CaStores["requests"], "pending" | "arrivals">;
  readonly register: Pick<CaStores["register"], "counts">;
};

export class RecentCounts {
  #last: CaCounts | undefined;
  #counting: Promise<CaCounts> | undefined;

  constructor(private readonly stores: CountedStores, private readonly patienceMs = PATIENCE) {}

  /** Undefined while the first count is under way. */
  async get(now: number): Promise<CaCounts | undefined> {
    this.#counting ??= this.#count(now).finally(() => this.#counting = undefined);
    const { promise: late, resolve } = Promise.withResolvers<undefined>();
    const timer = setTimeout(() => resolve(undefined), this.patienceMs);
    try {
      return await Promise.race([this.#counting, late]) ?? this.#last;
    } finally {
      clearTimeout(timer);
    }
  }

  async #count(now: number): Promise<CaCounts> {
    const { requests, register } = this.stores;
    const pending = await requests.pending();
    const times = [...(await requests.arrivals()).values()].map(({ now: time }) => time);
    return this.#last = {
      pending: pending.length,
      oldestPending: times.length === 0 ? undefined : Math.min(...times),
      register: await register.counts(now),
    };
  }
}
