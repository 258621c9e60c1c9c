/** Counts requests, signatures and commits while they happen, and remembers how the last ones ended. */
import { Counter, Histogram, type Registry } from "prom-client";
import type { CommitOutcome, Ended, Outcome, RequestWatch, WatchedRequest, Watcher } from "../watcher.ts";

/** Upper bounds, in seconds. */
const REQUEST_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];
const WORK_BUCKETS = [0.0001, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5];

/** What clients name otherwise is `other`: a label takes these values and no more. */
const METHODS: readonly string[] = ["GET", "HEAD", "PUT", "POST", "DELETE", "OPTIONS"];

/** The label of a request that takes no route of a table: an unknown path, a method that it has not, a preflight. */
const NO_ROUTE = "none";

export class Traffic implements Watcher {
  /** When a commit was on the disk last, as of `performance.now()`. */
  committedAt = -Infinity;
  /** When one failed last. */
  commitFailedAt = -Infinity;
  /** How the last signature ended. */
  lastSignature: Outcome = "done";
  readonly #requests;
  readonly #durations;
  readonly #signatures;
  readonly #signatureFailures;
  readonly #commits;
  readonly #commitFailures;
  readonly #writes;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#requests = new Counter({
      name: "caucase_http_requests_total",
      help: "Answered requests by the name of their route, method and status.",
      labelNames: ["route", "method", "status"],
      registers,
    });
    this.#durations = new Histogram({
      name: "caucase_http_request_duration_seconds",
      help: "From the head of a request to the end of its answer's making.",
      labelNames: ["route"],
      buckets: REQUEST_BUCKETS,
      registers,
    });
    this.#signatures = new Histogram({
      name: "caucase_signature_duration_seconds",
      help: "Signatures with keys of the CAs and of the server, by kind.",
      labelNames: ["scheme"],
      buckets: WORK_BUCKETS,
      registers,
    });
    this.#signatureFailures = new Counter({
      name: "caucase_signature_failures_total",
      help: "Signatures that could not be made.",
      registers,
    });
    this.#commits = new Histogram({
      name: "caucase_commit_duration_seconds",
      help: "Commits of the database, until they are on the disk.",
      buckets: WORK_BUCKETS,
      registers,
    });
    this.#commitFailures = new Counter({
      name: "caucase_commit_failures_total",
      help: "Commits that failed.",
      registers,
    });
    this.#writes = new Counter({
      name: "caucase_committed_writes_total",
      help: "Writes in all commits: those that come at the same time share one.",
      registers,
    });
  }

  request({ method }: WatchedRequest): RequestWatch {
    const started = performance.now();
    let route = NO_ROUTE;
    return {
      within: (action) => action(),
      routed: (name) => {
        route = name;
      },
      answered: (status) => {
        this.#requests.inc({ route, method: METHODS.includes(method) ? method : "other", status });
        this.#durations.observe({ route }, secondsSince(started));
      },
    };
  }

  signature(scheme: string): Ended {
    const started = performance.now();
    return (outcome) => {
      this.lastSignature = outcome;
      if (outcome === "done") this.#signatures.observe({ scheme }, secondsSince(started));
      else this.#signatureFailures.inc();
    };
  }

  commit(writes: number): Ended<CommitOutcome> {
    const started = performance.now();
    return (outcome) => {
      if (outcome === "refused") return;
      if (outcome === "failed") {
        this.commitFailedAt = performance.now();
        return this.#commitFailures.inc();
      }
      this.committedAt = performance.now();
      this.#commits.observe(secondsSince(started));
      this.#writes.inc(writes);
    };
  }
}

function secondsSince(started: number): number {
  return (performance.now() - started) / 1000;
}
