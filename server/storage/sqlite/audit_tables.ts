/**
 * The audit log's tables, beside the events that it is about: `caucase_audit_key`, one row; `caucase_audit_tile`, the
 * hashes of a tile, which grows until it is full; `caucase_audit_checkpoint`, the newest ones.
 */
import type { Bytes } from "../../../core/bytes.ts";
import { encodeEntry } from "../../../core/audit/entry.ts";
import { HASH_BYTES } from "../../../core/audit/merkle.ts";
import type { AuditKey, AuditStore, Growth, StoredCheckpoint } from "../../../core/audit/store.ts";
import { CaucaseError } from "../../../core/errors.ts";
import { fromSeconds, toBigInt, toBytes, toSeconds, toText } from "./column_values.ts";
import type { Database, Row } from "./database.ts";
import type { WriteQueue } from "./write_queue.ts";

/** Checkpoints that are kept: those of a week, where there is one each minute. */
const KEPT = 10_000n;

/** As BLOB, or SQLite's text would end at a zero byte; with the types, or a number could pass for its digits. */
const ENTRY_SQL = "SELECT id, time, CAST(ca AS BLOB) AS ca, CAST(actor AS BLOB) AS actor, " +
  "CAST(event AS BLOB) AS event, typeof(time) || typeof(ca) || typeof(actor) || typeof(event) AS types " +
  "FROM caucase_event WHERE id > ? AND id <= ? ORDER BY id";

const TYPES = "integertexttexttext";

const CHECKPOINT_COLUMNS = "id, time, size, note";

export class SqliteAudit implements AuditStore {
  constructor(private readonly database: Database, private readonly writes: WriteQueue) {}

  key(): Promise<AuditKey | undefined> {
    return this.#read(() => this.#key());
  }

  ensureKey({ origin, privateKey }: AuditKey): Promise<AuditKey> {
    return this.writes.run(() => {
      const known = this.#key();
      if (known !== undefined) return known;
      this.database.run("INSERT INTO caucase_audit_key (origin, key) VALUES (?, ?)", origin, privateKey);
      return { origin, privateKey };
    });
  }

  newestCheckpoint(): Promise<StoredCheckpoint | undefined> {
    return this.#read(() => this.#newest());
  }

  checkpoints(after: bigint, limit: number): Promise<readonly StoredCheckpoint[]> {
    const sql = `SELECT ${CHECKPOINT_COLUMNS} FROM caucase_audit_checkpoint WHERE id > ? ORDER BY id LIMIT ?`;
    return this.#read(() => this.database.all(sql, after, BigInt(limit)).map(checkpointOf));
  }

  entries(index: number, count: number): Promise<readonly Bytes[]> {
    return this.#read(() =>
      this.#entryRows(index, count).map((row, position) => {
        const id = BigInt(index + position + 1);
        if (row["id"] !== id) {
          throw new CaucaseError("storage", `event ${id} is missing in the database, and later ones are there`, {
            hint: "something else removed it: compare with a backup",
          });
        }
        return entryOf(row);
      })
    );
  }

  recordedEntries(index: number, count: number): Promise<readonly Bytes[]> {
    return this.#read(() => {
      const rows = new Map(this.#entryRows(index, count).map((row) => [row["id"], row]));
      return Array.from({ length: count }, (_, position) => {
        const row = rows.get(BigInt(index + position + 1));
        return row === undefined ? NOTHING : entryOrNothing(row);
      });
    });
  }

  tile({ level, index, width }: { level: number; index: number; width: number }): Promise<Bytes> {
    return this.#read(() => {
      const sql = "SELECT hashes FROM caucase_audit_tile WHERE level = ? AND number = ?";
      const row = this.database.get(sql, BigInt(level), BigInt(index));
      const hashes = row === undefined ? NOTHING : toBytes(row["hashes"]);
      if (hashes.length >= width * HASH_BYTES) return hashes.subarray(0, width * HASH_BYTES);
      throw new CaucaseError("storage", `tile ${index} of level ${level} of the audit log is missing or too short`, {
        hint: "something else changed the database: compare with a backup",
      });
    });
  }

  extend({ from, time, size, note, tiles }: Growth): Promise<boolean> {
    return this.writes.run(() => {
      const newest = this.#newest();
      if ((newest?.size ?? 0) !== from) return false;
      const put = "INSERT INTO caucase_audit_tile (level, number, hashes) VALUES (?, ?, ?) " +
        "ON CONFLICT (level, number) DO UPDATE SET hashes = excluded.hashes";
      for (const { level, index, hashes } of tiles) this.database.run(put, BigInt(level), BigInt(index), hashes);
      const id = (newest?.id ?? 0n) + 1n;
      this.database.run(
        `INSERT INTO caucase_audit_checkpoint (${CHECKPOINT_COLUMNS}) VALUES (?, ?, ?, ?)`,
        ...[id, fromSeconds(time), BigInt(size), note],
      );
      this.database.run("DELETE FROM caucase_audit_checkpoint WHERE id <= ?", id - KEPT);
      return true;
    });
  }

  async #read<T>(query: () => T): Promise<T> {
    const found = query();
    await this.writes.settled();
    return found;
  }

  #key(): AuditKey | undefined {
    const row = this.database.get("SELECT origin, key FROM caucase_audit_key LIMIT 1");
    return row && { origin: toText(row["origin"]), privateKey: toBytes(row["key"]) };
  }

  #newest(): StoredCheckpoint | undefined {
    const sql = `SELECT ${CHECKPOINT_COLUMNS} FROM caucase_audit_checkpoint ORDER BY id DESC LIMIT 1`;
    const row = this.database.get(sql);
    return row && checkpointOf(row);
  }

  #entryRows(index: number, count: number): readonly Row[] {
    return this.database.all(ENTRY_SQL, BigInt(index), BigInt(index + count));
  }
}

const NOTHING: Bytes = new Uint8Array();

function checkpointOf(row: Row): StoredCheckpoint {
  return {
    id: toBigInt(row["id"]),
    time: toSeconds(row["time"]),
    size: Number(toBigInt(row["size"])),
    note: toText(row["note"]),
  };
}

/** @throws `storage` */
function entryOf({ id, time, ca, actor, event, types }: Row): Bytes {
  if (types !== TYPES) {
    throw new CaucaseError("storage", `event ${id} is not as caucase writes events: something else changed it`);
  }
  return encodeEntry({
    id: toBigInt(id),
    time: toBigInt(time),
    ca: toBytes(ca),
    actor: toBytes(actor),
    event: toBytes(event),
  });
}

function entryOrNothing(row: Row): Bytes {
  try {
    return entryOf(row);
  } catch (error) {
    if (error instanceof CaucaseError) return NOTHING;
    throw error;
  }
}
