/**
 * Our own tables beside those of the reference, which leaves them alone: `caucase_certificate`, every certificate that
 * any of the CAs issued, until long after it ended, and `caucase_event`, what happened, in the order in which it was
 * committed; those of ACME are in acme_schema.ts. Actors, origins and events are JSON text in them; integers that a
 * double may not hold are decimal strings there. The third is in installation_store.ts.
 */
import * as v from "valibot";
import type { Actor } from "../../../core/ca/actor.ts";
import type { Attribution, CaEvent, Origin } from "../../../core/ca/events.ts";
import { PROFILES } from "../../../core/ca/issuer.ts";
import {
  CA_NAMES,
  type CaName,
  type LaterRecords,
  type RecordedEvent,
  type RegisteredCertificate,
} from "../../../core/ca/stores.ts";
import { CaucaseError } from "../../../core/errors.ts";
import { actorShape, decimal, originShape, toJsonText } from "../../../core/protocol/wire_values.ts";
import { fromSeconds, toBigInt, toBytes, toSeconds, toText } from "./column_values.ts";
import type { Database, Row } from "./database.ts";

/** How many rows one clean-up removes at most, so that nobody waits for it. */
const REMOVED_AT_ONCE = 500n;

const COLUMNS = "ca, serial, issuer, key_id, request_id, profile, origin, actor, issued, not_before, not_after, crt";

const ROW_SQL = `SELECT ${COLUMNS}, (SELECT s.serial FROM caucase_certificate AS s WHERE s.rowid = ?) AS successor,` +
  " EXISTS (SELECT 1 FROM caucase_installation AS i WHERE i.ca = c.ca AND i.serial = c.serial) AS reported" +
  " FROM caucase_certificate AS c WHERE c.rowid = ?";

