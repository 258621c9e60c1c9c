/** Work that is due, but that something older can still stand in for when it fails. */

/** Seconds from a failure to the next attempt: the work may be expensive, and a full disk stays full for a while. */
const RETRY_AFTER = 60;

export class DueWork {
  #notBefore = -Infinity;

  /** @param report tells the administrator of a failure */
  constructor(private readonly report: (error: unknown) => void) {}

  /**
   * Does `work`. Where it fails and `canWait` says that what there is will do for now, the failure is reported and the
   * work is not tried again for a minute; else the failure is the caller's.
   */
  async attempt(
    work: () => Promise<unknown>,
    { canWait, now }: { canWait: () => boolean; now: number },
  ): Promise<void> {
    // A clock that was set back must not keep it waiting.
    if (now < this.#notBefore && this.#notBefore <= now + RETRY_AFTER && canWait()) return;
    try {
      await work();
      this.#notBefore = -Infinity;
    } catch (error) {
      if (!canWait()) throw error;
      this.#notBefore = now + RETRY_AFTER;
      this.report(error);
    }
  }
}
