/**
 * The index of the register: in memory once somebody asks for it, and then kept in step with its tables. Most of it is
 * read from the segments that are stored, the rest from the rows themselves.
 */
import { RegisterIndex } from "../../../core/ca/register_index.ts";
import type { CaName } from "../../../core/ca/stores.ts";
import { inTurns } from "../../in_turns.ts";
import { toBigInt } from "./column_values.ts";
import type { Database } from "./database.ts";
import { type IndexRow, indexRows, MissingPredecessors } from "./register_rows.ts";
import { type SegmentPlace, SegmentTable } from "./register_segments.ts";

/** Revocations that are read at once: about a millisecond. */
const PAGE = 250n;

const REVOKED =
  "SELECT r.id, (SELECT c.rowid FROM caucase_certificate AS c WHERE c.ca = r.ca AND c.serial = r.serial)" +
  " AS certificate FROM caucase_revocation AS r WHERE r.id > ? ORDER BY r.id LIMIT ?";

export class RegisterFeed {
  readonly segments: SegmentTable;
  #index = new RegisterIndex();
  #isLoaded = false;
  #missing = new MissingPredecessors();
  #lastCertificate = 0;
  #lastRevocation = 0n;
  /** By CA, what ended before that is not in the table any more. */
  readonly #forgotten = new Map<CaName, number>();
  #running: Promise<void> | undefined;
  #isOver = true;

  constructor(private readonly database: Database) {
    this.segments = new SegmentTable(database);
  }

  /** The index with all that is committed by now. */
  async current(): Promise<RegisterIndex> {
    await this.#catchUp();
    return this.#index;
  }

  /** Reads what is new, unless nobody has asked for the index yet. */
  async refresh(): Promise<void> {
    if (this.#isLoaded) await this.#catchUp();
  }

  #catchUp(): Promise<void> {
    if (this.#running !== undefined) return this.#running;
    this.#isOver = false;
    const running = inTurns(this.#steps());
    // Little is read at once, before this line.
    if (!this.#isOver) this.#running = running;
    return running;
  }

  /** Lets go of what ended before `before`, as the table did. */
  forget(ca: CaName, before: number): void {
    this.#forgotten.set(ca, before);
    this.#index.forget(ca, before);
  }

  /** In one step that finds nothing more, it is over: who comes later begins again. */
  *#steps(): Generator<void, void> {
    try {
      if (!this.#isLoaded) yield* this.#load();
      while (this.#readCertificates() || this.#readRevocations()) yield;
    } finally {
      this.#running = undefined;
      this.#isOver = true;
    }
  }

  /** What fails is begun anew. */
  *#load(): Generator<void, void> {
    this.#index = new RegisterIndex();
    this.#missing = new MissingPredecessors();
    this.#lastCertificate = 0;
    this.#lastRevocation = 0n;
    for (const place of this.segments.list()) {
      while (this.#readCertificates(place.first)) yield;
      if (!this.#readSegment(place)) { while (this.#readCertificates(place.last + 1)) yield; }
      this.#lastCertificate = place.last;
      yield;
    }
    for (const [ca, before] of this.#forgotten) this.#index.forget(ca, before);
    this.#isLoaded = true;
  }

  /** Whether it is there, and undamaged. */
  #readSegment(place: SegmentPlace): boolean {
    const stored = this.segments.read(place);
    if (stored === undefined) return false;
    const { columns, notes: { groups, missing, renewed } } = stored;
    this.#index.append(columns, groups);
    for (const each of missing) this.#missing.add(each);
    for (const [id, successor] of renewed) this.#index.setRenewed(id, successor);
    return true;
  }

  /** Whether there were any, with ids below `before`. */
  #readCertificates(before?: number): boolean {
    const rows = indexRows(this.database, this.#lastCertificate, before);
    for (const row of rows) this.#add(row);
    return rows.length > 0;
  }

  #add(row: IndexRow): void {
    this.#lastCertificate = row.id;
    this.#index.add(row);
    const successor = this.#missing.settle(row);
    if (successor !== undefined) this.#index.setRenewed(row.id, successor);
    if (row.found !== undefined && this.#isRevoked(row.ca, row.found)) this.#index.setRevoked(row.id);
  }

  /** One that was found may have been revoked here before. */
  #isRevoked(ca: CaName, serial: string): boolean {
    return this.database.get("SELECT 1 FROM caucase_revocation WHERE ca = ? AND serial = ?", ca, serial) !== undefined;
  }

  /** Whether there were any. */
  #readRevocations(): boolean {
    const rows = this.database.all(REVOKED, this.#lastRevocation, PAGE);
    for (const { id, certificate } of rows) {
      this.#lastRevocation = toBigInt(id);
      if (typeof certificate === "bigint") this.#index.setRevoked(Number(certificate));
    }
    return rows.length > 0;
  }
}
