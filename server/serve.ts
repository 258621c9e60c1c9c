/** Puts a server together: storage, the three CAs, the listeners, and what happens by itself. */
import { OPERATOR } from "../core/ca/actor.ts";
import { parseNetloc } from "../core/protocol/netloc.ts";
import { sideBySide } from "../core/side_by_side.ts";
import type { Acme } from "./acme/acme.ts";
import { type Auditing, createAuditing } from "./audit/auditing.ts";
import { type CertificateAuthorities, createCertificateAuthorities, seconds } from "./certificate_authorities.ts";
import { type Listeners, startListeners } from "./http/listener.ts";
import { type Job, JobReports, runJobs } from "./jobs.ts";
import { keyLine } from "./keys/key_line.ts";
import { WEBCRYPTO } from "./keys/operations.ts";
import { shortenRests } from "./next_turn.ts";
import { notifyJobs } from "./notify/notify_jobs.ts";
import { loadOperations } from "./ops/load_operations.ts";
import { requirePlausibleClock } from "./plausible_clock.ts";
import {
  type EndpointPair,
  endpointPairs,
  type ListeningAddress,
  listeningAddress,
  ownListeners,
} from "./public_endpoints.ts";
import { createPublicSite } from "./public_site.ts";
import type { ServeHost, ServeOptions } from "./serve_options.ts";
import type { Setup } from "./setup.ts";
import { openStorage } from "./storage/open.ts";
import type { SqliteStorage } from "./storage/sqlite/sqlite_storage.ts";
import { backupJobs, caJobs, httpsJob, registerJob } from "./timed_jobs.ts";
import { HttpsCertificate, tlsIdentity } from "./tls/https_certificate.ts";
import { requireClientCertificateSupport } from "./tls/runtime_check.ts";
import { watchedByAll, watchedOperations } from "./watcher.ts";

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
  const operations = await loadOperations(options.opsListen, host);
  const watcher = watchedByAll([operations?.traffic, host.tracer].flatMap((each) => each ?? []));
  const watched = watchedOperations(host.keyOperations ?? WEBCRYPTO, watcher);
  const keyOperations = { ...watched, generateRsaKey: keyLine(watched.generateRsaKey) };
  const storage = await openStorage(options.db, host.log, watcher);
  const shortRests = await shortenRests();
  const close = async () => {
    await operations?.close();
    shortRests[Symbol.dispose]();
    await storage.close();
  };
  try {
    await operations?.follow(storage);
    return await serveFrom(storage, { options, netloc, host: { ...host, keyOperations }, operations, watcher }, close);
  } catch (error) {
    await close();
    throw error;
  }
}

/** @param close gives back what was open before */
async function serveFrom(
  storage: SqliteStorage,
  setup: Setup,
  close: () => Promise<void>,
): Promise<RunningServer> {
  const { options, host: { clock, log, random }, operations } = setup;
  await prepare(storage, setup);
  const authorities = createCertificateAuthorities(storage, setup);
  // Freezes them where that was asked for: a later start must find what this one was told, whether a request came or
  // not.
  for (const ca of [authorities.cau, authorities.cas]) await ca.issuance.settleAutoSignAmount();
  const awaitsFirstUser = await authorities.cau.issuance.awaitsFirstRequest();
  const stopping = new AbortController();
  const circumstances = { clock, log, reports: new JobReports(), signal: stopping.signal };
  const server: ServerParts = {
    ...{ storage, setup, authorities },
    reports: circumstances.reports,
    auditing: createAuditing(auditingOptions(storage, setup), stopping.signal),
    // Before anybody is let in: it may refuse what it was given.
    notifying: await notifyJobs(options, { storage, random, ...circumstances }),
    httpsCertificate: createHttpsCertificate(authorities, setup),
    acme: await loadAcme({ storage, setup, authorities }, stopping.signal),
  };
  const [, { pairs, listeners }] = await sideBySide(
    // Not needed to listen, but by the first request for it: its key has the longest way, and begins first. When it
    // fails, its job says so and tries again.
    authorities.cas.issuers.ensureValid(clock.now()).catch(() => {}),
    listen(server),
  );
  const jobs = await jobsOf(server, { listeners, signal: stopping.signal });
  const jobsDone = runJobs(jobs, circumstances);
  return {
    addresses: pairs.map((pair) => listeningAddress(pair, listeners)),
    awaitsFirstUser,
    finished: Promise.race([jobsDone, storage.lost().then((reason) => Promise.reject(reason))]),
    async stop() {
      operations?.stopping();
      stopping.abort();
      await listeners.close(STOP_GRACE);
      await jobsDone;
      await server.acme?.finish();
      await server.auditing.finish(clock.now());
      await close();
    },
  };
}

