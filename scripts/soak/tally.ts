/** What came of the actions of one process. */
import type { ClientResult } from "./job.ts";

/** Texts of faults that are kept; all are counted. */
const MOST_FAULTS = 20;

export class Tally {
  readonly #actions = new Map<string, number>();
  readonly #statuses = new Map<string, number>();
  readonly #certificates = new Set<string>();
  readonly #revoked = new Set<string>();
  readonly #faults: string[] = [];
  #faultCount = 0;

  action(name: string): void {
    count(this.#actions, name);
  }

  status(status: number | "none"): void {
    count(this.#statuses, `${status}`);
  }

  /** @param digest of its PEM */
  certificate(digest: string): void {
    this.#certificates.add(digest);
  }

  revocation(serial: bigint): void {
    this.#revoked.add(`${serial}`);
  }

  fault(action: string, error: unknown): void {
    this.#faultCount++;
    const reason = error instanceof Error ? error.message : String(error);
    if (this.#faults.length < MOST_FAULTS) this.#faults.push(`${action}: ${reason}`);
  }

  result(): ClientResult {
    return {
      actions: Object.fromEntries(this.#actions),
      statuses: Object.fromEntries(this.#statuses),
      certificates: [...this.#certificates],
      revoked: [...this.#revoked],
      faults: this.#faults,
      faultCount: this.#faultCount,
    };
  }
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
