/**
 * The database as it was at one instant, beside a server that goes on writing: a separate connection in one read
 * transaction. With the write-ahead log neither waits for the other.
 */
import type { Bytes } from "../../../core/bytes.ts";
import { encodeBegin, encodeCommit, encodeDefinition, encodeRow } from "../../../core/backup/sql_dump.ts";
import { isDefinition, parseDefinition } from "../../../core/backup/sql_schema.ts";
import { bothForms, toTextOrNothing } from "./column_values.ts";
import type { Database } from "./database.ts";
import { openForReading } from "./database_file.ts";

/** A table or index with the SQL that made it, without a semicolon. */
interface SchemaObject {
  readonly type: string;
  readonly name: string;
  readonly sql: string;
}

export class Snapshot implements Disposable {
  readonly #objects: readonly SchemaObject[];

  private constructor(private readonly database: Database) {
    database.run("BEGIN");
    // The first reading statement is what fixes the instant.
    const sql =
      "SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite^_%' ESCAPE '^'" +
      " ORDER BY type <> 'table', name";
    this.#objects = database.all(sql).map(({ type, name, sql }) => ({
      type: String(type),
      name: String(name),
      sql: String(sql),
    }));
  }

  /** Throws `storage` when the database cannot be read. */
  static async open(path: string): Promise<Snapshot> {
    const database = await openForReading(path);
    try {
      return new Snapshot(database);
    } catch (error) {
      database.close();
      throw error;
    }
  }

  /**
   * Users' certificates as they are stored, which should be PEM, in the order of their requests. What is no text is
   * left out.
   */
  *userCertificates(): Generator<string> {
    for (const { crt } of this.database.rows("SELECT crt FROM caucrt WHERE crt IS NOT NULL ORDER BY id")) {
      const stored = toTextOrNothing(crt);
      if (stored !== undefined) yield stored;
    }
  }

  /** Whether the user's certificate with this serial is revoked. */
  isUserRevoked(serial: bigint): boolean {
    const sql = "SELECT 1 FROM caurevoked WHERE serial IN (?, ?)";
    return this.database.get(sql, ...bothForms(String(serial))) !== undefined;
  }

  /**
   * What other programs put into the database and no backup can hold, as `view "name"`: it could not be restored
   * without running SQL that somebody may have made up. An index on such a table is not named.
   */
  leftOut(): string[] {
    const kept = new Set(this.#kept());
    const onlyForeign = this.#objects.filter((object) => !kept.has(object) && !this.#isIndexOfLeftOut(object));
    return onlyForeign.map(({ type, name }) => `${type} ${JSON.stringify(name)}`);
  }

  /** The dump, a statement at a time (see core/backup/sql_dump.ts). */
  *statements(): Generator<Bytes> {
    yield encodeBegin();
    for (const { type, name, sql } of this.#kept()) {
      yield encodeDefinition(sql);
      if (type === "table") yield* this.#rows(name);
    }
    yield encodeCommit();
  }

  [Symbol.dispose](): void {
    this.database.close();
  }

  #kept(): SchemaObject[] {
    return this.#objects.filter((object) => isDefinition(`${object.sql};`) && !this.#isIndexOfLeftOut(object));
  }

  #isIndexOfLeftOut({ sql }: SchemaObject): boolean {
    if (!isDefinition(`${sql};`)) return false;
    const definition = parseDefinition(`${sql};`);
    if (definition.kind !== "createIndex") return false;
    const table = this.#objects.find(({ type, name }) => type === "table" && sameName(name, definition.table));
    return table === undefined || !isDefinition(`${table.sql};`);
  }

  *#rows(table: string): Generator<Bytes> {
    const columns = this.database.all("SELECT name FROM pragma_table_info(?) ORDER BY cid", table);
    const expressions = columns.map(({ name }, index) => `${readable(quoted(String(name)))} AS c${index}`);
    for (const row of this.database.rows(`SELECT ${expressions.join(", ")} FROM ${quoted(table)}`)) {
      yield encodeRow(table, Object.values(row));
    }
  }
}

/** Text with a zero byte in it comes as BLOB: it would come cut off, and a dump has no way to write it as text. */
function readable(column: string): string {
  const isCut = `typeof(${column}) = 'text' AND instr(${column}, char(0))`;
  return `CASE WHEN ${isCut} THEN CAST(${column} AS BLOB) ELSE ${column} END`;
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** As SQLite compares names. */
function sameName(a: string, b: string): boolean {
  const lower = (text: string) => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  return lower(a) === lower(b);
}