/** What the database must know before anything is made from it. @throws `clock-behind`, `storage` */
async function prepare(storage: SqliteStorage, { options, host: { clock, log } }: Setup): Promise<void> {
  if (await storage.jumpIfRestored()) log.info("server.restored");
  if (options.acceptClock) await storage.acceptClock({ actor: OPERATOR, now: clock.now() });
  await requirePlausibleClock(storage, clock.now());
}

interface ServerParts {
  readonly storage: SqliteStorage;
  readonly setup: Setup;
  readonly authorities: CertificateAuthorities;
  readonly reports: JobReports;
  readonly auditing: Auditing;
  readonly notifying: readonly Job[];
  readonly httpsCertificate: HttpsCertificate;
  /** Where somebody asked for it. */
  readonly acme: Acme | undefined;
}

interface Listening {
  readonly pairs: readonly EndpointPair[];
  readonly listeners: Listeners;
}

/** Health and metrics come first: they tell of a start that takes long. */
async function listen(server: ServerParts): Promise<Listening> {
  const { setup, authorities, httpsCertificate, auditing } = server;
  const { options, netloc, host, operations, watcher } = setup;
  const site = await createPublicSite(authorities, { ...server, audit: auditing.source });
  const sites = server.acme === undefined ? [site] : [site, server.acme.site];
  const pairs = await endpointPairs(sites, options, netloc);
  await operations?.listen({ ...server, backup: options.backup });
  const listeners = await startListeners({
    endpoints: pairs.flatMap(({ http, https }) => [http, https]),
    tls: () => tlsIdentity(httpsCertificate, authorities.cau, host.clock.now()),
    ...(options.limits && { limits: options.limits }),
    accessLog: host.accessLog,
    log: host.log,
    watcher,
  });
  operations?.serving(listeners);
  server.acme?.listening(ownListeners(pairs, listeners, options));
  return { pairs, listeners };
}

async function jobsOf(
  { storage, setup, authorities, auditing, notifying, httpsCertificate, acme }: ServerParts,
  { listeners, signal }: { readonly listeners: Listeners; readonly signal: AbortSignal },
): Promise<readonly Job[]> {
  const { options, host: { clock, log } } = setup;
  const show = async () =>
    listeners.replaceCertificate(await tlsIdentity(httpsCertificate, authorities.cau, clock.now()));
  return [
    ...auditing.jobs,
    ...caJobs([authorities.cau, authorities.cas]),
    registerJob(storage, { keeps: seconds(options.registerKeepDays), log }),
    httpsJob(httpsCertificate, show),
    ...await backupJobs(storage, setup, signal),
    ...notifying,
    ...acme?.jobs ?? [],
  ];
}

/** Loaded where it is asked for: all others start sooner. */
async function loadAcme(
  { storage, setup, authorities }: Pick<ServerParts, "storage" | "setup" | "authorities">,
  signal: AbortSignal,
): Promise<Acme | undefined> {
  const { options: { acme: options, netloc }, host } = setup;
  if (options === undefined) return undefined;
  const { createAcme } = await import("./acme/acme.ts");
  const ca = { ca: authorities.cas, stores: storage.ca("cas") };
  return createAcme({ options, netloc, store: storage.acme, ...ca, host, signal });
}

function createHttpsCertificate(
  { http_cas: ca }: CertificateAuthorities,
  { options, netloc, host: { log, keyOperations } }: Setup,
): HttpsCertificate {
  return new HttpsCertificate({
    path: options.serverKey,
    ca,
    host: netloc.host,
    keyBits: options.keyBits,
    threshold: seconds(options.thresholdDays),
    keyOperations,
    log,
  });
}

function auditingOptions(storage: SqliteStorage, { options, netloc, host: { random, log } }: Setup) {
  return { store: storage.audit, netloc, random, witnesses: options.auditWitnesses ?? [], log };
}
