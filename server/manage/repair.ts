/** What is set right in a database by hand, while its server is stopped. */
import { OPERATOR } from "../../core/ca/actor.ts";
import { CaucaseError } from "../../core/errors.ts";
import type { Log } from "../../core/log.ts";
import { openStorage, storageExists } from "../storage/open.ts";
import type { Admission, RaisedCrlNumber } from "../storage/sqlite/repair.ts";

export interface RepairOrder {
  readonly db: string;
  readonly raiseCrlNumbers: boolean;
  readonly admitUser: boolean;
}

/** What was done; nothing of what was not asked for. */
export interface RepairReport {
  readonly raised: readonly RaisedCrlNumber[];
  readonly admission: Admission | undefined;
}

/**
 * Resolves when it is on the disk.
 * @throws `in-use` while a server has the database; `storage`, also when there is none; `unacceptable`
 */
export async function repair(
  { db, raiseCrlNumbers, admitUser }: RepairOrder,
  { now, log }: { readonly now: number; readonly log: Log },
): Promise<RepairReport> {
  if (!await storageExists(db)) {
    throw new CaucaseError("storage", `cannot open the database ${db}: it does not exist`, {
      hint: "check the path given with --db",
    });
  }
  const by = { actor: OPERATOR, now };
  const storage = await openStorage(db, log);
  try {
    const raised = raiseCrlNumbers ? await storage.raiseCrlNumbers(by) : [];
    return { raised, admission: admitUser ? await storage.openAdmission(by) : undefined };
  } finally {
    await storage.close();
  }
}
