/** Shows the revocations in a database, also in a damaged one, or beside its server. */
import { CaucaseError } from "../../core/errors.ts";
import { openDamaged } from "../storage/open.ts";
import { readableRevocations, type RevocationItem } from "../storage/sqlite/revocation_list.ts";

/**
 * Tells of each, and of each place where some cannot be read.
 * @throws `storage` when it cannot be opened; after all was told, when something cannot be read
 */
export async function listRevocations(db: string, tell: (item: RevocationItem) => void): Promise<void> {
  const database = await openDamaged(db);
  let listed = 0;
  let error: CaucaseError | undefined;
  try {
    for (const item of readableRevocations(database)) {
      tell(item);
      if ("error" in item) error ??= item.error;
      else listed++;
    }
  } finally {
    database.close();
  }
  if (error === undefined) return;
  throw new CaucaseError("storage", `only ${listed} revocations can be read: ${error.message}`, {
    cause: error,
    hint: "a CRL that some host has shows the others",
  });
}
