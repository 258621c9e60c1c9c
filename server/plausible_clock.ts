/** Whether the clock can be right at all when a new CA begins with its date. */
import { CA_NAMES, type Storage } from "../core/ca/stores.ts";
import { CaucaseError } from "../core/errors.ts";

/** 2026-11-01T00:00:00Z: no clock that is right has been before. */
const RELEASED = 1_793_491_200;

/**
 * A new database has seen nothing that a clock could be behind of.
 * @throws `clock-behind` for a new one while the clock is before this program was made
 */
export async function requirePlausibleClock(storage: Storage, now: number): Promise<void> {
  if (now >= RELEASED) return;
  for (const ca of CA_NAMES) if ((await storage.ca(ca).issuers.list()).issuers.length > 0) return;
  throw new CaucaseError(
    "clock-behind",
    `the clock says ${new Date(now * 1000).toISOString()}, before this program was made`,
    {
      hint: "set the clock, then start: a new CA begins with its date",
    },
  );
}
