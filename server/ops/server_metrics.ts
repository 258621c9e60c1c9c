/** What the server as a whole has at this moment: connections, jobs, backups, its certificate, its process. */
import process from "node:process";
import { collectDefaultMetrics, Gauge, type Registry } from "prom-client";
import type { BackupFigures } from "../backup/backup_log.ts";
import type { ConnectionFigures } from "../http/connection_pool.ts";
import type { JobReport } from "../jobs.ts";
import { type Show, shownCounter, shownGauge } from "./gauges.ts";

/** Where the figures are. */
export interface ServerFigures {
  /** Of the public listeners; undefined before they are there. */
  readonly connections: () => ConnectionFigures | undefined;
  readonly jobs: () => readonly JobReport[];
  /** `notAfter` of the certificate that HTTPS shows. */
  readonly httpsExpiry: () => number | undefined;
  /** Undefined where the server makes no backups. */
  readonly backup: { readonly periodSeconds: number; readonly newest: () => BackupFigures | undefined } | undefined;
}

/** Which program this is. */
export interface BuildInformation {
  readonly version: string;
  /** What makes and uses keys: `native` or `webcrypto`. */
  readonly signer: string;
}

type Plain = "connections" | "most" | "https" | "backupTime" | "backupSize" | "backupRecipients" | "backupPeriod";

const GAUGES: Readonly<Record<Plain, readonly [name: string, help: string]>> = {
  connections: ["caucase_http_connections", "Open connections."],
  most: ["caucase_http_connections_limit", "Open connections that there may be."],
  https: ["caucase_https_certificate_expiry_timestamp_seconds", "When the certificate that HTTPS shows expires."],
  backupTime: ["caucase_backup_newest_timestamp_seconds", "When the newest backup was made."],
  backupSize: ["caucase_backup_size_bytes", "Size of the newest backup."],
  backupRecipients: ["caucase_backup_recipients", "Keys that open the newest backup."],
  backupPeriod: ["caucase_backup_period_seconds", "From one backup to the next; only where the server makes them."],
};

const NO_CONNECTIONS: ConnectionFigures = { open: 0, most: 0, refused: 0, displaced: 0 };

export class ServerMetrics {
  readonly #figures: ServerFigures;
  readonly #show: (key: Plain, value: number | undefined) => void;
  readonly #refused: Show<never>;
  readonly #displaced: Show<never>;
  readonly #backupFailures: Show<never>;
  readonly #jobSuccess: Show<"name">;
  readonly #jobFailures: Show<"name">;
  readonly #jobFailing: Show<"name">;

  constructor(registry: Registry, figures: ServerFigures) {
    this.#figures = figures;
    const keys = Object.keys(GAUGES) as Plain[];
    const shows = new Map(keys.map((key) => {
      const [name, help] = GAUGES[key];
      return [key, shownGauge(registry, { name, help })];
    }));
    this.#show = (key, value) => shows.get(key)?.([value]);
    const counter = (name: string, help: string) => shownCounter(registry, { name, help });
    this.#refused = counter("caucase_http_connections_refused_total", "New connections that found no room.");
    this.#displaced = counter("caucase_http_connections_displaced_total", "Idle connections closed for new ones.");
    this.#backupFailures = counter("caucase_backup_failures_total", "Backups that could not be made.");
    // Not `job`: Prometheus has a label of that name, for what it scrapes.
    const named = { labels: ["name"] } as const;
    this.#jobSuccess = shownGauge(registry, {
      name: "caucase_job_last_success_timestamp_seconds",
      help: "When the last run of a job that succeeded began.",
      ...named,
    });
    this.#jobFailures = shownCounter(registry, {
      name: "caucase_job_failures_total",
      help: "Runs of a job that failed.",
      ...named,
    });
    this.#jobFailing = shownGauge(registry, {
      name: "caucase_job_failing",
      help: "1 where the last run of a job failed, else 0.",
      ...named,
    });
  }

  gather(): void {
    const { connections, jobs, httpsExpiry, backup } = this.#figures;
    const { open, most, refused, displaced } = connections() ?? NO_CONNECTIONS;
    const newest = backup?.newest();
    this.#show("connections", open);
    this.#show("most", most);
    this.#show("https", httpsExpiry());
    this.#show("backupTime", newest?.since);
    this.#show("backupSize", newest?.size);
    this.#show("backupRecipients", newest?.recipients);
    this.#show("backupPeriod", backup?.periodSeconds);
    this.#refused([refused]);
    this.#displaced([displaced]);
    const reports = jobs();
    const backupJob = reports.find(({ name }) => name === "backup");
    this.#backupFailures([backup && (backupJob?.failures ?? 0)]);
    this.#jobSuccess(...reports.map(({ name, lastSuccess }) => [lastSuccess, { name }] as const));
    this.#jobFailures(...reports.map(({ name, failures }) => [failures, { name }] as const));
    this.#jobFailing(...reports.map(({ name, error }) => [error === undefined ? 0 : 1, { name }] as const));
  }
}

/** Says which program it is. */
export function showBuild(registry: Registry, { version, signer }: BuildInformation): void {
  const show = shownGauge(registry, {
    name: "caucase_build_info",
    help: "1, with what runs as labels.",
    labels: ["version", "deno", "signer"],
  });
  show([1, { version, deno: Deno.version.deno, signer }]);
}

/** Those of the library that say something here: the others want files of the system that the program may not read. */
const OF_THE_PROCESS: readonly string[] = [
  "process_cpu_user_seconds_total",
  "process_cpu_system_seconds_total",
  "process_cpu_seconds_total",
  "process_start_time_seconds",
  "nodejs_eventloop_lag_seconds",
  "nodejs_eventloop_lag_mean_seconds",
  "nodejs_eventloop_lag_p99_seconds",
  "nodejs_eventloop_lag_max_seconds",
  "nodejs_heap_size_total_bytes",
  "nodejs_heap_size_used_bytes",
  "nodejs_external_memory_bytes",
];

/** How often the lag of the event loop is measured, in milliseconds: each time wakes the program up. */
const LAG_EVERY = 100;

export function showProcess(registry: Registry): void {
  const known = new Set(registry.getMetricsAsArray().map(({ name }) => name));
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: LAG_EVERY });
  for (const { name } of registry.getMetricsAsArray()) {
    if (!known.has(name) && !OF_THE_PROCESS.includes(name)) registry.removeSingleMetric(name);
  }
  new Gauge({
    name: "process_resident_memory_bytes",
    help: "Resident memory size in bytes.",
    registers: [registry],
    collect() {
      this.set(process.memoryUsage().rss);
    },
  });
}
