/** The wall clock, as the parts that act see it; `core/` gets `now` as a parameter instead. */

export interface Clock {
  /** Unix time in whole seconds. */
  now(): number;
  /**
   * Resolves once the wall clock shows `time` (Unix seconds) or later, at once if it does already. Never sleeps through
   * a suspend or a jump of the clock by more than half a minute. May return early when the clock was set back by more
   * than a minute meanwhile: a time that a wrong clock led to can lie years ahead, so the caller must check again what
   * is due.
   * @throws the signal's reason when `signal` is aborted first
   */
  sleepUntil(time: number, signal?: AbortSignal): Promise<void>;
}

/** What a wall clock is made of: the time in milliseconds, and a timer that may stop while the machine is suspended. */
export interface Timekeeper {
  milliseconds(): number;
  /** Resolves after about that many milliseconds, or as soon as `signal` is aborted. */
  wait(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/**
 * Timers count the time that the machine was awake, people mean the wall clock: so no timer runs longer than this
 * before the wall clock is looked at again.
 */
const LONGEST_WAIT = 30_000;

/** A clock that is behind what the timer counted by more than this was set back, milliseconds. */
const SET_BACK = 60_000;

/** A clock that reads `keeper`. */
export function wallClock(keeper: Timekeeper): Clock {
  return {
    now: () => Math.floor(keeper.milliseconds() / 1000),
    async sleepUntil(time, signal) {
      signal?.throwIfAborted();
      for (let now = keeper.milliseconds(); now < time * 1000;) {
        const expected = now + Math.min(time * 1000 - now, LONGEST_WAIT);
        await keeper.wait(expected - now, signal);
        signal?.throwIfAborted();
        now = keeper.milliseconds();
        if (now < expected - SET_BACK) return;
      }
    },
  };
}

/** The machine's clock. */
export const systemClock: Clock = wallClock({ milliseconds: () => Date.now(), wait: waitForTimer });

function waitForTimer(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const finish = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", finish);
      resolve();
    };
    const timer = setTimeout(finish, Math.ceil(milliseconds));
    signal?.addEventListener("abort", finish);
  });
}

interface Sleeper {
  readonly time: number;
  readonly wake: () => void;
}

/** A clock that moves only when told to, for tests. */
export class ManualClock implements Clock {
  #now: number;
  readonly #sleepers = new Set<Sleeper>();

  /** @param start Unix seconds */
  constructor(start: number) {
    this.#now = start;
  }

  /** How many are asleep: a test sees by it that somebody waits. */
  get sleepers(): number {
    return this.#sleepers.size;
  }

  now(): number {
    return this.#now;
  }

  sleepUntil(time: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      if (time <= this.#now) return resolve();
      const abort = () => {
        this.#sleepers.delete(sleeper);
        reject(signal?.reason);
      };
      const wake = () => {
        this.#sleepers.delete(sleeper);
        signal?.removeEventListener("abort", abort);
        resolve();
      };
      const sleeper: Sleeper = { time, wake };
      this.#sleepers.add(sleeper);
      signal?.addEventListener("abort", abort, { once: true });
    });
  }

  /**
   * Jumps to `now`, forward or back, and wakes those whose time has come: without looking at the time in between. A
   * jump back by more than a minute wakes all.
   */
  set(now: number): void {
    const setBack = now < this.#now - SET_BACK / 1000;
    this.#now = now;
    for (const sleeper of [...this.#sleepers]) if (setBack || sleeper.time <= now) sleeper.wake();
  }

  /**
   * Lets `seconds` pass: wakes sleepers one time after the other, each at its own time; one that sleeps again within
   * that span is woken again.
   */
  async advance(seconds: number): Promise<void> {
    const end = this.#now + seconds;
    await settle();
    for (let next = this.#earliest(); next <= end; next = this.#earliest()) {
      this.set(Math.max(next, this.#now));
      await settle();
    }
    this.set(end);
    await settle();
  }

  #earliest(): number {
    return Math.min(Infinity, ...[...this.#sleepers].map((sleeper) => sleeper.time));
  }
}

/** Lets everything run that waits for nothing but its turn. */
function settle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
