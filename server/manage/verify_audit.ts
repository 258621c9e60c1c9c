/** Checks the audit log in a database, without its server or beside it. */
import { readFileBytes } from "../../core/host/durable_file.ts";
import { splitCheckpoints } from "../../core/audit/checkpoint.ts";
import { type Verified, verifyAudit } from "../../core/audit/verification.ts";
import { CaucaseError } from "../../core/errors.ts";
import type { Log } from "../../core/log.ts";
import type { OnProgress } from "../../core/progress.ts";
import { StoredAudit } from "../audit/audit_log.ts";
import { openStorageForReading } from "../storage/open.ts";

export interface AuditVerification {
  readonly db: string;
  /** Path of a file with checkpoints that were kept. */
  readonly checkpoints: string;
}

/** @throws `untrusted` for whatever is not as it was; `file`, `storage` */
export async function verifyAuditOf(
  { db, checkpoints }: AuditVerification,
  { log, onProgress }: { readonly log: Log; readonly onProgress?: OnProgress },
): Promise<Verified> {
  const bytes = await readFileBytes(checkpoints);
  if (bytes === undefined) throw new CaucaseError("file", `cannot read ${checkpoints}: it does not exist`);
  const kept = splitCheckpoints(new TextDecoder().decode(bytes));
  const storage = await openStorageForReading(db, log);
  try {
    return await verifyAudit(new StoredAudit(storage.audit), {
      kept,
      onRead: (done) => onProgress?.({ task: "Reading the audit log", done, total: undefined, unit: "entries" }),
    });
  } finally {
    await storage.close();
  }
}
