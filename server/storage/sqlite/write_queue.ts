/**
 * Group commit: writes that are asked for while others wait are committed together, so that many requests in flight pay
 * for one synchronisation of the disk. A write is acknowledged after its commit, never before.
 */
import { setImmediate } from "node:timers";
import { CaucaseError } from "../../../core/errors.ts";
import type { Database } from "./database.ts";
import { FilePlace } from "./file_place.ts";

/** For databases that have no path. */
const NOWHERE = new FilePlace(undefined);

interface Write {
  readonly durable: boolean;
  /** Runs it within the open transaction; the answer tells the caller, once that is committed. */
  attempt(): () => void;
  /** Tells the caller that nothing of it happened. */
  reject(error: unknown): void;
}

export class WriteQueue {
  #waiting: Write[] = [];
  #flushing: Promise<void> | undefined;
  #closed = false;

  constructor(private readonly database: Database, private readonly place: FilePlace = NOWHERE) {}

  /**
   * Runs `action`, which works on the database synchronously, in a transaction with whatever else is waiting. When it
   * throws, what it did is undone and the others go on.
   * @param durable false: may be lost in a crash, together with nothing else; costs no extra synchronisation
   * @throws what `action` threw; `storage` when the commit failed: then nothing of it happened
   */
  run<T>(action: () => T, { durable = true }: { readonly durable?: boolean } = {}): Promise<T> {
    if (this.#closed) {
      return Promise.reject(new CaucaseError("storage", `the database ${this.database.path} was closed`));
    }
    return new Promise<T>((resolve, reject) => {
      this.#waiting.push({ durable, attempt: () => this.#attempt(action, { resolve, reject }), reject });
      this.#flushing ??= this.#flushSoon();
    });
  }

  /** Takes no more writes; resolves when those under way are committed. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#flushing;
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

  #flush(): void {
    const writes = this.#waiting;
    this.#waiting = [];
    try {
      const tell = this.#commit(writes);
      // What went into a file that nobody will ever see was not kept.
      this.place.require();
      for (const acknowledge of tell) acknowledge();
    } catch (error) {
      for (const write of writes) write.reject(error);
    }
  }

  #commit(writes: readonly Write[]): readonly (() => void)[] {
    const commit = () => this.database.transaction(() => writes.map((write) => write.attempt()));
    return writes.some(({ durable }) => durable) ? commit() : this.#unsynchronised(commit);
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
