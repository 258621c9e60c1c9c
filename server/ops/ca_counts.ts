/** What one CA has issued, as numbers that are there in a moment. */
import type { RegisterCounts } from "../../core/ca/register.ts";
import type { CaStores } from "../../core/ca/stores.ts";

/** How long a scrape waits for a count, in milliseconds. */
const PATIENCE = 25;

/**
 * To count a million certificates takes a while, and the first time after a start longer: who asks gets what was
 * counted last, if the new count is not there in a moment.
 */
export class RecentCounts {
  #last: RegisterCounts | undefined;
  #counting: Promise<RegisterCounts> | undefined;

  constructor(
    private readonly register: Pick<CaStores["register"], "counts">,
    private readonly patienceMs = PATIENCE,
  ) {}

  /** Undefined while the first count is under way. */
  async get(now: number): Promise<RegisterCounts | undefined> {
    this.#counting ??= this.#count(now).finally(() => this.#counting = undefined);
    const { promise: late, resolve } = Promise.withResolvers<undefined>();
    const timer = setTimeout(() => resolve(undefined), this.patienceMs);
    try {
      return await Promise.race([this.#counting, late]) ?? this.#last;
    } finally {
      clearTimeout(timer);
    }
  }

  async #count(now: number): Promise<RegisterCounts> {
    return this.#last = await this.register.counts(now);
  }
}
