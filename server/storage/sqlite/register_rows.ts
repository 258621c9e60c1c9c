/**
 * Rows of `caucase_certificate` as the register's index takes them. They are numbered in the order in which they were
 * added, so what is new is behind what was read last, whoever wrote it.
 */
import type { IndexedCertificate } from "../../../core/ca/register_index.ts";
import { searchText } from "../../../core/ca/register_columns.ts";
import { CA_NAMES, type CaName } from "../../../core/ca/stores.ts";
import { CaucaseError } from "../../../core/errors.ts";
import { namesOfCertificate } from "../../../core/x509/subject_facts.ts";
import { toBigInt, toBytes, toSeconds, toText } from "./column_values.ts";
import type { Database, Row } from "./database.ts";
import { oneOf, originToText } from "./own_tables.ts";

/** Rows that are read at once: about a millisecond. */
const PAGE = 50n;

export interface IndexRow extends IndexedCertificate {
  /** Serial number of what it renewed, where that has no row yet. */
  readonly missing: string | undefined;
  /** Its own serial number where it was found: then what renewed it may have come before. */
  readonly found: string | undefined;
}

/** Of what continues another, the serial number of that; it is the last part of such an origin. */
const OF = `CASE WHEN instr(origin, '"of":"') > 0 THEN` +
  ` rtrim(substr(origin, instr(origin, '"of":"') + 6), '"}') END`;
const FOUND = originToText({ kind: "found" });
const ROWS = `SELECT rowid AS id, ca, issuer, not_after, crt, ${OF} AS predecessor_serial,` +
  ` CASE origin WHEN '${FOUND}' THEN serial END AS found FROM caucase_certificate` +
  " WHERE rowid > ? AND rowid < ? ORDER BY rowid LIMIT ?";
const SQL = "SELECT c.*, (SELECT p.rowid FROM caucase_certificate AS p" +
  ` WHERE p.ca = c.ca AND p.serial = c.predecessor_serial) AS predecessor FROM (${ROWS}) AS c`;

/** A page of those with an id between the two, in order; empty where there are none. */
export function indexRows(database: Database, after: number, before = Number.MAX_SAFE_INTEGER): readonly IndexRow[] {
  return database.all(SQL, BigInt(after), BigInt(before), PAGE).map(toIndexRow);
}

function toIndexRow({ id, ca, issuer, not_after, crt, predecessor_serial, predecessor, found }: Row): IndexRow {
  const isMissing = typeof predecessor_serial === "string" && predecessor === null;
  return {
    id: Number(toBigInt(id)),
    ca: oneOf(CA_NAMES, ca),
    issuer: toText(issuer),
    notAfter: toSeconds(not_after),
    text: searchTextOf(toBytes(crt)),
    predecessor: typeof predecessor === "bigint" ? Number(predecessor) : undefined,
    missing: isMissing ? predecessor_serial : undefined,
    found: typeof found === "string" ? found : undefined,
  };
}

/** Empty for what cannot be read: it is in the register nevertheless. */
function searchTextOf(der: Uint8Array): string {
  try {
    const { subject, dns, ip, otherNames } = namesOfCertificate(der);
    return searchText([subject, ...dns, ...ip, ...otherNames].filter((name) => name !== ""));
  } catch (error) {
    if (error instanceof CaucaseError) return "";
    throw error;
  }
}

/** A renewal whose predecessor the register does not have. */
export type Missing = readonly [ca: CaName, serial: string, successor: number];

/** It may be found a little later, when another program issued it. So many are remembered at most. */
const REMEMBERED = 10_000;

export class MissingPredecessors {
  readonly #successors = new Map<string, number>();

  add([ca, serial, successor]: Missing): void {
    this.#successors.set(`${ca} ${serial}`, successor);
    const [oldest] = this.#successors.keys();
    if (this.#successors.size > REMEMBERED && oldest !== undefined) this.#successors.delete(oldest);
  }

  /** What a row tells of others: the id of what renewed it, where that came before it. */
  settle({ id, ca, missing, found }: IndexRow): number | undefined {
    if (missing !== undefined) this.add([ca, missing, id]);
    return found === undefined ? undefined : this.#successors.get(`${ca} ${found}`);
  }
}
