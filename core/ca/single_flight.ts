/** Keeps work that must happen once from happening as often as it is asked for at the same time. */

/** Runs one `work` at a time; callers that ask while it runs get its outcome. */
export class SingleFlight<T> {
  #running: Promise<T> | undefined;

  get busy(): boolean {
    return this.#running !== undefined;
  }

  run(work: () => Promise<T>): Promise<T> {
    this.#running ??= work().finally(() => this.#running = undefined);
    return this.#running;
  }
}

/** Runs work on the same key one after the other, work on different keys side by side. */
export class KeyedQueue<K> {
  readonly #tails = new Map<K, Promise<unknown>>();

  async run<T>(key: K, work: () => Promise<T>): Promise<T> {
    const before = this.#tails.get(key);
    const mine = (async () => {
      await before?.catch(() => {/* its own caller hears of it */});
      return await work();
    })();
    this.#tails.set(key, mine);
    try {
      return await mine;
    } finally {
      if (this.#tails.get(key) === mine) this.#tails.delete(key);
    }
  }
}
