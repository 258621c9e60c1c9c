/** What is told because time passes: requests that wait for long, certificates that end, backups that get old. */
import { SECONDS_PER_DAY } from "../../core/ca/lifecycle.ts";
import type { CaName, StoredRequest } from "../../core/ca/stores.ts";
import { CaucaseError } from "../../core/errors.ts";
import type { Log } from "../../core/log.ts";
import { foreignNames } from "../../core/notify/foreign_names.ts";
import type { Condition, Findings, NotifyingStorage } from "../../core/notify/store.ts";
import { parseCertificate } from "../../core/x509/certificate.ts";
import { newestBackup } from "../backup/backup_folder.ts";
import type { Job } from "../jobs.ts";
import { nextTurn } from "../next_turn.ts";
import type { Drafts } from "./drafts.ts";
import { namesOfRequest } from "./news.ts";

/** Seconds between two looks. */
const LOOK = 600;

/** A certificate is told about when it has less than this left, in days. */
const TOLD_AT = [1, 7, 14] as const;

/** How many certificates, and how many requests, are looked at. Somebody with more has been told enough. */
const MOST = 500;

export interface ConditionsParts {
  readonly storage: NotifyingStorage;
  readonly drafts: Drafts;
  /** Undefined without backups. */
  readonly backup: { readonly folder: string; readonly period: number } | undefined;
  readonly log: Log;
}

export class ConditionsWatch implements Job {
  readonly name = "notifications of what is due";

  constructor(private readonly parts: ConditionsParts) {}

  async run(now: number): Promise<number> {
    for (const ca of ["cas", "cau"] as const) {
      await this.#settle({ topic: `waiting/${ca}`, conditions: await this.#waiting(ca, now), now });
      await this.#settle({ topic: `ending/${ca}`, conditions: await this.#ending(ca, now), now });
    }
    await this.#settleBackup(now);
    return now + LOOK;
  }

  async #settle(findings: Findings): Promise<void> {
    const dropped = await this.parts.storage.notifications.settle(findings);
    if (dropped > 0) this.parts.log.warning("notify.queue_full", { count: dropped });
  }

  async #waiting(ca: CaName, now: number): Promise<readonly Condition[]> {
    if (!this.parts.drafts.isWanted("request-waiting-long")) return [];
    const pending = await this.parts.storage.ca(ca).requests.pending();
    return await slowly(pending.slice(0, MOST), (request) => this.#waitingLong(ca, request, now));
  }

  async #waitingLong(ca: CaName, { id, keyId, csr }: StoredRequest, now: number): Promise<Condition> {
    const request = {
      kind: "request-waiting-long",
      ca,
      requestId: id,
      keyId,
      names: await namesOfRequest(csr),
    } as const;
    return {
      name: `${id}`,
      after: SECONDS_PER_DAY,
      draft: (since) => this.parts.drafts.of({ ...request, since }, now),
    };
  }

  async #ending(ca: CaName, now: number): Promise<readonly Condition[]> {
    const kind = ca === "cau" ? "user-certificate-expiring" : "certificate-expiring";
    if (!this.parts.drafts.isWanted(kind)) return [];
    const longest = Math.max(...TOLD_AT) * SECONDS_PER_DAY;
    const query = { status: "expiring", expiresBefore: now + longest, limit: MOST } as const;
    const { records } = await this.parts.storage.ca(ca).register.list(query, now);
    return await slowly(records, async ({ certificate: { serial, notAfter, der } }) => {
      const days = TOLD_AT.find((each) => notAfter - now <= each * SECONDS_PER_DAY) ?? Math.max(...TOLD_AT);
      const names = foreignNames(await parseCertificate(der));
      const draft = () => this.parts.drafts.of({ kind, ca, serial, names, notAfter, days }, now);
      return { name: `${serial} ${days}`, after: 0, draft };
    });
  }

  /** A folder that cannot be read is told by the job that makes backups, and says nothing about their age. */
  async #settleBackup(now: number): Promise<void> {
    const { backup } = this.parts;
    const newest = await (backup && newestBackup(backup.folder, now))?.catch((error) => {
      if (error instanceof CaucaseError && error.code === "file") return "unreadable" as const;
      throw error;
    });
    if (newest === "unreadable") return;
    await this.#settle({ topic: "backup", conditions: this.#oldBackup(newest?.since, now), now });
  }

  /** Twice the time from one to the next: a single late one is no news. */
  #oldBackup(newest: number | undefined, now: number): readonly Condition[] {
    const { backup, drafts } = this.parts;
    if (backup === undefined || newest === undefined || now < newest + 2 * backup.period) return [];
    return [{ name: "old", after: 0, draft: () => drafts.of({ kind: "backup-old", newest }, now) }];
  }
}

/** One after the other, and others go on in between. */
async function slowly<T, Result>(values: readonly T[], work: (value: T) => Promise<Result>): Promise<Result[]> {
  const results: Result[] = [];
  for (const value of values) {
    results.push(await work(value));
    await nextTurn();
  }
  return results;
}
