/** How the tables of one CA are changed: in transactions, together with the event that tells of the change. */
import type { Attribution, CaEvent } from "../../../core/ca/events.ts";
import { CLOCK_TOLERANCE, clockRefusal, issuedEvent, registration } from "../../../core/ca/store_rules.ts";
import type { CaName, CrlState, IssuedRecord, LaterRecords } from "../../../core/ca/stores.ts";
import { CaucaseError } from "../../../core/errors.ts";
import type { Log } from "../../../core/log.ts";
import { OrderTable } from "./acme_orders.ts";
import type { Database } from "./database.ts";
import type { FilePlace } from "./file_place.ts";
import { NamedValues } from "./named_values.ts";
import { EventTable, RegisterTable } from "./own_tables.ts";
import { ArrivalTable, InstallationTable, RevocationRecords } from "./register_tables.ts";
import type { WriteOptions, WriteQueue } from "./write_queue.ts";

export interface SqliteParts {
  readonly database: Database;
  readonly writes: WriteQueue;
  readonly place: FilePlace;
  readonly log: Log;
}

export class Transactions {
  readonly register: RegisterTable;
  readonly revocations: RevocationRecords;
  readonly installations: InstallationTable;
  readonly arrivals: ArrivalTable;
  /** ACME orders, which hear what became of their requests. */
  readonly orders: OrderTable;
  readonly values: NamedValues;
  readonly #events: EventTable;
  readonly #parts: SqliteParts;
  /** Grows when we may have changed CA certificates or CRLs. */
  changes = 0;

  constructor(private readonly ca: CaName, parts: SqliteParts) {
    const { database } = parts;
    this.register = new RegisterTable(database, ca);
    this.revocations = new RevocationRecords(database, ca);
    this.installations = new InstallationTable(database, ca);
    this.arrivals = new ArrivalTable(database, ca);
    this.orders = new OrderTable(database);
    this.values = new NamedValues(database, ca);
    this.#events = new EventTable(database);
    this.#parts = parts;
  }

  /** @throws `storage` when the database's file is not where it was opened, `clock-behind` */
  requireSigning(now: number): void {
    this.#parts.place.require();
    const refusal = clockRefusal(now, this.#later(now + CLOCK_TOLERANCE));
    if (refusal !== undefined) throw refusal;
  }

  /** A database that comes from the reference has no records of this program yet, but the date of its CRL. */
  #later(time: number): LaterRecords | undefined {
    if (!this.#events.isEmpty()) return this.#events.laterThan(time);
    const thisUpdate = this.values.crlLastUpdate();
    if (thisUpdate === undefined || thisUpdate <= time) return undefined;
    return { first: thisUpdate, last: thisUpdate, hasBefore: false };
  }

  /** Within a transaction. */
  record(event: CaEvent, by: Attribution): void {
    this.#events.add(this.ca, event, by);
  }

  /** Within a transaction. */
  recordIssued(id: bigint, issued: IssuedRecord, by: Attribution): void {
    this.register.add(registration(id, issued, by));
    this.record(issuedEvent(id, issued), by);
  }

  /**
   * Carries `action` out in a transaction. A refusal that it answers, and does not throw, leaves what it did in place:
   * the removal of expired rows.
   */
  async write<T>(action: () => T | CaucaseError, options?: WriteOptions): Promise<T> {
    const value = await this.#parts.writes.run(action, options);
    if (value instanceof CaucaseError) throw value;
    return value;
  }

  /** As `write`, for what `state()` tells of. */
  writeState<T>(action: () => T | CaucaseError): Promise<T> {
    return this.write(() => {
      this.changes++;
      return action();
    }, { changesState: true });
  }

  /** Soon; may be lost in a crash, together with nothing else. */
  writeLater(action: () => void): void {
    const { writes, log } = this.#parts;
    writes.later(action, (error) => log.warning("storage.later_failed", { error }));
  }

  /** What `query` finds: told when all that it may have seen is on the disk. */
  async read<T>(query: () => T): Promise<T> {
    const found = query();
    await this.#parts.writes.settled();
    return found;
  }

  /** The same for what `state()` tells of. */
  async readState<T>(query: () => T): Promise<T> {
    const found = query();
    await this.#parts.writes.stateSettled();
    return found;
  }

  crlState(): CrlState {
    return { number: this.values.counter("crl_number"), thisUpdate: this.values.crlLastUpdate() };
  }
}
