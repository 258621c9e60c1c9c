/** Tells when jobs begin to fail, and when they work again. */
import { describeError } from "../../core/errors.ts";
import type { Log } from "../../core/log.ts";
import { shortened } from "../../core/notify/foreign_names.ts";
import type { NotificationStore } from "../../core/notify/store.ts";
import { escapeControls } from "../../core/x509/name.ts";
import type { Drafts } from "./drafts.ts";

/** How a run of a job ended. */
export interface JobOutcome {
  readonly job: string;
  /** Unix seconds. */
  readonly now: number;
  /** Undefined when it went well. */
  readonly failure: { readonly error: unknown } | undefined;
}

const LONGEST_ERROR = 300;

export class JobNews {
  /** Whether the job failed at its last run, by name; jobs that did not run yet are not in it. */
  readonly #failing = new Map<string, boolean>();

  constructor(
    private readonly parts: { readonly store: NotificationStore; readonly drafts: Drafts; readonly log: Log },
  ) {}

  /**
   * Told after each run, by whoever runs jobs. What a job did before the server started is not known: so a job that
   * goes well at first has recovered if somebody was told that it had failed.
   */
  async told(outcome: JobOutcome): Promise<void> {
    const { job, now, failure } = outcome;
    const isFailing = failure !== undefined;
    if (this.#failing.get(job) === isFailing) return;
    const { store, drafts, log } = this.parts;
    const kind = job === "backup" ? "backup-failed" : "job-failing";
    const error = isFailing ? shortened(escapeControls(describeError(failure.error)), LONGEST_ERROR) : undefined;
    const failing = (since: number) => drafts.of({ kind, job, since, error }, now);
    const ended = (since: number) => drafts.of({ kind: "job-recovered", job, since, error: undefined }, now);
    const conditions = isFailing ? [{ name: "failing", after: 0, draft: failing }] : [];
    const dropped = await store.settle({ topic: `job/${job}`, conditions, now, ended });
    this.#failing.set(job, isFailing);
    if (dropped > 0) log.warning("notify.queue_full", { count: dropped });
  }
}
