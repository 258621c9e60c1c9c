/**
 * What columns hold, as our types. The reference writes PEM and key ids as BLOB, other writers (older versions, people
 * with `sqlite3`) as TEXT, and for SQLite the two are never equal: we write BLOB, and read and look up both.
 */
import type { SQLOutputValue } from "node:sqlite";
import { type Bytes, fromUtf8, utf8 } from "../../../core/bytes.ts";
import { CaucaseError } from "../../../core/errors.ts";

type Value = SQLOutputValue | undefined;

/** The bytes of a BLOB or TEXT. */
export function toBytes(value: Value): Bytes {
  if (typeof value === "string") return utf8(value);
  // A view of the copy that SQLite made: another copy would be a burden with large requests.
  if (value instanceof Uint8Array && value.buffer instanceof ArrayBuffer) {
    return new Uint8Array(value.buffer, value.byteOffset, value.length);
  }
  throw unexpected("text", value);
}

/** The text of a BLOB or TEXT. */
export function toText(value: Value): string {
  const text = toTextOrNothing(value);
  if (text === undefined) throw unexpected("text", value);
  return text;
}

/** As `toText`; undefined for what is no text. */
export function toTextOrNothing(value: Value): string | undefined {
  if (typeof value === "string") return value;
  if (!(value instanceof Uint8Array)) return undefined;
  try {
    return fromUtf8(value);
  } catch {
    return undefined;
  }
}

export function toBigInt(value: Value): bigint {
  if (typeof value === "bigint") return value;
  throw unexpected("an integer", value);
}

/** Unix seconds from an INTEGER, or from a REAL that some writer left behind. */
export function toSeconds(value: Value): number {
  if (typeof value === "bigint" || typeof value === "number") return Math.trunc(Number(value));
  throw unexpected("a time", value);
}

/** Unix seconds to bind; life spans may be fractions of days, times are whole. */
export function fromSeconds(time: number): bigint {
  return BigInt(Math.trunc(time));
}

/** A whole number that `config` or `config_once` hold as decimal text; `1795426040.0` is read as what it meant. */
export function toCount(value: Value): number {
  const digits = /^(\d{1,15})(?:\.0*)?$/.exec(toText(value))?.[1];
  if (digits === undefined) throw unexpected("decimal digits", value);
  return Number(digits);
}

/** Both forms in which a text may be stored, for `IN (?, ?)`. */
export function bothForms(text: string): [blob: Bytes, text: string] {
  return [utf8(text), text];
}

/** Names the kind of what was found, never its content: it may be a key. */
function unexpected(expected: string, value: Value): CaucaseError {
  const found = value === null ? "NULL" : value instanceof Uint8Array ? "BLOB" : typeof value;
  return new CaucaseError("storage", `the database holds ${found} where ${expected} is expected`, {
    hint: "undo what another program changed in it, or restore a backup with manage --restore-backup",
  });
}
