/**
 * Counts what happened at the CAs by reading events, a part at a time: what issues and revokes knows nothing of it.
 * Counters begin with the program, so nothing from before is read.
 */
import { Counter, type Registry } from "prom-client";
import type { RecordedEvent, Storage } from "../../core/ca/stores.ts";
import { nextTurn } from "../next_turn.ts";

/** Events of one look at the database: a few milliseconds. */
const PAGE = 256;
/** Pages that one call reads: the next one goes on from there. */
const MOST_PAGES = 16;

export class EventCounters {
  readonly #issued;
  readonly #received;
  readonly #rejected;
  readonly #revoked;
  readonly #made;
  readonly #storage: Pick<Storage, "events">;
  #after: bigint;
  #reading: Promise<void> | undefined;

  /** @param after the id of the last event that is not to be counted */
  constructor(registry: Registry, storage: Pick<Storage, "events">, after: bigint) {
    const registers = [registry];
    this.#storage = storage;
    this.#after = after;
    this.#issued = new Counter({
      name: "caucase_certificates_issued_total",
      help: "Certificates by CA and by how they came about; how=renewal are renewals.",
      labelNames: ["ca", "how"],
      registers,
    });
    this.#received = new Counter({
      name: "caucase_requests_received_total",
      help: "Requests for certificates that were stored; a request that is sent again counts once.",
      labelNames: ["ca"],
      registers,
    });
    this.#rejected = new Counter({
      name: "caucase_requests_rejected_total",
      help: "Pending requests that were rejected, by CA and by who did it.",
      labelNames: ["ca", "by"],
      registers,
    });
    this.#revoked = new Counter({
      name: "caucase_certificates_revoked_total",
      help: "Revocations by CA and by who asked for them.",
      labelNames: ["ca", "by"],
      registers,
    });
    this.#made = new Counter({
      name: "caucase_ca_certificates_made_total",
      help: "CA certificates that were made or imported.",
      labelNames: ["ca"],
      registers,
    });
    this.#beginAtNothing();
  }

  /** What is there from the start grows at its first event too: what comes with one is not seen to have grown. */
  #beginAtNothing(): void {
    for (const ca of ["cau", "cas"] as const) {
      this.#received.inc({ ca }, 0);
      for (const how of ["automatic", "approved", "renewal"] as const) this.#issued.inc({ ca, how }, 0);
      this.#rejected.inc({ ca, by: "user" }, 0);
      for (const by of ["user", "holder"] as const) this.#revoked.inc({ ca, by }, 0);
    }
  }

  /** Counts what is new, up to a few thousand events; others go on meanwhile. */
  catchUp(): Promise<void> {
    return this.#reading ??= this.#read().finally(() => this.#reading = undefined);
  }

  async #read(): Promise<void> {
    for (let page = 0; page < MOST_PAGES; page++) {
      const events = await this.#storage.events(this.#after, PAGE);
      for (const event of events) this.#count(event);
      this.#after = events.at(-1)?.id ?? this.#after;
      if (events.length < PAGE) return;
      await nextTurn();
    }
  }

  #count({ ca, actor, event }: RecordedEvent): void {
    switch (event.kind) {
      case "requested":
        return this.#received.inc({ ca });
      case "rejected":
        return this.#rejected.inc({ ca, by: actor.kind });
      case "issued":
        return this.#issued.inc({ ca, how: event.origin.kind });
      case "revoked":
        return this.#revoked.inc({ ca, by: actor.kind });
      case "issuer-added":
        return this.#made.inc({ ca });
      default:
        return;
    }
  }
}
