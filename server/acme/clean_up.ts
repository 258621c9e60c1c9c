/** Removes what is over: whatever a stranger can make ends by itself. */
import type { AcmeLives } from "../../core/acme/acme_settings.ts";
import type { AcmeStore } from "../../core/acme/stores.ts";
import type { Job } from "../jobs.ts";

/** Seconds. */
const EVERY = 3600;

/** A part at a time, until nothing is left that is over. */
export function cleanUpJob(store: AcmeStore, { idleAccount }: Pick<AcmeLives, "idleAccount">): Job {
  return {
    name: "clean-up of ACME",
    async run(now) {
      const removed = await store.removeExpired(now, now - idleAccount);
      return removed > 0 ? now : now + EVERY;
    },
  };
}
