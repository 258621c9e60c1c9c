/** ACME authorizations in an SQLite database. Synchronous: within a transaction of the caller's where it writes. */
import { type Authorization, isProved } from "../../../core/acme/authorization.ts";
import { type Identifier, identifierKey, isWildcard, withoutWildcard } from "../../../core/acme/identifier.ts";
import { HOUR } from "../../../core/acme/store_rules.ts";
import { AUTHORIZATION_COLUMNS, authorizationValues, toAuthorization } from "./acme_values.ts";
import { fromSeconds } from "./column_values.ts";
import type { Database } from "./database.ts";

/** How many rows one clean-up removes at most: an order has up to a hundred of them. */
const REMOVED_AT_ONCE = 2000n;

export class AuthorizationTable {
  constructor(private readonly database: Database) {}

  get(id: string): Authorization | undefined {
    const sql = `SELECT ${AUTHORIZATION_COLUMNS} FROM caucase_acme_authorization WHERE id = ?`;
    const row = this.database.get(sql, id);
    return row && toAuthorization(row);
  }

  insert(authorization: Authorization): void {
    this.database.run(
      `INSERT INTO caucase_acme_authorization (${AUTHORIZATION_COLUMNS}, proved) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      ...authorizationValues(authorization),
      isProved(authorization) ? 1n : null,
    );
  }

  update(next: Authorization, now: number): void {
    const { id, status, expires, challenges } = next;
    const failed = status === "invalid" ? fromSeconds(now) : null;
    const sql = "UPDATE caucase_acme_authorization" +
      " SET status = ?, expires = ?, challenges = ?, proved = ?, failed = ? WHERE id = ?";
    const proved = isProved(next) ? 1n : null;
    this.database.run(sql, status, fromSeconds(expires), JSON.stringify(challenges), proved, failed, id);
  }

  /** A proved one of the account for this name that is good until `until`. */
  proved(account: string, identifier: Identifier, until: number): Authorization | undefined {
    const sql = `SELECT ${AUTHORIZATION_COLUMNS} FROM caucase_acme_authorization` +
      " WHERE proved IS NOT NULL AND account = ? AND identifier = ? AND wildcard = ? AND expires >= ? LIMIT 1";
    const name = identifierKey(withoutWildcard(identifier));
    const wildcard = isWildcard(identifier) ? 1n : 0n;
    const row = this.database.get(sql, account, name, wildcard, fromSeconds(until));
    return row && toAuthorization(row);
  }

  /** Failures of an account and a name in the last hour, at most `limit`. */
  countFailures({ account, now, limit }: FailureQuery, identifier: Identifier): number {
    const sql = "SELECT 1 FROM caucase_acme_authorization" +
      " WHERE account = ? AND identifier = ? AND failed IS NOT NULL AND failed > ? LIMIT ?";
    const name = identifierKey(withoutWildcard(identifier));
    return this.database.all(sql, account, name, fromSeconds(now - HOUR), BigInt(limit)).length;
  }

  /** A bounded number; how many. */
  removeExpired(now: number): number {
    const expired = "SELECT id FROM caucase_acme_authorization WHERE expires < ? LIMIT ?";
    const sql = `DELETE FROM caucase_acme_authorization WHERE id IN (${expired})`;
    return this.database.run(sql, fromSeconds(now), REMOVED_AT_ONCE);
  }
}

export interface FailureQuery {
  readonly account: string;
  readonly now: number;
  readonly limit: number;
}
