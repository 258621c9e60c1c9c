/** Puts a server together: storage, the three CAs, the listeners, and what happens by itself. */
import type { RandomSource } from "../core/bytes.ts";
import { OPERATOR } from "../core/ca/actor.ts";
import type { CertificateAuthority } from "../core/ca/certificate_authority.ts";
import { sideBySide } from "../core/side_by_side.ts";
import type { Clock } from "../core/host/clock.ts";
import { httpsPortBeside, type Netloc, parseNetloc } from "../core/protocol/netloc.ts";
import type { AuditSource } from "../core/audit/verification.ts";
import { type AuditingOptions, createAuditing } from "./audit/auditing.ts";
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
import { keyLine } from "./keys/key_line.ts";
import { type KeyOperations, WEBCRYPTO } from "./keys/operations.ts";
import type { Log } from "../core/log.ts";
import type { BackupStatus } from "../core/protocol/server_status.ts";
import { shortenRests } from "./next_turn.ts";
import { caJobs, httpsJob, registerJob } from "./timed_jobs.ts";
import { openStorage } from "./storage/open.ts";
import type { SqliteStorage } from "./storage/sqlite/sqlite_storage.ts";
import { requirePlausibleClock } from "./plausible_clock.ts";
import { HttpsCertificate, tlsIdentity } from "./tls/https_certificate.ts";
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
  /** Files and URLs that get each checkpoint of the audit log. */
  readonly auditWitnesses?: readonly string[];
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
  const shortRests = await shortenRests();
  const close = async () => {
    shortRests[Symbol.dispose]();
    await storage.close();
  };
  try {
    const { keyOperations = WEBCRYPTO } = host;
    const generateRsaKey = keyLine(keyOperations.generateRsaKey);
    return await serveFrom(storage, {
      options,
      netloc,
      host: { ...host, keyOperations: { ...keyOperations, generateRsaKey } },
      close,
    });
  } catch (error) {
    await close();
    throw error;
  }
}

interface Setup {
  readonly options: ServeOptions;
  readonly netloc: Netloc;
  readonly host: ServeHost;
  /** Gives back what was open before. */
  readonly close: () => Promise<void>;
}

async function serveFrom(storage: SqliteStorage, setup: Setup): Promise<RunningServer> {
  const { options, host, close } = setup;
  const { clock } = host;
  if (await storage.jumpIfRestored()) host.log.info("server.restored");
  if (options.acceptClock) await storage.acceptClock({ actor: OPERATOR, now: clock.now() });
  await requirePlausibleClock(storage, clock.now());
  const authorities = createCertificateAuthorities(storage, setup);
  // Freezes them where that was asked for: a later start must find what this one was told, whether a request came or
  // not.
  for (const ca of [authorities.cau, authorities.cas]) await ca.issuance.settleAutoSignAmount();
  const stopping = new AbortController();
  const auditing = createAuditing(auditingOptions(storage, setup), stopping.signal);
  const awaitsFirstUser = await authorities.cau.issuance.awaitsFirstRequest();
  const reports = new JobReports();
  const httpsCertificate = createHttpsCertificate(authorities.http_cas, setup);
  const tls = () => tlsIdentity(httpsCertificate, authorities.cau, clock.now());
  const listen = async () => {
    const pairs = await endpointPairs([
      await createSite(authorities, { setup, storage, reports, audit: auditing.source }),
    ], setup);
    const listeners = await startListeners({
      endpoints: pairs.flatMap(({ http, https }) => [http, https]),
      tls,
      ...(options.limits && { limits: options.limits }),
      accessLog: host.accessLog,
      log: host.log,
    });
    return { pairs, listeners };
  };
  const [, { pairs, listeners }] = await sideBySide(
    // Not needed to listen, but by the first request for it: its key has the longest way, and begins first. When it
    // fails, its job says so and tries again.
    authorities.cas.issuers.ensureValid(clock.now()).catch(() => {}),
    listen(),
  );
  const jobs = [
    ...auditing.jobs,
    ...caJobs([authorities.cau, authorities.cas]),
    registerJob(storage, { keeps: seconds(options.registerKeepDays), log: host.log }),
    httpsJob(httpsCertificate, async () => listeners.replaceCertificate(await tls())),
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
      await auditing.finish(clock.now());
      await close();
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

function auditingOptions(storage: SqliteStorage, { options, netloc, host: { random, log } }: Setup): AuditingOptions {
  return { store: storage.audit, netloc, random, witnesses: options.auditWitnesses ?? [], log };
}

/** What the site tells of besides the CAs. */
interface SiteSources {
  readonly setup: Setup;
  readonly storage: SqliteStorage;
  readonly reports: JobReports;
  readonly audit: AuditSource;
}

async function createSite(
  authorities: CertificateAuthorities,
  { setup: { options, netloc, host }, storage, reports, audit }: SiteSources,
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
    audit,
    recordRefused: (ca, refused, by) => storage.recordRefused(ca, refused, by),
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
