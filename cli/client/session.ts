/** What the actions of one `caucase client` call share: where to, with which trust, and how it went. */
import { CaucaseError, describeError } from "../../core/errors.ts";
import type { Certificate } from "../../core/x509/certificate.ts";
import type { ApiClient } from "../net/api_client.ts";
import { EXIT } from "../exit_status.ts";
import { printError } from "../terminal.ts";

export type Mode = "service" | "user";

export interface ClientSession {
  readonly api: ApiClient;
  readonly mode: Mode;
  /** CA certificates of `mode`, up to date. */
  readonly authorities: readonly Certificate[];
  /** Unix seconds. */
  readonly now: number;
  readonly outcome: ClientOutcome;
}

/** How a call went: what it changed, and its exit status. */
export class ClientOutcome {
  #warned = false;
  #failed = false;
  /** Whether a CA certificate, a certificate or a CRL changed that a hook should hear of. */
  changed = false;

  get status(): number {
    if (this.#failed) return EXIT.error;
    return this.#warned ? EXIT.warning : EXIT.ok;
  }

  /** Something is not as wished, and was said. */
  warned(): void {
    this.#warned = true;
  }

  /** Something was not done, and was said. */
  failed(): void {
    this.#failed = true;
  }

  /**
   * Does `action` for each of `items`. One that fails is reported, with its name in front unless the error names its
   * file, and does not keep the others from being done; only a server that cannot be reached, and bugs, end
   * the whole call.
   */
  async forEach<T>(
    items: readonly T[],
    { name, action }: { name: (item: T) => string; action: (item: T) => Promise<void> },
  ): Promise<void> {
    for (const item of items) {
      try {
        await action(item);
      } catch (error) {
        if (!(error instanceof CaucaseError) || error.code === "unreachable") throw error;
        printError(error.code === "file" ? describeError(error) : `${name(item)}: ${describeError(error)}`);
        this.failed();
      }
    }
  }
}
