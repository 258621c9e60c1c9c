/**
 * The endpoint of those who run the server (`--ops-listen`): its metrics, from before the database is opened, and its
 * listener, which has connections and limits of its own: a crowd at the public ports does not keep anybody from it.
 */
import { isIPv4 } from "node:net";
import { Registry } from "prom-client";
import { CA_NAMES, type Storage } from "../../core/ca/stores.ts";
import type { Clock } from "../../core/host/clock.ts";
import type { Log } from "../../core/log.ts";
import type { BackupFigures } from "../backup/backup_log.ts";
import { type CertificateAuthorities, seconds } from "../certificate_authorities.ts";
import { resolveAddresses } from "../http/addresses.ts";
import type { Limits } from "../http/limits.ts";
import { type Listeners, startListeners } from "../http/listener.ts";
import type { JobReports } from "../jobs.ts";
import type { SqliteStorage } from "../storage/sqlite/sqlite_storage.ts";
import type { HttpsCertificate } from "../tls/https_certificate.ts";
import { RecentCounts } from "./ca_counts.ts";
import { CaMetrics } from "./ca_metrics.ts";
import { EventCounters } from "./event_counters.ts";
import { Metrics } from "./exposition.ts";
import { type Phase, Readiness } from "./readiness.ts";
import { type BuildInformation, ServerMetrics, showBuild, showProcess } from "./server_metrics.ts";
import { createOpsSite } from "./site.ts";
import { Traffic } from "./traffic.ts";

/** Where it listens. */
export interface OpsAddress {
  /** A name, or a numeric address with or without brackets. */
  readonly host: string;
  readonly port: number;
}

export interface OperationsOptions {
  readonly listen: OpsAddress;
  readonly build: BuildInformation;
  readonly clock: Clock;
  readonly log: Log;
}

/** What it looks at. */
export interface ServedParts {
  readonly storage: SqliteStorage;
  readonly authorities: CertificateAuthorities;
  readonly reports: JobReports;
  readonly httpsCertificate: HttpsCertificate;
  /** Undefined where no backups are made. */
  readonly backup: { readonly periodDays: number } | undefined;
}

/** For a handful of programs that ask every few seconds. */
const LIMITS: Partial<Limits> = { connections: 64, connectionsPerAddress: 64, bodyBytes: 0 };

/** How often events are counted, in milliseconds: so little is left for a scrape. */
const COUNTED_EVERY = 1_000;

/** How long an answer that is under way may take when the server ends, in milliseconds. */
const GRACE = 1_000;

export class Operations {
  /** Told what requests, signatures and commits do. */
  readonly traffic: Traffic;
  readonly #options: OperationsOptions;
  readonly #registry = new Registry();
  #counters: EventCounters | undefined;
  #newestBackup: BackupFigures | undefined;
  #listeners: Listeners | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;
  #public: Pick<Listeners, "connections"> | undefined;
  #phase: Phase = "starting";

  constructor(options: OperationsOptions) {
    this.#options = options;
    this.traffic = new Traffic(this.#registry);
    showBuild(this.#registry, options.build);
    showProcess(this.#registry);
  }

  /** Counts the events that `storage` records from now on. */
  async follow(storage: Storage): Promise<void> {
    this.#counters = new EventCounters(this.#registry, storage, await storage.newestEvent());
  }

  /** Takes what is known of the newest backup. */
  readonly reportBackup = (newest: BackupFigures): void => {
    this.#newestBackup = newest;
  };

  /** @throws as `startListeners` does; `usage` for a host that does not resolve */
  async listen(parts: ServedParts): Promise<void> {
    const { listen: { host, port }, clock, log } = this.#options;
    const sites = [
      createOpsSite({ clock, readiness: this.#readiness(parts), metrics: this.#metrics(parts) }),
    ];
    const endpoints = (await resolveAddresses([host])).map((address) => ({
      host: address,
      port,
      secure: false,
      sites,
    }));
    this.#listeners = await startListeners({
      endpoints,
      limits: LIMITS,
      accessLog: () => {},
      log,
      advice: { address: "--ops-listen", port: "--ops-listen" },
    });
    this.#timer = setInterval(() => this.#countSoon(), COUNTED_EVERY);
    for (const { host: address } of endpoints) {
      log.info("ops.listening", { address, port });
      if (!isLoopback(address)) log.warning("ops.exposed", { address, port });
    }
  }

  /** From now on the server may be ready. */
  serving(listeners: Pick<Listeners, "connections">): void {
    this.#public = listeners;
    this.#phase = "serving";
  }

  /** From now on it is not. */
  stopping(): void {
    this.#phase = "stopping";
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#listeners?.close(GRACE);
    // What was begun by the timer reads the database, which is closed next.
    await this.#counters?.catchUp().catch(() => {});
    this.#registry.clear();
  }

  /** What fails here fails again at the next scrape, which says so. */
  #countSoon(): void {
    this.#counters?.catchUp().catch(() => {});
  }

  #metrics({ authorities, storage, reports, httpsCertificate, backup }: ServedParts): Metrics {
    const cas = CA_NAMES.map((name) => {
      const stores = storage.ca(name);
      const counts = new RecentCounts(stores.register);
      return { ca: authorities[name], stores, isPublic: isPublic(name), counts: (now: number) => counts.get(now) };
    });
    const ofCas = new CaMetrics(this.#registry, cas);
    const ofServer = new ServerMetrics(this.#registry, {
      connections: () => this.#public?.connections(),
      jobs: () => reports.list(),
      httpsExpiry: () => httpsCertificate.current?.certificate.notAfter,
      backup: backup && { periodSeconds: seconds(backup.periodDays), newest: () => this.#newestBackup },
    });
    return new Metrics(this.#registry, async () => {
      await this.#counters?.catchUp();
      await ofCas.gather(this.#options.clock.now());
      ofServer.gather();
    });
  }

  #readiness({ authorities, storage, httpsCertificate }: ServedParts): Readiness {
    return new Readiness({
      proveWritable: () => storage.proveWritable(),
      pulse: this.traffic,
      cas: CA_NAMES.map((name) => ({ ca: authorities[name], stores: storage.ca(name), hasCrls: isPublic(name) })),
      httpsCertificate: () => httpsCertificate.current?.certificate,
      phase: () => this.#phase,
    });
  }
}

/** The CA of the HTTPS listener has neither requests nor CRLs that anybody asks for. */
function isPublic(name: keyof CertificateAuthorities): boolean {
  return name !== "http_cas";
}

function isLoopback(address: string): boolean {
  return address === "::1" || (isIPv4(address) && address.startsWith("127."));
}
