/** Things that only one call at a time may use, made when they are needed and used again. */
export class Pool<T> {
  readonly #idle: T[] = [];
  readonly #waiting: ((item: T) => void)[] = [];
  #made = 0;

  /** At most `most` are made: who comes when all are in use waits for one. */
  constructor(private readonly make: () => T, private readonly most: number) {}

  /** Runs `work` with one of them. Until it ends, the pool is no garbage: what it has made may be used. */
  async use<R>(work: (item: T) => R | Promise<R>): Promise<R> {
    const item = await this.#take();
    try {
      return await work(item);
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#idle.push(item);
      else next(item);
    }
  }

  #take(): T | Promise<T> {
    const idle = this.#idle.pop();
    if (idle !== undefined) return idle;
    if (this.#made >= this.most) return new Promise((resolve) => this.#waiting.push(resolve));
    const made = this.make();
    this.#made += 1;
    return made;
  }
}
