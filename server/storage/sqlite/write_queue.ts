/**
 * Group commit: writes that are asked for while others wait are committed together, so that many requests in flight pay
 * for one synchronisation of the disk. A write is acknowledged after that, never before. The event loop does not wait
 * for the disk: it commits into the write-ahead log, and the log's file is synchronised off the thread.
 */
import { setImmediate } from "node:timers";
import { CaucaseError } from "../../../core/errors.ts";
import type { Ended, Watcher } from "../../watcher.ts";
import type { Database } from "./database.ts";
import { FilePlace } from "./file_place.ts";

/** For databases that have no path. */
const NOWHERE = new FilePlace(undefined);

export interface WriteQueueParts {
  /** Where the database's file is. */
  readonly place?: FilePlace;
  /**
   * Brings all that was committed to the disk. Without it each commit must do so itself: `PRAGMA synchronous = FULL`.
   */
  readonly synchronise?: (() => Promise<void>) | undefined;
  /** Watches each commit, until it is on the disk. */
  readonly watcher?: Pick<Watcher, "commit"> | undefined;
}

export interface WriteOptions {
  /** Whether it changes what `state()` of a store tells of. */
  readonly changesState?: boolean;
}

/** What is undone when a write throws: all of its transaction, or it alone. */
type Undone = "together" | "apart";

interface Write {
  /** Whether somebody waits until it is on the disk. */
  readonly isAwaited: boolean;
  readonly changesState: boolean;
  /**
   * Runs it within the open transaction; the answer tells the caller, once that is committed.
   * May be called again, when what it did was undone.
   */
  attempt(undone: Undone): () => void;
  /** Tells the caller that nothing of it was kept. */
  reject(error: unknown): void;
}

/** What is committed and not yet on the disk. There is one at most: the next ones wait for it. */
interface Batch {
  readonly changesState: boolean;
  /** Resolves when it is on the disk, rejects when it may never be. */
  readonly done: Promise<void>;
}

interface Keeping {
  readonly tell: readonly (() => void)[];
  readonly synchronise: () => Promise<void>;
  readonly ended: Ended | undefined;
}

/** How long a write that nobody waits for may wait for others, in milliseconds. */
const LATER = 100;

