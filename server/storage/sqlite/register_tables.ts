/**
 * What our own tables know of what became of certificates and requests: `caucase_revocation`, revocations with who made
 * them, for as long as the register has the certificate, `caucase_installation`, what holders told of certificates, for
 * as long as well, and `caucase_pending`, from whom requests came, while they are
 * pending. Synchronous: within a transaction of the caller's where it writes.
 */
import type { Attribution } from "../../../core/ca/events.ts";
import type { Arrival, CaName, Installation, Revocation } from "../../../core/ca/stores.ts";
import { HOOK_OUTCOMES } from "../../../core/protocol/installation.ts";
import { REVOCATION_REASONS, type RevocationFacts } from "../../../core/protocol/register.ts";
import { fromSeconds, toBigInt, toSeconds, toText } from "./column_values.ts";
import type { Database, Row } from "./database.ts";
import { actorFromText, actorToText, oneOf, originFromText, originToText } from "./own_tables.ts";

/** How many rows one clean-up removes at most, so that nobody waits for it. */
const REMOVED_AT_ONCE = 500n;

export class RevocationRecords {
  constructor(private readonly database: Database, private readonly ca: CaName) {}

  add({ serial, reason }: Pick<Revocation, "serial" | "reason">, { actor, now }: Attribution): void {
    const sql = "INSERT OR IGNORE INTO caucase_revocation (ca, serial, time, actor, reason) VALUES (?, ?, ?, ?, ?)";
    this.database.run(sql, this.ca, String(serial), fromSeconds(now), actorToText(actor), reason ?? null);
  }

  find(serial: bigint): RevocationFacts | undefined {
    const sql = "SELECT time, actor, reason FROM caucase_revocation WHERE ca = ? AND serial = ?";
    const row = this.database.get(sql, this.ca, String(serial));
    if (row === undefined) return undefined;
    const { time, actor, reason } = row;
    return {
      at: toSeconds(time),
      by: actor === null ? null : actorFromText(toText(actor)),
      reason: reason === null ? null : oneOf(REVOCATION_REASONS, reason),
    };
  }

  /**
   * Those from before `before` whose certificates the register does not have. How many were removed. The newest of all
   * stays: else its number would be given twice.
   */
  removeForgotten(before: number): number {
    const forgotten = "SELECT id FROM caucase_revocation AS r WHERE ca = ? AND time < ?" +
      " AND id < (SELECT MAX(id) FROM caucase_revocation) AND NOT EXISTS" +
      " (SELECT 1 FROM caucase_certificate AS c WHERE c.ca = r.ca AND c.serial = r.serial) LIMIT ?";
    const sql = `DELETE FROM caucase_revocation WHERE id IN (${forgotten})`;
    return this.database.run(sql, this.ca, fromSeconds(before), REMOVED_AT_ONCE);
  }
}

export class InstallationTable {
  constructor(private readonly database: Database, private readonly ca: CaName) {}

  find(serial: bigint): Installation | undefined {
    const sql = "SELECT reported, host_time, hook, failing_since, detail FROM caucase_installation" +
      " WHERE ca = ? AND serial = ?";
    const row = this.database.get(sql, this.ca, String(serial));
    return row && {
      reportedAt: toSeconds(row["reported"]),
      hostTime: toSeconds(row["host_time"]),
      hook: oneOf(HOOK_OUTCOMES, row["hook"]),
      failingSince: row["failing_since"] === null ? null : toSeconds(row["failing_since"]),
      detail: row["detail"] === null ? null : toText(row["detail"]),
    };
  }

  set(serial: bigint, { reportedAt, hostTime, hook, failingSince, detail }: Installation): void {
    this.database.run(
      "INSERT OR REPLACE INTO caucase_installation (ca, serial, reported, host_time, hook, failing_since, detail)" +
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
      ...[this.ca, String(serial), fromSeconds(reportedAt), fromSeconds(hostTime), hook],
      ...[failingSince === null ? null : fromSeconds(failingSince), detail],
    );
  }
}

export class ArrivalTable {
  constructor(private readonly database: Database, private readonly ca: CaName) {}

  add(id: bigint, { actor, now, origin }: Arrival): void {
    const sql = "INSERT OR REPLACE INTO caucase_pending (ca, id, time, actor, origin) VALUES (?, ?, ?, ?, ?)";
    const originText = origin === undefined ? null : originToText(origin);
    this.database.run(sql, this.ca, id, fromSeconds(now), actorToText(actor), originText);
  }

  find(id: bigint): Arrival | undefined {
    if (id > MAX_ID) return undefined;
    const sql = "SELECT time, actor, origin FROM caucase_pending WHERE ca = ? AND id = ?";
    const row = this.database.get(sql, this.ca, id);
    return row && toArrival(row);
  }

  remove(id: bigint): void {
    this.database.run("DELETE FROM caucase_pending WHERE ca = ? AND id = ?", this.ca, id);
  }

  list(): ReadonlyMap<bigint, Arrival> {
    const rows = this.database.all("SELECT id, time, actor, origin FROM caucase_pending WHERE ca = ?", this.ca);
    return new Map(rows.map((row) => [toBigInt(row["id"]), toArrival(row)]));
  }

  /** Those of requests that another program signed, rejected or removed. */
  removeOrphans(): void {
    const sql = "DELETE FROM caucase_pending WHERE ca = ? AND NOT EXISTS" +
      ` (SELECT 1 FROM ${this.ca}crt AS r WHERE r.id = caucase_pending.id AND r.crt IS NULL)`;
    this.database.run(sql, this.ca);
  }
}

/** SQLite's integers end there. */
const MAX_ID = 2n ** 63n - 1n;

function toArrival({ time, actor, origin: originText }: Row): Arrival {
  const origin = originText === null ? undefined : originFromText(toText(originText));
  const arrival = { now: toSeconds(time), actor: actorFromText(toText(actor)) };
  return origin?.kind === "acme" ? { ...arrival, origin } : arrival;
}
