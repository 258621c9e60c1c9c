/**
 * A restore drill: everything a restore does with a backup, in a database that has no name and goes with the process.
 */
import { CaucaseError } from "../../core/errors.ts";
import type { OnProgress } from "../../core/progress.ts";
import { isValidAt } from "../../core/x509/certificate.ts";
import { CA_NAMES, type CaName } from "../../core/ca/stores.ts";
import { openScratchStorage } from "../storage/open.ts";
import type { PrivateDatabase, RowCounts } from "../storage/sqlite/private_database.ts";
import { readCaRecords } from "./ca_records.ts";
import { loadBackup } from "./load_backup.ts";
import { readUserKey } from "./open_backup_file.ts";
import type { Passphrases } from "./pem_files.ts";
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
export interface CaFigures extends RowCounts {
  readonly ca: CaName;
  readonly caCertificates: number;
  /** Of those, how many have not expired. */
  readonly validCaCertificates: number;
  readonly crlNumber: bigint;
}

export interface BackupFigures {
  /** Identifiers of the keys that can open it. */
  readonly recipients: readonly string[];
  readonly cas: readonly CaFigures[];
}

/**
 * Whether the backup could be restored now with this key. Nothing is written that stays.
 * @throws whatever a restore would throw; `storage` also for damage that a restore would carry over
 */
export async function verifyBackup(order: VerifyOrder, passphrases: Passphrases): Promise<BackupFigures> {
  const user = await readUserKey(order.key, passphrases);
  const database = await openScratchStorage();
  try {
    const header = await loadBackup(database, order.backup, { ...user, onProgress: order.onProgress });
    database.completeSchema();
    database.requireIntegrity();
    const issuers = (await readCaRecords(database.ca("cau"))).map(({ certificate }) => certificate);
    const { serial } = await findCertificate(database, user, issuers);
    if (await database.ca("cau").revocations.isRevoked(serial)) {
      throw new CaucaseError("untrusted", `the certificate ${serial} of the key is revoked: another user must restore`);
    }
    const cas: CaFigures[] = [];
    for (const ca of CA_NAMES) cas.push(await figuresOf(ca, database, order.now));
    return { recipients: header.recipients.map(({ keyId }) => keyId), cas };
  } catch (error) {
    throw namingBackup(order.backup, error);
  } finally {
    database.close();
  }
}

async function figuresOf(ca: CaName, database: PrivateDatabase, now: number): Promise<CaFigures> {
  const records = await readCaRecords(database.ca(ca));
  return {
    ca,
    caCertificates: records.length,
    validCaCertificates: records.filter(({ certificate }) => isValidAt(certificate, now)).length,
    ...database.countRows(ca),
    crlNumber: (await database.ca(ca).state()).crl.number,
  };
}

/** The database has no name to be found under. */
function namingBackup(path: string, error: unknown): unknown {
  if (!(error instanceof CaucaseError) || error.code === "file") return error;
  const message = `${path} is not good for restoring: ${error.message}`;
  return new CaucaseError(error.code, message, { ...error.details, cause: error });
}
