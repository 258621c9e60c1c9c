/**
 * Our own table `caucase_certificate`: every certificate that any of the CAs issued, until long after it ended. The reference
 * does not know it and leaves it alone.
 */
import { PROFILES } from "../../../core/ca/issuer.ts";
import type { CaName, RegisteredCertificate } from "../../../core/ca/stores.ts";
import { fromSeconds, toBigInt, toBytes, toSeconds, toText } from "./column_values.ts";
import type { Database } from "./database.ts";
import { actorFromText, actorToText, oneOf, originFromText, originToText } from "./record_texts.ts";

/** How many rows one clean-up removes at most, so that nobody waits for it. */
const REMOVED_AT_ONCE = 500n;

const COLUMNS = "ca, serial, issuer, key_id, request_id, profile, origin, actor, issued, not_before, not_after, crt";

/** Synchronous: within a transaction of the caller's where it writes. */
export class RegisterTable {
  constructor(private readonly database: Database, private readonly ca: CaName) {}

  add(certificate: RegisteredCertificate): void {
    const { serial, issuer, keyId, requestId, profile, origin, actor, issuedAt, notBefore, notAfter, der } =
      certificate;
    this.database.run(
      `INSERT INTO caucase_certificate (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ...[this.ca, String(serial), issuer, keyId, requestId, profile, originToText(origin), actorToText(actor)],
      ...[fromSeconds(issuedAt), fromSeconds(notBefore), fromSeconds(notAfter), der],
    );
  }

  find(serial: bigint): RegisteredCertificate | undefined {
    const sql = `SELECT ${COLUMNS} FROM caucase_certificate WHERE ca = ? AND serial = ?`;
    const row = this.database.get(sql, this.ca, String(serial));
    return row && {
      serial,
      issuer: toText(row["issuer"]),
      keyId: toText(row["key_id"]),
      requestId: toBigInt(row["request_id"]),
      profile: oneOf(PROFILES, row["profile"]),
      origin: originFromText(toText(row["origin"])),
      actor: actorFromText(toText(row["actor"])),
      issuedAt: toSeconds(row["issued"]),
      notBefore: toSeconds(row["not_before"]),
      notAfter: toSeconds(row["not_after"]),
      der: toBytes(row["crt"]),
    };
  }

  /** How many were removed. */
  removeEnded(before: number): number {
    const ended = "SELECT rowid FROM caucase_certificate WHERE ca = ? AND not_after < ? LIMIT ?";
    const sql = `DELETE FROM caucase_certificate WHERE rowid IN (${ended})`;
    return this.database.run(sql, this.ca, fromSeconds(before), REMOVED_AT_ONCE);
  }
}
