/** Puts a server together: storage, the three CAs, the listeners, and what happens by itself. */
import type { RandomSource } from "../core/bytes.ts";
import { OPERATOR } from "../core/ca/actor.ts";
import type { CertificateAuthority } from "../core/ca/certificate_authority.ts";
import { CaucaseError } from "../core/errors.ts";
import { sideBySide } from "../core/side_by_side.ts";
import type { Clock } from "../core/host/clock.ts";
import { httpsPortBeside, type Netloc, parseNetloc } from "../core/protocol/netloc.ts";
import {
  type CertificateAuthorities,
  type CertificateAuthoritiesOptions,
  createCertificateAuthorities,
  seconds,
} from "./certificate_authorities.ts";
import { openCorsKeyFile } from "./caucase/cors_key_file.ts";
import { createStatus } from "./caucase/server_status.ts";
import { createCaucaseSite } from "./caucase/site.ts";
import { resolveAddresses } from "./http/addresses.ts";
import { createCorsPage } from "./caucase/cors_page.ts";
import { createCrossOrigin } from "./caucase/cross_origin.ts";
import { type Endpoint, startListeners } from "./http/listener.ts";
import type { Limits } from "./http/limits.ts";
import { createOwnOrigins } from "./caucase/own_origins.ts";
import { type Job, JobReports, runJobs } from "./jobs.ts";
import { caJobs, registerJob } from "./timed_jobs.ts";
import type { KeyOperations } from "./keys/operations.ts";
import { CA_NAMES } from "../core/ca/stores.ts";
import type { Log } from "../core/log.ts";
import type { BackupStatus } from "../core/protocol/server_status.ts";
import { openStorage } from "./storage/open.ts";
import type { SqliteStorage } from "./storage/sqlite/sqlite_storage.ts";
import { HttpsCertificate, type HttpsIdentity } from "./tls/https_certificate.ts";
import { requireClientCertificateSupport } from "./tls/runtime_check.ts";

export interface BackupOptions {
  readonly directory: string;
  /** From one backup to the next. */
  readonly periodDays: number;
  /** How many to keep, where not all. */
  readonly keep?: number;
}

export interface ServeOptions extends CertificateAuthoritiesOptions {
  readonly netloc: string;
  /** Port of HTTP, where it is not netloc's. */
  readonly basePort?: number;
  /** Addresses or names to listen on, where they are not netloc's host. */
  readonly bind: readonly string[];
  readonly db: string;
  readonly serverKey: string;
  readonly corsKeyStore: string;
  readonly corsWhitelist: readonly string[];
  readonly thresholdDays: number;
  /** How long the register keeps a certificate after its end. */
  readonly registerKeepDays: number;
  /** Without it, no backups. */
  readonly backup?: BackupOptions;
  readonly limits?: Partial<Limits>;
  /** Take the clock for right although the database has seen a later time. */
  readonly acceptClock?: boolean;
}

/** What the server needs of the machine it runs on. */
export interface ServeHost {
  readonly clock: Clock;
  readonly random: RandomSource;
  /** Of the program. */
  readonly version: string;
  /** What makes keys, signs and verifies: WebCrypto, unless given. */
  readonly keyOperations?: KeyOperations;
  /** Takes what the administrator should know. */
  readonly log: Log;
  /** Takes one line of the access log, without its end. */
  readonly accessLog: (line: string) => void;
}

/** Where caucase's own protocol is served: a numeric address with its real ports. */
export interface ListeningAddress {
  readonly host: string;
  readonly httpPort: number;
  readonly httpsPort: number;
}

export interface RunningServer {
  readonly addresses: readonly ListeningAddress[];
  /** Whether nobody is a user yet, and the next request for a user certificate is signed at once. */
  readonly awaitsFirstUser: boolean;
  /** Ends when the server was stopped; fails when it cannot go on. */
  readonly finished: Promise<void>;
  /** No new connections; running requests finish; everything is on disk. */
  stop(): Promise<void>;
}

/** How long running requests may take to finish after a stop, in milliseconds. */
const STOP_GRACE = 30_000;

/** @throws `usage`, `in-use`, `storage`, `file`, `unsupported-runtime` */
export async function startServer(options: ServeOptions, host: ServeHost): Promise<RunningServer> {
  requireClientCertificateSupport();
  const netloc = parseNetloc(options.netloc);
  const storage = await openStorage(options.db, host.log);
  try {
    return await serveFrom(storage, { options, netloc, host });
  } catch (error) {
    await storage.close();
    throw error;
  }
}

/** 2026-11-01T00:00:00Z: no clock that is right has been before. */
const RELEASED = 1_793_491_200;

/** A new database has seen nothing that a clock could be behind of. */
async function requirePlausibleClock(storage: SqliteStorage, now: number): Promise<void> {
  if (now >= RELEASED) return;
  for (const ca of CA_NAMES) if ((await storage.ca(ca).issuers.list()).issuers.length > 0) return;
  throw new CaucaseError(
    "clock-behind",
    `the clock says ${new Date(now * 1000).toISOString()}, before this program was made`,
    {
      hint: "set the clock, then start: a new CA begins with its date",
    },
  );
}

interface Setup {
  readonly options: ServeOptions;
  readonly netloc: Netloc;
  readonly host: ServeHost;
}

