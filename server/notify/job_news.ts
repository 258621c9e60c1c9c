/** Tells when other jobs begin to fail, and when they work again. */
import { describeError } from "../../core/errors.ts";
import type { Log } from "../../core/log.ts";
import { shortened } from "../../core/notify/foreign_names.ts";
import type { NotificationStore } from "../../core/notify/store.ts";
import { escapeControls } from "../../core/x509/name.ts";
import type { Job, JobReport, JobReports } from "../jobs.ts";
import type { Drafts } from "./drafts.ts";

const LONGEST_ERROR = 300;

export interface JobNewsParts {
  readonly store: NotificationStore;
  readonly reports: JobReports;
  readonly drafts: Drafts;
  readonly log: Log;
  /** How often it looks, in seconds. */
  readonly poll: number;
}

/**
 * What a job did before the server started is not known: one that goes well at first has recovered if somebody was told
 * that it had failed.
 */
export class JobNews implements Job {
  readonly name = "notifications of jobs";
  readonly isFrequent = true;
  /** Whether the job failed at its last run, by name, as far as it was told. */
  readonly #told = new Map<string, boolean>();

  constructor(private readonly parts: JobNewsParts) {}

  async run(now: number): Promise<number> {
    for (const report of this.parts.reports.list()) {
      const isFailing = report.error !== undefined;
      if (this.#told.get(report.name) === isFailing) continue;
      await this.#settle(report, now);
      this.#told.set(report.name, isFailing);
    }
    return now + this.parts.poll;
  }

  async #settle({ name: job, error: thrown }: JobReport, now: number): Promise<void> {
    const { store, drafts, log } = this.parts;
    const kind = job === "backup" ? "backup-failed" : "job-failing";
    const error = shortened(escapeControls(describeError(thrown)), LONGEST_ERROR);
    const failing = (since: number) => drafts.of({ kind, job, since, error }, now);
    const ended = (since: number) => drafts.of({ kind: "job-recovered", job, since, error: undefined }, now);
    const conditions = thrown === undefined ? [] : [{ name: "failing", after: 0, draft: failing }];
    const dropped = await store.settle({ topic: `job/${job}`, conditions, now, ended });
    if (dropped > 0) log.warning("notify.queue_full", { count: dropped });
  }
}
