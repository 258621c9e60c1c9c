/** Removes what is over: whatever a stranger can make ends by itself. */
import type { AcmeLives } from "../../core/acme/acme_settings.ts";
import type { AcmeStore } from "../../core/acme/stores.ts";
import { SECONDS_PER_DAY } from "../../core/ca/lifecycle.ts";
import type { Job } from "../jobs.ts";

/** Seconds. */
const EVERY = 3600;

/** How long what is over can still be read, in seconds: a client learns that it came too late. */
const READABLE = SECONDS_PER_DAY;

/** A part at a time, until nothing is left that is over. */
export function cleanUpJob(store: AcmeStore, { idleAccount }: Pick<AcmeLives, "idleAccount">): Job {
  return {
    name: "clean-up of ACME",
    async run(now) {
      const removed = await store.removeExpired(now - READABLE, now - idleAccount);
      return removed > 0 ? now : now + EVERY;
    },
  };
}