async function serveFrom(storage: SqliteStorage, setup: Setup): Promise<RunningServer> {
  const { options, host } = setup;
  const { clock } = host;
  if (await storage.jumpIfRestored()) {
    host.log.info("server.restored");
  }
  if (options.acceptClock) await storage.acceptClock({ actor: OPERATOR, now: clock.now() });
  await requirePlausibleClock(storage, clock.now());
  const authorities = createCertificateAuthorities(storage, setup);
  // Freezes them where that was asked for: a later start must find what this one was told, whether a request came or
  // not.
  for (const ca of [authorities.cau, authorities.cas]) await ca.issuance.settleAutoSignAmount();
  const awaitsFirstUser = await authorities.cau.issuance.awaitsFirstRequest();
  const reports = new JobReports();
  const httpsCertificate = createHttpsCertificate(authorities.http_cas, setup);
  // At a first start each of them makes a key, which takes most of the time: all processors work at it.
  const [identity, userCas, site] = await sideBySide(
    httpsCertificate.ensureCurrent(clock.now()),
    authorities.cau.issuers.ensureValid(clock.now()),
    createSite(authorities, { setup, storage, reports }),
    // Not needed to listen, but by the first request for it. When it fails, its job says so and tries again.
    authorities.cas.issuers.ensureValid(clock.now()).catch(() => {}),
  );
  // Told to clients as the issuers we know. All CA certificates of one CA have the same name: good for all rollovers.
  const ca = userCas.map((authority) => authority.certificatePem);
  const tlsOf = ({ keyPem, certificatePem }: HttpsIdentity) => ({ key: keyPem, cert: certificatePem, ca });
  const pairs = await endpointPairs([site], setup);
  const listeners = await startListeners({
    endpoints: pairs.flatMap(({ http, https }) => [http, https]),
    tls: tlsOf(identity),
    ...(options.limits && { limits: options.limits }),
    accessLog: host.accessLog,
    log: host.log,
  });
  const stopping = new AbortController();
  const jobs = [
    ...caJobs([authorities.cau, authorities.cas]),
    registerJob(storage, { keeps: seconds(options.registerKeepDays), log: host.log }),
    httpsJob(httpsCertificate, { shown: identity, show: (next) => listeners.replaceCertificate(tlsOf(next)) }),
    ...await backupJobs(storage, setup, stopping.signal),
  ];
  const jobsDone = runJobs(jobs, { clock, log: host.log, reports, signal: stopping.signal });
  const finished = Promise.race([jobsDone, storage.lost().then((reason) => Promise.reject(reason))]);
  return {
    addresses: pairs.map(({ http, https }) => ({
      host: http.host,
      httpPort: listeners.portOf(http),
      httpsPort: listeners.portOf(https),
    })),
    awaitsFirstUser,
    finished,
    async stop() {
      stopping.abort();
      await listeners.close(STOP_GRACE);
      await jobsDone;
      await storage.close();
    },
  };
}

/** HTTP and HTTPS on each address, with the same sites. */
async function endpointPairs(sites: Endpoint["sites"], { options, netloc }: Setup) {
  const port = options.basePort ?? netloc.port;
  const hosts = await resolveAddresses(options.bind.length > 0 ? options.bind : [netloc.host]);
  return hosts.map((host) => ({
    http: { host, port, secure: false, sites },
    https: { host, port: httpsPortBeside(port), secure: true, sites },
  }));
}

function createHttpsCertificate(
  ca: CertificateAuthority,
  { options, netloc, host: { log, keyOperations } }: Setup,
): HttpsCertificate {
  return new HttpsCertificate({
    path: options.serverKey,
    ca,
    host: netloc.host,
    keyBits: options.keyBits,
    threshold: seconds(options.thresholdDays),
    ...(keyOperations && { keyOperations }),
    log,
  });
}

/** What the site tells of besides the CAs. */
interface SiteSources {
  readonly setup: Setup;
  readonly storage: SqliteStorage;
  readonly reports: JobReports;
}

async function createSite(
  authorities: CertificateAuthorities,
  { setup: { options, netloc, host }, storage, reports }: SiteSources,
) {
  const { clock, random, log } = host;
  const keys = await openCorsKeyFile({ path: options.corsKeyStore, clock, random, log });
  const origins = { keys, own: createOwnOrigins(netloc.text), clock };
  return createCaucaseSite({
    authorities,
    httpCa: authorities.http_cas,
    crossOrigin: createCrossOrigin({ ...origins, whitelist: options.corsWhitelist }),
    corsPage: createCorsPage(origins),
    own: origins.own,
    events: (after, limit) => storage.events(after, limit),
    status: createStatus({
      version: host.version,
      database: "sqlite",
      authorities,
      jobs: () => reports.list(),
      backup: (now) => backupStatus(options, now),
    }),
    clock,
  });
}

/** A folder that cannot be read is told by the job that makes backups. */
async function backupStatus({ backup }: ServeOptions, now: number): Promise<BackupStatus> {
  if (backup === undefined) return { enabled: false, last: null };
  const { newestBackup } = await import("./backup/backup_folder.ts");
  const newest = await newestBackup(backup.directory, now).catch(() => undefined);
  return { enabled: true, last: newest?.since ?? null };
}

/** What makes backups is loaded where they are made: all others start sooner. */
async function backupJobs(
  storage: SqliteStorage,
  { options: { backup }, host }: Setup,
  signal: AbortSignal,
): Promise<Job[]> {
  if (backup === undefined) return [];
  const { createBackupJob } = await import("./backup/backup_job.ts");
  const { directory, periodDays, keep } = backup;
  const settings = { folder: directory, period: seconds(periodDays), keep };
  return [createBackupJob({ database: storage.path, settings, log: host.log, signal })];
}

/** Renews the certificate for HTTPS in time, and shows it to new connections. */
function httpsJob(
  certificate: HttpsCertificate,
  { shown, show }: { shown: HttpsIdentity; show: (identity: HttpsIdentity) => void },
): Job {
  return {
    name: "certificate for HTTPS",
    async run(now) {
      const identity = await certificate.ensureCurrent(now);
      if (identity !== shown) show(identity);
      shown = identity;
      return certificate.renewalDueAt(identity);
    },
  };
}
