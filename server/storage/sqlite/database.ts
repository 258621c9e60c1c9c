/** One connection to an SQLite database: cached statements, transactions, and errors that say what to do. */
import { DatabaseSync, type SQLOutputValue, type StatementSync } from "node:sqlite";
import { storageError, unreadable } from "./storage_error.ts";

/** What may be bound. No numbers: SQLite would keep one as `1.0` in a TEXT column. */
export type Bindable = string | bigint | Uint8Array | null;

/** Integers come as BigInt, so that 63-bit ids are exact. */
export type Row = Readonly<Record<string, SQLOutputValue>>;

export interface ConnectionOptions {
  /** The file to open, where it is not at the path that errors name. */
  readonly file?: string;
  readonly readOnly?: boolean;
  /** How long a statement waits for another program's lock. It stops everything else meanwhile, so it is short. */
  readonly busyTimeoutMs?: number;
}

/** Every method throws `storage` for what SQLite reports. */
export class Database {
  readonly #handle: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  #rollbacks = 0;

  constructor(readonly path: string, { file = path, readOnly = false, busyTimeoutMs = 500 }: ConnectionOptions = {}) {
    this.#handle = this.#guard(() => new DatabaseSync(file, { readOnly, timeout: busyTimeoutMs }));
  }

  /** Whether a transaction is open. SQLite ends one by itself when a disk is full. */
  get isTransaction(): boolean {
    return this.#handle.isTransaction;
  }

  /** Grows whenever something was undone: what was derived from uncommitted rows before is void. */
  get rollbacks(): number {
    return this.#rollbacks;
  }

  /** The first row, if any. */
  get(sql: string, ...values: readonly Bindable[]): Row | undefined {
    return this.#guard(() => this.#statement(sql).get(...values));
  }

  all(sql: string, ...values: readonly Bindable[]): readonly Row[] {
    return this.#guard(() => this.#statement(sql).all(...values));
  }

  /**
   * All rows of a SELECT without LIMIT, one by one: for results that memory may not hold. The runtime ends an iteration
   * in silence where SQLite fails, so a row of ours comes last, and where that is not seen, rows are missing.
   */
  *rows(sql: string): Generator<Row> {
    const mark = crypto.randomUUID();
    const statement = this.#guard(() => this.#markedEnd(sql, mark));
    const rows = this.#guard(() => statement.iterate());
    try {
      for (;;) {
        const { done, value } = this.#guard(() => rows.next());
        if (done) throw unreadable(this.path);
        for (const name in value) {
          if (value[name] === mark) return;
          break;
        }
        yield value;
      }
    } finally {
      // A statement that is not read to its end would keep the database's file busy.
      rows.return?.();
    }
  }

  /** How many rows it changed. */
  run(sql: string, ...values: readonly Bindable[]): number {
    return this.#guard(() => Number(this.#statement(sql).run(...values).changes));
  }

  /** Runs an INSERT with values that another database held: each is stored as what it is, a number as REAL. */
  insert(sql: string, values: readonly (Bindable | number)[]): void {
    this.#guard(() => this.#statement(sql).run(...values));
  }

  /** Runs `action` in a transaction that is committed when this returns, and undone when it throws. */
  transaction<T>(action: () => T): T {
    this.run("BEGIN IMMEDIATE");
    try {
      const result = action();
      this.run("COMMIT");
      return result;
    } catch (error) {
      this.#rollbacks++;
      if (this.isTransaction) this.run("ROLLBACK");
      throw error;
    }
  }

  /** Runs `action` within the open transaction; what it did alone is undone when it throws. */
  savepoint<T>(action: () => T): T {
    this.run("SAVEPOINT part");
    try {
      const result = action();
      this.run("RELEASE part");
      return result;
    } catch (error) {
      this.#rollbacks++;
      if (this.isTransaction) this.run("ROLLBACK TO part");
      if (this.isTransaction) this.run("RELEASE part");
      throw error;
    }
  }

  close(): void {
    this.#statements.clear();
    this.#guard(() => this.#handle.close());
  }

  /** With a limit of its own, a part of a UNION keeps its order. */
  #markedEnd(sql: string, mark: string): StatementSync {
    const columns = this.#handle.prepare(sql).columns().map(() => `'${mark}'`);
    const statement = this.#handle.prepare(`SELECT * FROM (${sql} LIMIT -1) UNION ALL SELECT ${columns.join(", ")}`);
    statement.setReadBigInts(true);
    return statement;
  }

  #statement(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known) return known;
    const statement = this.#handle.prepare(sql);
    statement.setReadBigInts(true);
    this.#statements.set(sql, statement);
    return statement;
  }

  #guard<T>(action: () => T): T {
    try {
      return action();
    } catch (error) {
      throw storageError(error, this.path);
    }
  }
}
