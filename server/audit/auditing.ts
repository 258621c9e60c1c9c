/** When the audit log grows: each minute in which something happened, and at the end. */
import type { Log } from "../../core/log.ts";
import type { AuditSource } from "../../core/audit/verification.ts";
import type { Job } from "../jobs.ts";
import { AuditLog, type AuditLogParts } from "./audit_log.ts";
import { WitnessFeed, witnessJob, witnessOf } from "./witness.ts";

/** From one checkpoint to the next, in seconds. */
const PERIOD = 60;

/** How long the last checkpoint may take to reach a witness when the server stops, in milliseconds. */
const LAST_WORDS = 5000;

export interface AuditingOptions extends AuditLogParts {
  /** Files and URLs that get each checkpoint. */
  readonly witnesses: readonly string[];
  readonly log: Log;
}

export interface Auditing {
  /** What others read. */
  readonly source: AuditSource;
  readonly jobs: readonly Job[];
  /** After the jobs: takes in what happened last, and tells the witnesses. Never fails. */
  finish(now: number): Promise<void>;
}

/** @throws `usage` for a witness that is neither a file nor a URL */
export function createAuditing({ witnesses, log, ...parts }: AuditingOptions, signal: AbortSignal): Auditing {
  const audit = new AuditLog(parts);
  const feeds = witnesses.map((where) => new WitnessFeed(witnessOf(where), parts.store));
  const growing: Job = {
    name: "audit log",
    async run(now) {
      await audit.grow(now, signal);
      return now + PERIOD;
    },
  };
  const giveLast = async (feed: WitnessFeed) => {
    try {
      await withinTime(feed.give());
    } catch (error) {
      log.warning("audit.not_witnessed", { witness: feed.witness.name, error });
    }
  };
  return {
    source: audit,
    jobs: [growing, ...feeds.map(witnessJob)],
    async finish(now) {
      try {
        await audit.grow(now, signal);
      } catch (error) {
        log.warning("audit.not_finished", { error });
      }
      await Promise.all(feeds.map(giveLast));
    },
  };
}

/** A witness that hangs does not keep the server from ending. */
async function withinTime(work: Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${LAST_WORDS / 1000} s`)), LAST_WORDS);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
