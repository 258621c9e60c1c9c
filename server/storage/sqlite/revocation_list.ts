/** Every revocation that a database shows, also a damaged one: it is read from its beginning, then from its end. */
import { CaucaseError } from "../../../core/errors.ts";
import { toSeconds, toText } from "./column_values.ts";
import type { Database, Row } from "./database.ts";

/** The CAs whose CRLs are published; that for services first, as it has more certificates. */
export const PUBLISHING = ["cas", "cau"] as const;

export interface FoundRevocation {
  readonly ca: string;
  /** Decimal digits. */
  readonly serial: string;
  /** When it was revoked, Unix seconds. */
  readonly at: number;
}

/** A place where some cannot be read. */
export interface Gap {
  readonly ca: string;
  /** How many at most; undefined when nobody knows. */
  readonly missing: bigint | undefined;
  readonly error: CaucaseError;
}

export type RevocationItem = FoundRevocation | Gap;

/** In the order in which they were added, with what cannot be read in its place between them. */
export function* readableRevocations(database: Database): Generator<RevocationItem> {
  for (const ca of PUBLISHING) yield* inOne(readTable(database, ca));
}

/** Neighbouring places that cannot be read, as one place. */
function* inOne(items: Iterable<RevocationItem>): Generator<RevocationItem> {
  let gap: Gap | undefined;
  for (const item of items) {
    if ("error" in item) {
      gap = gap === undefined ? item : { ...gap, missing: sum(gap.missing, item.missing) };
      continue;
    }
    if (gap !== undefined) yield gap;
    gap = undefined;
    yield item;
  }
  if (gap !== undefined) yield gap;
}

function sum(one: bigint | undefined, other: bigint | undefined): bigint | undefined {
  return one === undefined || other === undefined ? undefined : one + other;
}

function* readTable(database: Database, ca: string): Generator<RevocationItem> {
  let last = 0n;
  const forward = new Reading(database, ca, "ASC");
  for (const { rowid, item } of forward.rows()) {
    last = rowid;
    yield item;
  }
  const { error } = forward;
  if (error === undefined) return;
  // The newest rows matter most: they are in no backup.
  const behind: RevocationItem[] = [];
  let first: bigint | undefined;
  for (const { rowid, item } of new Reading(database, ca, "DESC").rows()) {
    if (rowid <= last) break;
    first = rowid;
    behind.push(item);
  }
  yield { ca, missing: first && first - last - 1n, error };
  yield* behind.reverse();
}

interface ReadRow {
  readonly rowid: bigint;
  readonly item: RevocationItem;
}

/** One pass through a table, up to what SQLite cannot read. */
class Reading {
  /** Why it ended, unless at the table's end. */
  error: CaucaseError | undefined;

  constructor(
    private readonly database: Database,
    private readonly ca: string,
    private readonly order: "ASC" | "DESC",
  ) {}

  *rows(): Generator<ReadRow> {
    const sql = `SELECT rowid AS id, serial, revocation_date FROM ${this.ca}revoked ORDER BY rowid ${this.order}`;
    try {
      for (const row of this.database.rows(sql)) yield { rowid: BigInt(String(row["id"])), item: toItem(this.ca, row) };
    } catch (error) {
      if (!(error instanceof CaucaseError)) throw error;
      this.error = error;
    }
  }
}

/** Nothing but digits is shown: damage may have put anything there. */
function toItem(ca: string, row: Row): RevocationItem {
  try {
    const serial = toText(row["serial"]);
    const at = toSeconds(row["revocation_date"]);
    if (/^\d{1,60}$/.test(serial) && at >= 0 && at < 2 ** 33) return { ca, serial, at };
    throw new CaucaseError("storage", `the table ${ca}revoked holds something else than revocations`);
  } catch (error) {
    if (!(error instanceof CaucaseError)) throw error;
    return { ca, missing: 1n, error };
  }
}
