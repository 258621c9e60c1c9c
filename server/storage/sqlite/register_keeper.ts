/** Keeps the segments of the register's index stored, so that whoever needs the index has it soon. */
import { RegisterColumns, SEGMENT_SIZE } from "../../../core/ca/register_columns.ts";
import type { CertificateGroup } from "../../../core/ca/register_index.ts";
import { inTurns } from "../../in_turns.ts";
import type { Database } from "./database.ts";
import { type IndexRow, indexRows, type Missing, MissingPredecessors } from "./register_rows.ts";
import type { SegmentTable, StoredSegment } from "./register_segments.ts";
import type { WriteQueue } from "./write_queue.ts";

export interface KeeperParts {
  readonly database: Database;
  readonly segments: SegmentTable;
  readonly writes: WriteQueue;
}

/** Where certificates are that no segment has: between two ids. */
interface Gap {
  readonly after: number;
  readonly before: number;
}

export class RegisterKeeper {
  #missing: MissingPredecessors | undefined;

  constructor(private readonly parts: KeeperParts) {}

  /** Stores what is missing, but for the newest, which do not fill a segment yet; in pieces. */
  async keep(): Promise<void> {
    const { segments, writes } = this.parts;
    if (this.#missing === undefined) await this.#begin();
    if (segments.hasDamaged) await writes.run(() => segments.removeDamaged());
    for (let gap = this.#nextGap(0); gap !== undefined;) {
      const { removals } = segments;
      const built = await inTurns(this.#build(gap));
      const last = built.columns.ids[built.columns.size - 1];
      // Else there is nothing in it, or some of what was read is gone: it is looked at again the next time.
      if (last !== undefined) await writes.run(() => segments.removals === removals ? segments.put(built) : undefined);
      gap = this.#nextGap(last ?? gap.before);
    }
  }

  /** One that was stored for rows that are elsewhere now says that the others may be so, too. */
  async #begin(): Promise<void> {
    const { segments, writes } = this.parts;
    const places = segments.list();
    if (!places.every((place) => segments.isInPlace(place))) {
      await writes.run(() => {
        for (const place of places) segments.remove(place);
      });
    }
    this.#missing = new MissingPredecessors();
    for (const each of segments.missing()) this.#missing.add(each);
  }

  /** The first one behind `from`. */
  #nextGap(from: number): Gap | undefined {
    let after = from;
    for (const { first, last } of this.parts.segments.list()) {
      if (last <= from) continue;
      if (first > after + 1) return { after, before: first };
      after = last;
    }
    const newest = this.parts.database.get("SELECT MAX(rowid) AS id FROM caucase_certificate")?.["id"];
    const isEnough = typeof newest === "bigint" && Number(newest) >= after + SEGMENT_SIZE;
    return isEnough ? { after, before: Number.MAX_SAFE_INTEGER } : undefined;
  }

  *#build({ after, before }: Gap): Generator<void, StoredSegment> {
    const segment = new SegmentBuilder(this.#missing ?? new MissingPredecessors());
    for (let position = after; !segment.columns.isFull;) {
      const rows = indexRows(this.parts.database, position, before);
      for (const row of rows) if (!segment.columns.isFull) segment.add(row);
      position = rows.at(-1)?.id ?? position;
      if (rows.length === 0) break;
      yield;
    }
    return segment;
  }
}

class SegmentBuilder implements StoredSegment {
  readonly columns = new RegisterColumns();
  readonly notes: { groups: CertificateGroup[]; missing: Missing[]; renewed: (readonly [number, number])[] } = {
    groups: [],
    missing: [],
    renewed: [],
  };

  constructor(private readonly missing: MissingPredecessors) {}

  add(row: IndexRow): void {
    const { id, ca, notAfter, text, predecessor = 0 } = row;
    this.columns.add({ id, notAfter, text, predecessor, group: this.#groupOf(row) });
    if (row.missing !== undefined) this.notes.missing.push([ca, row.missing, id]);
    const successor = this.missing.settle(row);
    if (successor !== undefined) this.notes.renewed.push([id, successor]);
  }

  #groupOf({ ca, issuer }: IndexRow): number {
    const { groups } = this.notes;
    const known = groups.findIndex((group) => group.issuer === issuer && group.ca === ca);
    return known >= 0 ? known : groups.push({ ca, issuer }) - 1;
  }
}
