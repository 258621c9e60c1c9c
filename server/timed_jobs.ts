/** What happens to CAs and register when its time has come. */
import type { CertificateAuthority } from "../core/ca/certificate_authority.ts";
import { SECONDS_PER_DAY } from "../core/ca/lifecycle.ts";
import { CA_NAMES } from "../core/ca/stores.ts";
import type { Log } from "../core/log.ts";
import type { Job } from "./jobs.ts";
import type { SqliteStorage } from "./storage/sqlite/sqlite_storage.ts";

/** Makes CA certificates and CRLs in time even when nobody asks for them. */
export function caJobs(authorities: readonly CertificateAuthority[]): Job[] {
  return authorities.flatMap((ca) => [
    {
      name: `rollover of ${ca.name}`,
      async run(now) {
        await ca.issuers.ensureValid(now);
        return await ca.issuers.nextDueAt(now);
      },
    },
    {
      name: `CRL of ${ca.name}`,
      async run(now) {
        await ca.crls.ensureCurrent(now);
        return await ca.crls.nextDueAt(now);
      },
    },
  ]);
}

/** How often the register's index reads what is new, in seconds: so little is left for who asks to wait for. */
const INDEXED_EVERY = 20;

/**
 * Fills the register with what another program issued, once: none writes to the database while this one serves. Lets it
 * forget what ended more than `keeps` seconds ago, a part at a time, and keeps its index near.
 */
export function registerJob(
  storage: SqliteStorage,
  { keeps, log }: { readonly keeps: number; readonly log: Log },
): Job {
  let isFilled = false;
  let forgetAt = -Infinity;
  return {
    name: "register",
    async run(now) {
      if (!isFilled) {
        const found = await storage.fillRegister(now - keeps);
        if (found > 0) log.info("register.found", { count: found });
      }
      isFilled = true;
      await storage.indexRegister();
      if (now < forgetAt) return now + INDEXED_EVERY;
      let removed = 0;
      for (const ca of CA_NAMES) removed += await storage.ca(ca).certificates.forgetEnded(now - keeps);
      if (removed === 0) forgetAt = now + SECONDS_PER_DAY;
      return removed > 0 ? now : now + INDEXED_EVERY;
    },
  };
}
