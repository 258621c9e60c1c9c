/** A restore drill: everything a restore does with a backup, in a database that has no name and goes with the process. */
import { CaucaseError } from "../../core/errors.ts";
import type { OnProgress } from "../../core/progress.ts";
import { isValidAt } from "../../core/x509/certificate.ts";
import type { CaName } from "../../core/ca/stores.ts";
import type { Database } from "../storage/sqlite/database.ts";
import { CA_NAMES } from "../../core/ca/stores.ts";
import { createLog } from "../../core/log.ts";
import { createSchema } from "../storage/sqlite/schema.ts";
import { openScratchDatabase } from "../storage/sqlite/scratch_database.ts";
import { readCaRecords } from "./ca_records.ts";
import { loadBackup } from "./load_backup.ts";
import { readUserKey } from "./open_backup_file.ts";
import type { Passphrases } from "./pem_files.ts";
import { type ManagedStores, privateStores } from "./private_stores.ts";
import { findCertificate } from "./restored_user.ts";

export interface VerifyOrder {
  readonly backup: string;
  /** File with a private key that opens it. */
  readonly key: string;
  /** Unix seconds. */
  readonly now: number;
  readonly onProgress?: OnProgress | undefined;
}

/** What a CA has in a backup. */
export interface CaFigures {
  readonly ca: CaName;
  readonly caCertificates: number;
  /** Of those, how many have not expired. */
  readonly validCaCertificates: number;
  readonly certificates: number;
  readonly pendingRequests: number;
  readonly revocations: number;
  readonly crlNumber: bigint;
}

export interface BackupFigures {
  /** Key identifiers of those who can open it. */
  readonly recipients: readonly string[];
  readonly cas: readonly CaFigures[];
}

/**
 * Whether the backup could be restored now with this key. Nothing is written that stays.
 * @throws whatever a restore would throw; `storage` also for damage that a restore would carry over
 */
export async function verifyBackup(order: VerifyOrder, passphrases: Passphrases): Promise<BackupFigures> {
  const user = await readUserKey(order.key, passphrases);
  const database = await openScratchDatabase();
  try {
    const header = await loadBackup(database, order.backup, { ...user, onProgress: order.onProgress });
    database.transaction(() => createSchema(database));
    requireIntegrity(database);
    const stores = privateStores(database, createLog(() => {}));
    const issuers = (await readCaRecords(stores.ca("cau"))).map(({ certificate }) => certificate);
    const { serial } = await findCertificate(database, user, issuers);
    if (await stores.ca("cau").revocations.isRevoked(serial)) {
      throw new CaucaseError("untrusted", `the certificate ${serial} of the key is revoked: another user must restore`);
    }
    const cas: CaFigures[] = [];
    for (const ca of CA_NAMES) cas.push(await figuresOf(ca, { database, stores, now: order.now }));
    return { recipients: header.recipients.map(({ keyId }) => keyId), cas };
  } catch (error) {
    throw namingBackup(order.backup, error);
  } finally {
    database.close();
  }
}

function requireIntegrity(database: Database): void {
  const [first] = database.all("PRAGMA integrity_check");
  if (first?.["integrity_check"] !== "ok") throw new CaucaseError("storage", "SQLite finds the database damaged");
}

async function figuresOf(
  ca: CaName,
  { database, stores, now }: { database: Database; stores: ManagedStores; now: number },
): Promise<CaFigures> {
  const records = await readCaRecords(stores.ca(ca));
  const count = (sql: string) => Number(database.get(`SELECT COUNT(*) AS n FROM ${ca}${sql}`)?.["n"]);
  return {
    ca,
    caCertificates: records.length,
    validCaCertificates: records.filter(({ certificate }) => isValidAt(certificate, now)).length,
    certificates: count("crt WHERE crt IS NOT NULL"),
    pendingRequests: count("crt WHERE crt IS NULL"),
    revocations: count("revoked"),
    crlNumber: (await stores.ca(ca).state()).crl.number,
  };
}

/** The database has no name to be found under. */
function namingBackup(path: string, error: unknown): unknown {
  if (!(error instanceof CaucaseError) || error.code === "file") return error;
  const message = `${path} is not good for restoring: ${error.message}`;
  return new CaucaseError(error.code, message, { ...error.details, cause: error });
}