const ADD_SQL = `INSERT INTO caucase_certificate (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;

/** A certificate, and what other rows say of it. */
export interface RegisteredRow {
  readonly certificate: RegisteredCertificate;
  /** Serial number. */
  readonly renewedBy: bigint | undefined;
  /** Whether a holder told of it. */
  readonly isReported: boolean;
}

/** Synchronous: within a transaction of the caller's where it writes. */
export class RegisterTable {
  constructor(private readonly database: Database, private readonly ca: CaName) {}

  add(certificate: RegisteredCertificate): void {
    const { serial, issuer, keyId, requestId, profile, origin, actor, issuedAt, notBefore, notAfter, der } =
      certificate;
    this.database.run(
      ADD_SQL,
      ...[this.ca, String(serial), issuer, keyId, requestId, profile, originToText(origin)],
      actor === undefined ? null : actorToText(actor),
      ...[fromSeconds(issuedAt), fromSeconds(notBefore), fromSeconds(notAfter), der],
    );
  }

  find(serial: bigint): RegisteredCertificate | undefined {
    const sql = `SELECT ${COLUMNS} FROM caucase_certificate WHERE ca = ? AND serial = ?`;
    return toRegistered(this.database.get(sql, this.ca, String(serial)));
  }

  /** Where it is: the larger, the later it came. */
  idOf(serial: bigint): number | undefined {
    const sql = "SELECT rowid AS id FROM caucase_certificate WHERE ca = ? AND serial = ?";
    const id = this.database.get(sql, this.ca, String(serial))?.["id"];
    return typeof id === "bigint" ? Number(id) : undefined;
  }

  /** By id, with the serial number of the one with the id `successor`, 0 for none. */
  get(id: number, successor = 0): RegisteredRow | undefined {
    const row = this.database.get(ROW_SQL, BigInt(successor), BigInt(id));
    const certificate = toRegistered(row);
    return row && certificate && {
      certificate,
      renewedBy: row["successor"] === null ? undefined : BigInt(toText(row["successor"])),
      isReported: row["reported"] === 1n,
    };
  }

  /**
   * The ids of those that were removed; what holders said of them goes with them. The newest of all stays: else its
   * number would be given twice.
   */
  removeEnded(before: number): readonly number[] {
    const ended = "FROM caucase_certificate WHERE ca = ? AND not_after < ?" +
      " AND rowid < (SELECT MAX(rowid) FROM caucase_certificate) ORDER BY not_after, rowid LIMIT ?";
    const bounds = [this.ca, fromSeconds(before), REMOVED_AT_ONCE] as const;
    const installations = `DELETE FROM caucase_installation WHERE ca = ? AND serial IN (SELECT serial ${ended})`;
    this.database.run(installations, this.ca, ...bounds);
    const sql = `DELETE FROM caucase_certificate WHERE rowid IN (SELECT rowid ${ended}) RETURNING rowid AS id`;
    return this.database.all(sql, ...bounds).map(({ id }) => Number(id));
  }
}

function toRegistered(row: Row | undefined): RegisteredCertificate | undefined {
  return row && {
    serial: BigInt(toText(row["serial"])),
    issuer: toText(row["issuer"]),
    keyId: toText(row["key_id"]),
    requestId: toBigInt(row["request_id"]),
    profile: oneOf(PROFILES, row["profile"]),
    origin: originFromText(toText(row["origin"])),
    actor: row["actor"] === null ? undefined : actorFromText(toText(row["actor"])),
    issuedAt: toSeconds(row["issued"]),
    notBefore: toSeconds(row["not_before"]),
    notAfter: toSeconds(row["not_after"]),
    der: toBytes(row["crt"]),
  };
}

/** Synchronous: within a transaction of the caller's where it writes. */
export class EventTable {
  #isEmpty = true;

  constructor(private readonly database: Database) {}

  add(ca: CaName, event: CaEvent, { actor, now }: Attribution): void {
    const sql = "INSERT INTO caucase_event (time, ca, actor, event) VALUES (?, ?, ?, ?)";
    this.database.run(sql, fromSeconds(now), ca, actorToText(actor), eventToText(event));
  }

  /** 0 when there is none. */
  newest(): bigint {
    const row = this.database.get("SELECT MAX(id) AS newest FROM caucase_event");
    return typeof row?.["newest"] === "bigint" ? row["newest"] : 0n;
  }

  /** Rows are never removed: that there are some need not be asked again. */
  isEmpty(): boolean {
    return this.#isEmpty &&= this.newest() === 0n;
  }

  /** Those after the one with the id `after`, oldest first, at most `limit`. */
  list(after: bigint, limit: number): readonly RecordedEvent[] {
    return this.#read("id > ? ORDER BY id LIMIT ?", after, BigInt(limit));
  }

  /** Those that a condition in SQL is true of, oldest first. */
  listWhere(condition: string, ...values: readonly bigint[]): readonly RecordedEvent[] {
    return this.#read(`${condition} ORDER BY id`, ...values);
  }

  #read(rest: string, ...values: readonly bigint[]): readonly RecordedEvent[] {
    const sql = `SELECT id, time, ca, actor, event FROM caucase_event WHERE ${rest}`;
    return this.database.all(sql, ...values).map((row) => ({
      id: toBigInt(row["id"]),
      ca: oneOf(CA_NAMES, row["ca"]),
      now: toSeconds(row["time"]),
      actor: actorFromText(toText(row["actor"])),
      event: eventFromText(toText(row["event"])),
    }));
  }

  /** What was recorded for times after `time`, since somebody said last that the clock is right. */
  laterThan(time: number): LaterRecords | undefined {
    const bound = fromSeconds(time);
    const any = this.database.get("SELECT 1 FROM caucase_event WHERE time > ? LIMIT 1", bound);
    if (any === undefined) return undefined;
    const since = this.#clockAccepted();
    const sql =
      "SELECT MIN(time) AS first, MAX(time) AS last, MIN(id) AS id FROM caucase_event WHERE time > ? AND id > ?";
    const { first, last, id } = this.database.get(sql, bound, since) ?? {};
    if (typeof first !== "bigint" || typeof last !== "bigint" || typeof id !== "bigint") return undefined;
    const before = "SELECT 1 FROM caucase_event WHERE id > ? AND id < ? LIMIT 1";
    return {
      first: Number(first),
      last: Number(last),
      hasBefore: this.database.get(before, since, id) !== undefined,
    };
  }

  /** The event by which that was said last; 0 when it never was. */
  #clockAccepted(): bigint {
    const row = this.database.get("SELECT MAX(id) AS id FROM caucase_event WHERE event = ?", CLOCK_ACCEPTED);
    return typeof row?.["id"] === "bigint" ? row["id"] : 0n;
  }
}

const CLOCK_ACCEPTED = eventToText({ kind: "clock-accepted" });

const EventShape = v.variant("kind", [
  v.object({ kind: v.literal("requested"), id: decimal, key: v.string() }),
  v.object({ kind: v.literal("rejected"), id: decimal }),
  v.object({
    kind: v.literal("issued"),
    serial: decimal,
    issuer: v.string(),
    id: decimal,
    origin: originShape,
    notAfter: v.number(),
  }),
  v.object({ kind: v.literal("revoked"), serial: decimal, crlNumber: decimal }),
  v.object({ kind: v.literal("installed"), serial: decimal }),
  v.object({ kind: v.literal("hook-failing"), serial: decimal, since: v.number() }),
  v.object({ kind: v.literal("hook-recovered"), serial: decimal }),
  v.object({ kind: v.literal("crl-renewed"), crlNumber: decimal, thisUpdate: v.number() }),
  v.object({ kind: v.literal("issuer-added"), issuer: v.string(), notAfter: v.number(), imported: v.boolean() }),
  v.object({ kind: v.literal("issuers-dropped"), before: v.number() }),
  v.object({ kind: v.literal("crl-imported"), crlNumber: decimal, added: v.number(), known: v.number() }),
  v.object({ kind: v.literal("eab-key-added"), eabKey: v.string(), name: v.string() }),
  v.object({ kind: v.literal("eab-key-revoked"), eabKey: v.string() }),
  v.object({ kind: v.literal("account-revoked"), account: v.string() }),
  v.object({ kind: v.literal("clock-accepted") }),
  v.object({ kind: v.literal("crl-number-raised"), crlNumber: decimal }),
  v.object({ kind: v.literal("admission-opened"), amount: v.number() }),
  v.object({
    kind: v.literal("refused"),
    action: v.string(),
    object: v.string(),
    code: v.string(),
    reason: v.string(),
    omitted: v.number(),
  }),
  v.object({ kind: v.literal("restored") }),
]);

export function actorToText(actor: Actor): string {
  return toJsonText(actor);
}

/** The actors of the last texts: nearly all of a page have the same few. */
const recentActors = new Map<string, Actor>();
const RECENT = 100;

/** @throws `storage` for a text that is no such record */
export function actorFromText(text: string): Actor {
  const known = recentActors.get(text);
  if (known !== undefined) return known;
  if (recentActors.size >= RECENT) recentActors.clear();
  const actor = fromJson(actorShape, text);
  recentActors.set(text, actor);
  return actor;
}

export function originToText(origin: Origin): string {
  return toJsonText(origin);
}

/** The origin of most certificates as it is written. To read each of a thousand as JSON takes ten times as long. */
const RENEWAL = /^\{"kind":"renewal","of":"(\d+)"\}$/;

/** @throws `storage` for a text that is no such record */
export function originFromText(text: string): Origin {
  const of = RENEWAL.exec(text)?.[1];
  return of === undefined ? fromJson(originShape, text) : { kind: "renewal", of: BigInt(of) };
}

export function eventToText(event: CaEvent): string {
  return toJsonText(event);
}

/** @throws `storage` for a text that is no such record */
export function eventFromText(text: string): CaEvent {
  return fromJson(EventShape, text);
}

/** @throws `storage` for a text that is no such record */
export function fromJson<T>(shape: v.GenericSchema<unknown, T>, text: string): T {
  try {
    return v.parse(shape, JSON.parse(text));
  } catch (cause) {
    if (!(cause instanceof SyntaxError || cause instanceof v.ValiError)) throw cause;
    throw notOurs(cause);
  }
}

/**
 * The one of `names` that a column holds.
 * @throws `storage` for anything else: what is not understood is not taken for something that is
 */
export function oneOf<Name extends string>(names: readonly Name[], value: unknown): Name {
  const found = names.find((name) => name === value);
  if (found === undefined) throw notOurs(new Error(`${String(value)} is none of ${names.join(", ")}`));
  return found;
}

function notOurs(cause: unknown): CaucaseError {
  return new CaucaseError("storage", "the database holds something else where a record of caucase is expected", {
    cause,
    hint: "undo what another program changed in it, or restore a backup with manage --restore-backup",
  });
}
