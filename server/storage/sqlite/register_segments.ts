/**
 * The table `caucase_register_segment`: what the index of the register has of some thousand certificates each, as
 * bytes, so that nobody waits for a million certificates to be read. All of it can be made again from
 * `caucase_certificate`, and is, where it is missing, damaged, or not of the rows that are there: a backup that was
 * restored may number them otherwise.
 */
import * as v from "valibot";
import { RegisterColumns } from "../../../core/ca/register_columns.ts";
import type { CertificateGroup } from "../../../core/ca/register_index.ts";
import { CA_NAMES } from "../../../core/ca/stores.ts";
import { toBytes } from "./column_values.ts";
import type { Database } from "./database.ts";
import type { Missing } from "./register_rows.ts";

/** Where a segment is: ids of its first and its last certificate. */
export interface SegmentPlace {
  readonly first: number;
  readonly last: number;
}

const NotesShape = v.object({
  /** By the numbers that the columns use. */
  groups: v.array(v.object({ ca: v.picklist(CA_NAMES), issuer: v.string() })),
  /** Renewals in it whose predecessor was not there. */
  missing: v.array(v.tuple([v.picklist(CA_NAMES), v.string(), v.number()])),
  /** Certificates in it that were found later than what renewed them: ids of both. */
  renewed: v.array(v.tuple([v.number(), v.number()])),
});

/** What its columns do not say. */
export interface SegmentNotes {
  readonly groups: readonly CertificateGroup[];
  readonly missing: readonly Missing[];
  readonly renewed: readonly (readonly [id: number, successor: number])[];
}

export interface StoredSegment {
  readonly columns: RegisterColumns;
  readonly notes: SegmentNotes;
}

/** Within a transaction: all are made again. */
export function forgetSegments(database: Database): void {
  database.run("DELETE FROM caucase_register_segment");
}

const SERIAL = "(SELECT serial FROM caucase_certificate WHERE rowid = ?)";

/** Synchronous: within a transaction of the caller's where it writes. */
export class SegmentTable {
  /** Grows when rows are removed: what was read of them before is not to be stored any more. */
  removals = 0;
  readonly #damaged: SegmentPlace[] = [];

  constructor(private readonly database: Database) {}

  /** In order. */
  list(): readonly SegmentPlace[] {
    return this.database.all("SELECT first, last FROM caucase_register_segment ORDER BY first").map(placeOf);
  }

  /** Whether the first and the last of its certificates are where they were: then so are all between them. */
  isInPlace({ first, last }: SegmentPlace): boolean {
    const sql = "SELECT 1 FROM caucase_register_segment AS s WHERE s.first = ? AND s.last = ? AND EXISTS" +
      " (SELECT 1 FROM caucase_certificate AS c WHERE c.rowid = s.first AND c.serial = s.first_serial) AND EXISTS" +
      " (SELECT 1 FROM caucase_certificate AS c WHERE c.rowid = s.last AND c.serial = s.last_serial)";
    return this.database.get(sql, BigInt(first), BigInt(last)) !== undefined;
  }

  /** Undefined where it is not there any more, or damaged: then it is in the list of those. */
  read(place: SegmentPlace): StoredSegment | undefined {
    const stored = this.isInPlace(place) ? this.#stored(place) : undefined;
    if (stored === undefined) this.#damaged.push(place);
    return stored;
  }

  /** Removes those that were found damaged. */
  removeDamaged(): void {
    for (const place of this.#damaged.splice(0)) if (!this.isInPlace(place) || !this.#stored(place)) this.remove(place);
  }

  /** Whether any were found damaged. */
  get hasDamaged(): boolean {
    return this.#damaged.length > 0;
  }

  #stored(place: SegmentPlace): StoredSegment | undefined {
    const row = this.database.get(
      "SELECT notes, data FROM caucase_register_segment WHERE first = ?",
      BigInt(place.first),
    );
    const notes = notesFrom(row?.["notes"]);
    const columns = row?.["data"] instanceof Uint8Array ? RegisterColumns.fromBytes(toBytes(row["data"])) : undefined;
    if (notes === undefined || columns === undefined) return undefined;
    const isWhole = columns.ids[0] === place.first && columns.ids[columns.size - 1] === place.last &&
      [...columns.present].every((group) => group < notes.groups.length);
    return isWhole ? { columns, notes } : undefined;
  }

  /** Of all segments; nothing of those that cannot be read. */
  missing(): readonly Missing[] {
    return this.database.all("SELECT notes FROM caucase_register_segment ORDER BY first")
      .flatMap(({ notes }) => notesFrom(notes)?.missing ?? []);
  }

  /** In place of one with the same first certificate. */
  put({ columns, notes }: StoredSegment): void {
    const [first, last] = [columns.ids[0] ?? 0, columns.ids[columns.size - 1] ?? 0].map(BigInt);
    if (first === undefined || last === undefined) return;
    const sql =
      "INSERT OR REPLACE INTO caucase_register_segment (first, last, first_serial, last_serial, notes, data)" +
      ` VALUES (?, ?, ${SERIAL}, ${SERIAL}, ?, ?)`;
    this.database.run(sql, first, last, first, last, JSON.stringify(notes), columns.toBytes());
  }

  /** Those that hold any of `ids`, which are removed. */
  removeOf(ids: readonly number[]): void {
    if (ids.length === 0) return;
    this.removals++;
    for (const place of this.list()) {
      if (ids.some((id) => id >= place.first && id <= place.last)) this.remove(place);
    }
  }

  remove({ first }: SegmentPlace): void {
    this.database.run("DELETE FROM caucase_register_segment WHERE first = ?", BigInt(first));
  }
}

function placeOf({ first, last }: Readonly<Record<string, unknown>>): SegmentPlace {
  return { first: Number(first), last: Number(last) };
}

function notesFrom(value: unknown): SegmentNotes | undefined {
  if (typeof value !== "string") return undefined;
  try {
    return v.parse(NotesShape, JSON.parse(value));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof v.ValiError) return undefined;
    throw error;
  }
}
