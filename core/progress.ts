/** The progress of work that may take long, shown to the waiting user. */

export interface Progress {
  /** What is being done, as a line begins with it: `Reading 2026-11-23.sql.caucased`. */
  readonly task: string;
  readonly done: number;
  /** Undefined where nobody can know it, as of a pipe. */
  readonly total: number | undefined;
  readonly unit: "bytes" | "entries" | "revocations";
}

/** Told often, and from within the work: must return at once. */
export type OnProgress = (progress: Progress) => void;
