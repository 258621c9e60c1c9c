/**
 * A database as SQL text, as Python's `iterdump` writes it: each statement followed by a zero byte. Not SQL in general:
 * a format that happens to be SQL, and of which nothing but the statements below is ever read or run.
 *
 *     BEGIN TRANSACTION;
 *     CREATE TABLE …;                       tables by name, see sql_schema.ts
 *     INSERT INTO "name" VALUES(…);         its rows at once, see sql_literal.ts
 *     CREATE INDEX …;                       after all tables
 *     COMMIT;
 */
import { type Bytes, fromUtf8, joinBytes, utf8 } from "../bytes.ts";
import { CaucaseError, malformed } from "../errors.ts";
import { encodeLiteral, LiteralReader, type SqlValue } from "./sql_literal.ts";
import { type Definition, parseDefinition } from "./sql_schema.ts";

export type DumpStatement =
  | { readonly kind: "begin" }
  /** `sql` is the whole statement, safe to run. */
  | Definition & { readonly sql: string }
  /** A row of the table that was created last. A `number` is a REAL. */
  | { readonly kind: "insert"; readonly table: string; readonly values: readonly SqlValue[] }
  /** SQLite's own bookkeeping (statistics, highest row ids), which it makes again by itself. Do not run it. */
  | { readonly kind: "aside" }
  | { readonly kind: "commit" };

/** Bytes that one statement may have: 64 MiB, a row with a BLOB of half of that. */
export const MAX_STATEMENT = 64 * 1024 * 1024;

const BEGIN = "BEGIN TRANSACTION;";
const COMMIT = "COMMIT;";
const INSERT = "INSERT INTO ";
const BOOKKEEPING_TABLES = ["sqlite_sequence", "sqlite_stat1", "sqlite_stat4"];
const BOOKKEEPING = ['ANALYZE "sqlite_master";', 'DELETE FROM "sqlite_sequence";'];

/** The first statement of a dump. */
export function encodeBegin(): Bytes {
  return encodeStatement(BEGIN);
}

/** The last statement of a dump. */
export function encodeCommit(): Bytes {
  return encodeStatement(COMMIT);
}

/**
 * The statement that made a table or an index, as SQLite keeps it: without its semicolon.
 * @throws `malformed` when no dump may have it, see sql_schema.ts
 */
export function encodeDefinition(sql: string): Bytes {
  parseDefinition(`${sql};`);
  return encodeStatement(`${sql};`);
}

/** A row of the table that was defined last. Text must not hold a zero byte. */
export function encodeRow(table: string, values: readonly SqlValue[]): Bytes {
  return encodeStatement(`${INSERT}"${table.replaceAll('"', '""')}" VALUES(${values.map(encodeLiteral).join(",")});`);
}

function encodeStatement(sql: string): Bytes {
  const encoded = utf8(`${sql}\0`);
  if (encoded.length > MAX_STATEMENT) throw new CaucaseError("unacceptable", "a row is too large for a backup");
  return encoded;
}

/**
 * Reads a dump from its pieces, one statement at a time.
 * @throws `malformed` with the statement's number, for whatever is not of the format or not in its order. What came
 *   before is worth nothing then: run it in a transaction that ends only with `commit`
 */
export async function* parseDump(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<DumpStatement> {
  const order = new StatementOrder();
  let number = 0;
  for await (const bytes of statementsOf(pieces)) {
    number++;
    try {
      const statement = parseStatement(bytes);
      order.check(statement);
      yield statement;
    } catch (error) {
      throw error instanceof CaucaseError ? refusal(number, error) : error;
    }
  }
  if (!order.isComplete) throw malformed(`backup: the dump ends after ${number} statements, without its last one`);
}

function refusal(number: number, { message }: CaucaseError): CaucaseError {
  return malformed(`backup: statement ${number} is not one that a backup may have: ${message}`);
}

/** Cuts at each zero byte, which is left out. */
async function* statementsOf(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let begun: Uint8Array[] = [];
  let size = 0;
  for await (const piece of pieces) {
    let start = 0;
    for (let end = piece.indexOf(0); end >= 0; end = piece.indexOf(0, start)) {
      checkSize(size + end - start);
      const last = piece.subarray(start, end);
      yield begun.length === 0 ? last : joinBytes([...begun, last]);
      [begun, size, start] = [[], 0, end + 1];
    }
    begun.push(new Uint8Array(piece.subarray(start)));
    size += piece.length - start;
    checkSize(size);
  }
  if (size > 0) throw malformed("backup: the dump ends within a statement");
}

function checkSize(size: number): void {
  if (size >= MAX_STATEMENT) throw malformed(`backup: a statement has more than ${MAX_STATEMENT} bytes`);
}

function parseStatement(bytes: Uint8Array): DumpStatement {
  const sql = decode(bytes);
  if (sql === BEGIN) return { kind: "begin" };
  if (sql === COMMIT) return { kind: "commit" };
  if (sql.startsWith(INSERT)) return parseInsert(sql);
  if (BOOKKEEPING.includes(sql)) return { kind: "aside" };
  if (sql.startsWith("CREATE ")) return { ...parseDefinition(sql), sql };
  throw malformed("it is none of BEGIN, CREATE, INSERT and COMMIT");
}

/** SQLite's own limit. Values are kept until the row is complete: a statement may hold millions of small ones. */
const MAX_COLUMNS = 2000;

function parseInsert(sql: string): DumpStatement {
  const reader = new LiteralReader(sql, INSERT.length);
  const table = reader.name();
  if (!reader.skip(" VALUES(")) throw malformed("there is no VALUES where it must be");
  const values: SqlValue[] = [];
  do {
    if (values.length >= MAX_COLUMNS) throw malformed(`a row has more than ${MAX_COLUMNS} values`);
    values.push(reader.value());
  } while (reader.skip(","));
  if (!reader.skip(");")) throw malformed("a list of values does not end where it must");
  if (reader.offset < sql.length) throw malformed("there is more than one statement");
  return BOOKKEEPING_TABLES.includes(table) ? { kind: "aside" } : { kind: "insert", table, values };
}

function decode(bytes: Uint8Array): string {
  try {
    return fromUtf8(bytes);
  } catch (error) {
    if (error instanceof TypeError) throw malformed("it is not UTF-8");
    throw error;
  }
}

/** BEGIN first, COMMIT last, rows behind their table. */
class StatementOrder {
  #state: "before" | "within" | "after" = "before";
  #table: string | undefined;

  get isComplete(): boolean {
    return this.#state === "after";
  }

  check(statement: DumpStatement): void {
    if (this.#state === "after") throw malformed("it comes after COMMIT");
    if ((this.#state === "before") !== (statement.kind === "begin")) {
      throw malformed("BEGIN is not first, or not alone");
    }
    if (statement.kind === "begin") this.#state = "within";
    if (statement.kind === "commit") this.#state = "after";
    if (statement.kind === "createTable") this.#table = statement.name;
    if (statement.kind === "createIndex") this.#table = undefined;
    if (statement.kind === "insert" && statement.table !== this.#table) {
      throw malformed("it is a row of another table than the last one created");
    }
  }
}
