/** Looks in a database, when its server has ended, for all that was acknowledged. */
import { DatabaseSync } from "node:sqlite";
import { digestOf } from "./job.ts";

export interface Stored {
  /** Of what was acknowledged: how many are not there. */
  readonly missingCertificates: number;
  readonly missingRevocations: number;
  /** What SQLite says about the file: `ok`. */
  readonly integrity: readonly string[];
}

export async function lookUp(
  file: string,
  acknowledged: { readonly certificates: readonly string[]; readonly revoked: readonly string[] },
): Promise<Stored> {
  const database = new DatabaseSync(file);
  try {
    const column = (sql: string) => database.prepare(sql).all().map(({ value }) => textOf(value));
    const pems = column("SELECT crt AS value FROM cascrt WHERE crt IS NOT NULL");
    const certificates = new Set(await Promise.all(pems.map(digestOf)));
    const revoked = new Set(column("SELECT serial AS value FROM casrevoked"));
    return {
      missingCertificates: acknowledged.certificates.filter((digest) => !certificates.has(digest)).length,
      missingRevocations: acknowledged.revoked.filter((serial) => !revoked.has(serial)).length,
      integrity: column("SELECT integrity_check AS value FROM pragma_integrity_check"),
    };
  } finally {
    database.close();
  }
}

function textOf(value: unknown): string {
  return value instanceof Uint8Array ? new TextDecoder().decode(value) : String(value);
}
