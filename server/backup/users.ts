/** Whom a backup is encrypted to: every user with a valid certificate in it. */
import { CaucaseError } from "../../core/errors.ts";
import { certificateFromPem, isValidAt } from "../../core/x509/certificate.ts";
import type { PublicKey } from "../../core/keys/public_key.ts";
import { bothForms, toText } from "../storage/sqlite/column_values.ts";
import type { Database } from "../storage/sqlite/database.ts";

/** Keys of the users' certificates that are valid at `now` and not revoked. What cannot be read is nobody's certificate. */
export async function userKeys(database: Database, now: number): Promise<PublicKey[]> {
  const keys: PublicKey[] = [];
  for (const { crt } of database.rows("SELECT crt FROM caucrt WHERE crt IS NOT NULL ORDER BY id")) {
    const certificate = await readable(() => certificateFromPem(toText(crt)));
    if (certificate === undefined || !isValidAt(certificate, now)) continue;
    if (!isRevoked(database, certificate.serial)) keys.push(certificate.publicKey);
  }
  return keys;
}

async function readable<T>(read: () => Promise<T> | T): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof CaucaseError) return undefined;
    throw error;
  }
}

function isRevoked(database: Database, serial: bigint): boolean {
  const sql = "SELECT 1 FROM caurevoked WHERE serial IN (?, ?)";
  return database.get(sql, ...bothForms(String(serial))) !== undefined;
}
