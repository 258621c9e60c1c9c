/**
 * Group commit: writes that are asked for while others wait are committed together, so that many requests in flight pay
 * for one synchronisation of the disk. A write is acknowledged after that, never before. The event loop does not wait
 * for the disk: it commits into the write-ahead log, and the log's file is synchronised off the thread.
 */
import { setImmediate } from "node:timers";
import { CaucaseError } from "../../../core/errors.ts";
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
}

export interface WriteOptions {
  /** False: may be lost in a crash, together with nothing else; costs no synchronisation of its own. */
  readonly durable?: boolean;
  /** Whether it changes what `state()` of a store tells of. */
  readonly changesState?: boolean;
}

interface Write {
  readonly options: WriteOptions;
  /** Runs it within the open transaction; the answer tells the caller, once that is committed. */
  attempt(): () => void;
  /** Tells the caller that nothing of it was kept. */
  reject(error: unknown): void;
}

/** What is committed and not yet on the disk. There is one at most: the next ones wait for it. */
interface Batch {
  readonly changesState: boolean;
  /** Resolves when it is on the disk, rejects when it may never be. */
  readonly done: Promise<void>;
}

export class WriteQueue {
  readonly #place: FilePlace;
  readonly #synchronise: (() => Promise<void>) | undefined;
  #waiting: Write[] = [];
  #flushing: Promise<void> | undefined;
  #batch: Batch | undefined;
  #failure: CaucaseError | undefined;
  #closed = false;

  constructor(private readonly database: Database, { place = NOWHERE, synchronise }: WriteQueueParts = {}) {
    this.#place = place;
    this.#synchronise = synchronise;
  }

  /**
   * Runs `action`, which works on the database synchronously, in a transaction with whatever else is waiting. When it
   * throws, what it did is undone and the others go on.
   * @throws what `action` threw; `storage` when the commit failed: then nothing of it happened. Also when the disk
   *   failed after the commit: then nobody knows, and the storage is of no use until it is opened again
   */
  run<T>(action: () => T, options: WriteOptions = {}): Promise<T> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    if (this.#closed) {
      return Promise.reject(new CaucaseError("storage", `the database ${this.database.path} was closed`));
    }
    return new Promise<T>((resolve, reject) => {
      this.#waiting.push({ options, attempt: () => this.#attempt(action, { resolve, reject }), reject });
      if (this.#batch === undefined || !isDurable({ options })) this.#flushing ??= this.#flushSoon();
    });
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

  /** While a batch is on its way to the disk, durable writes go on waiting: they would wait behind it anyway. */
  #flush(): void {
    const mayStart = (write: Write) => this.#batch === undefined || !isDurable(write);
    const writes = this.#waiting.filter(mayStart);
    this.#waiting = this.#waiting.filter((write) => !mayStart(write));
    try {
      const tell = this.#commit(writes);
      if (this.#synchronise === undefined || !writes.some(isDurable)) this.#acknowledge(tell);
      else this.#keep(writes, { tell, synchronise: this.#synchronise });
    } catch (error) {
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
    { tell, synchronise }: { readonly tell: readonly (() => void)[]; readonly synchronise: () => Promise<void> },
  ): void {
    const done = synchronise().catch((cause) => {
      // The system may count as written what it could not write: a later success says nothing about this batch.
      this.#failure = lostWrites(this.database.path, cause);
      this.#place.giveUp(this.#failure);
      throw this.#failure;
    }).then(() => this.#acknowledge(tell));
    this.#batch = { changesState: writes.some(({ options }) => options.changesState), done };
    done.catch((error) => {
      for (const write of writes) write.reject(error);
    }).finally(() => {
      this.#batch = undefined;
      if (this.#waiting.length > 0) this.#flushing ??= this.#flushSoon();
    });
  }

  #commit(writes: readonly Write[]): readonly (() => void)[] {
    if (this.#failure !== undefined) throw this.#failure;
    const commit = () => this.database.transaction(() => writes.map((write) => write.attempt()));
    const isFree = this.#synchronise !== undefined || writes.some(isDurable);
    return isFree ? commit() : this.#unsynchronised(commit);
  }

  #attempt<T>(
    action: () => T,
    { resolve, reject }: { resolve: (value: T) => void; reject: (error: unknown) => void },
  ): () => void {
    try {
      const value = this.database.savepoint(action);
      return () => resolve(value);
    } catch (error) {
      // A full disk ends the whole transaction: the writes before this one are undone too.
      if (!this.database.isTransaction) throw error;
      return () => reject(error);
    }
  }

  /** With a write-ahead log, NORMAL leaves out the synchronisation at the commit; the next durable one catches up. */
  #unsynchronised<T>(commit: () => T): T {
    this.database.run("PRAGMA synchronous = NORMAL");
    try {
      return commit();
    } finally {
      this.database.run("PRAGMA synchronous = FULL");
    }
  }
}

function isDurable({ options: { durable = true } }: Pick<Write, "options">): boolean {
  return durable;
}

function lostWrites(path: string, cause: unknown): CaucaseError {
  return new CaucaseError("storage", `cannot use the database ${path}: the disk failed to keep what was written`, {
    cause,
    hint: "check the disk and the system's log, then start again: what was acknowledged is there",
  });
}