export class WriteQueue {
  readonly #place: FilePlace;
  readonly #synchronise: (() => Promise<void>) | undefined;
  readonly #watcher: WriteQueueParts["watcher"];
  #waiting: Write[] = [];
  #flushing: Promise<void> | undefined;
  #batch: Batch | undefined;
  #failure: CaucaseError | undefined;
  #closed = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly database: Database, { place = NOWHERE, synchronise, watcher }: WriteQueueParts = {}) {
    this.#place = place;
    this.#synchronise = synchronise;
    this.#watcher = watcher;
  }

  /**
   * Runs `action`, which works on the database synchronously, in a transaction with whatever else is waiting. When it
   * throws, what it did is undone and the others go on. It may run again after it was undone: what it does besides must
   * bear that.
   * @throws what `action` threw; `storage` when the commit failed: then nothing of it happened. Also when the disk
   *   failed after the commit: then nobody knows, and the storage is of no use until it is opened again
   */
  run<T>(action: () => T, options: WriteOptions = {}): Promise<T> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    if (this.#closed) {
      return Promise.reject(new CaucaseError("storage", `the database ${this.database.path} was closed`));
    }
    return new Promise<T>((resolve, reject) => {
      const attempt = (undone: Undone) => this.#attempt(action, { resolve, reject, undone });
      this.#waiting.push({ isAwaited: true, changesState: options.changesState ?? false, attempt, reject });
      if (this.#batch === undefined) this.#flushing ??= this.#flushSoon();
    });
  }

  /**
   * Runs `action` with the next commit, or soon. Nobody waits for it, and it may be lost in a crash, together with
   * nothing else.
   * @param onFailure told when nothing of it happened
   */
  later(action: () => void, onFailure: (error: unknown) => void): void {
    if (this.#failure !== undefined || this.#closed) return;
    // Told in a turn of its own: what it does can harm no other write.
    const reject = (error: unknown) => void setImmediate(() => onFailure(error));
    const attempt = (undone: Undone) => this.#attempt(action, { resolve: () => {}, reject, undone });
    this.#waiting.push({ isAwaited: false, changesState: false, attempt, reject });
    this.#timer ??= setTimeout(() => this.#flushIfIdle(), LATER);
  }

  /**
   * What was read until now may be told to others once this resolves: a read sees what is committed, also while that is
   * on its way to the disk.
   * @throws `storage` when the disk failed
   */
  async settled(): Promise<void> {
    await this.#batch?.done;
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** The same for what `state()` tells of: waits for no other writes. */
  async stateSettled(): Promise<void> {
    if (this.#batch?.changesState) await this.#batch.done;
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Takes no more writes; resolves when those under way are kept, or were refused. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#flushIfIdle();
    while (this.#flushing !== undefined || this.#batch !== undefined) {
      await this.#flushing;
      await this.#batch?.done.catch(() => {});
    }
  }

  /**
   * After what this turn of the event loop still brings: other requests whose signatures are ready share the commit.
   */
  #flushSoon(): Promise<void> {
    return new Promise((done) =>
      setImmediate(() => {
        this.#flushing = undefined;
        this.#flush();
        done();
      })
    );
  }

  /** What comes while a batch is on its way to the disk waits for its end: it would wait behind it anyway. */
  #flushIfIdle(): void {
    if (this.#batch === undefined && this.#waiting.length > 0) this.#flushing ??= this.#flushSoon();
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const writes = this.#waiting;
    this.#waiting = [];
    const ended = this.#watcher?.commit(writes.length);
    try {
      const tell = this.#commit(writes);
      if (this.#synchronise === undefined || !writes.some(({ isAwaited }) => isAwaited)) {
        this.#acknowledge(tell);
        ended?.("done");
      } else this.#keep(writes, { tell, synchronise: this.#synchronise, ended });
    } catch (error) {
      ended?.(error instanceof CaucaseError && error.code !== "storage" ? "refused" : "failed");
      for (const write of writes) write.reject(error);
    }
  }

  #acknowledge(tell: readonly (() => void)[]): void {
    // What went into a file that nobody will ever see was not kept.
    this.#place.require();
    for (const acknowledge of tell) acknowledge();
  }

  /** Brings a committed batch to the disk, then the next one on its way. */
  #keep(
    writes: readonly Write[],
    { tell, synchronise, ended }: Keeping,
  ): void {
    const done = synchronise().catch((cause) => {
      // The system may count as written what it could not write: a later success says nothing about this batch.
      this.#failure = lostWrites(this.database.path, cause);
      this.#place.giveUp(this.#failure);
      throw this.#failure;
    }).then(() => this.#acknowledge(tell));
    if (ended !== undefined) done.then(() => ended("done"), () => ended("failed"));
    this.#batch = { changesState: writes.some(({ changesState }) => changesState), done };
    done.catch((error) => {
      for (const write of writes) write.reject(error);
    }).finally(() => {
      this.#batch = undefined;
      this.#flushIfIdle();
    });
  }

  /**
   * Nearly no write throws, and to be able to undo one alone SQLite copies each page that it changes. So first they run
   * without; where one throws, all is undone, and they run again, each on its own.
   */
  #commit(writes: readonly Write[]): readonly (() => void)[] {
    if (this.#failure !== undefined) throw this.#failure;
    let isWriting = false;
    try {
      return this.database.transaction(() => {
        isWriting = true;
        const tell = writes.map((write) => write.attempt("together"));
        isWriting = false;
        return tell;
      });
    } catch (error) {
      // That a transaction cannot be begun or committed is no single write's fault.
      if (!isWriting || writes.length === 1) throw error;
      return this.database.transaction(() => writes.map((write) => write.attempt("apart")));
    }
  }

  #attempt<T>(
    action: () => T,
    { resolve, reject, undone }: { resolve: (value: T) => void; reject: (error: unknown) => void; undone: Undone },
  ): () => void {
    if (undone === "together") {
      const value = action();
      return () => resolve(value);
    }
    try {
      const value = this.database.savepoint(action);
      return () => resolve(value);
    } catch (error) {
      // A full disk ends the whole transaction: the writes before this one are undone too.
      if (!this.database.isTransaction) throw error;
      return () => reject(error);
    }
  }
}

function lostWrites(path: string, cause: unknown): CaucaseError {
  return new CaucaseError("storage", `cannot use the database ${path}: the disk failed to keep what was written`, {
    cause,
    hint: "check the disk and the system's log, then start again: what was acknowledged is there",
  });
}
