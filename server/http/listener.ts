/**
 * The listeners: each endpoint with its sites, all with one set of limits and one access log. HTTPS asks for a client
 * certificate and takes any: its holder and its validity are judged per request, never here.
 */
import { createServer as createHttpServer, type Server as HttpServer } from "node:http";
import { createServer as createHttpsServer, Server as HttpsServer } from "node:https";
import { CaucaseError, describeError } from "../../core/errors.ts";
import type { Log } from "../../core/log.ts";
import { sideBySide } from "../../core/side_by_side.ts";
import type { Watcher } from "../watcher.ts";
import { proveClientCertificates } from "../tls/runtime_check.ts";
import { AnswerMemory } from "./answer_memory.ts";
import { BodyMemory } from "./body_reader.ts";
import { type ConnectionFigures, ConnectionPool } from "./connection_pool.ts";
import { completeLimits, type Limits } from "./limits.ts";
import { createRequestServer } from "./request_server.ts";
import { watchServer } from "./server_events.ts";
import { faultFields, type ReportFault, serveSites, type Site } from "./site.ts";

/** What the HTTPS listener shows and asks for; all of it PEM. */
export interface TlsIdentity {
  readonly key: string;
  readonly cert: string;
  /**
   * CA certificates whose names clients are told, so that a browser offers the right certificate. Others are taken too.
   */
  readonly ca: readonly string[];
}

/** Where one listens, and what is served there. */
export interface Endpoint {
  /** Numeric address, as `resolveAddresses` gives them. */
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** Whether it speaks TLS, with the identity of all that do. */
  readonly secure: boolean;
  readonly sites: readonly Site[];
}

export interface ListenerOptions {
  readonly endpoints: readonly Endpoint[];
  /**
   * Asked for when all endpoints without TLS listen: it may take its time, and they answer meanwhile. Needed where an
   * endpoint is secure.
   */
  readonly tls?: () => Promise<TlsIdentity>;
  /** Those that are not to be the defaults. */
  readonly limits?: Partial<Limits>;
  /** Takes one line of the access log, without its end; must return at once. */
  readonly accessLog: (line: string) => void;
  /** Takes what the administrator should know: faults with their stack, limits that were reached. */
  readonly log: Log;
  /** Watches every request. */
  readonly watcher?: Watcher | undefined;
  /** Options that name other addresses and ports: for those who try ones that cannot be had. */
  readonly advice?: Advice;
}

interface Advice {
  readonly address: string;
  readonly port: string;
}

const PUBLIC_ADVICE: Advice = { address: "--bind", port: "--base-port" };

export interface Listeners {
  /** The port that an endpoint of the options got. */
  portOf(endpoint: Endpoint): number;
  /** Of all endpoints together. */
  connections(): ConnectionFigures;
  /** New connections see the new certificate; those that exist go on. */
  replaceCertificate(identity: TlsIdentity): void;
  /**
   * No new connections; idle ones end at once, the others after the answer that is running. Those that are still there
   * after `graceMs` milliseconds are cut. Called again, it gives the same promise.
   */
  close(graceMs: number): Promise<void>;
}

/**
 * @throws `unsupported-runtime`; `in-use` for a port that is taken, `usage` for an address, a port or limits that
 *   cannot be had
 */
export async function startListeners(options: ListenerOptions): Promise<Listeners> {
  const limits = completeLimits(options.limits ?? {});
  const pool = new ConnectionPool(limits, options.log);
  const shared = {
    pool,
    limits,
    accessLog: options.accessLog,
    log: options.log,
    memory: new BodyMemory(limits.bodyBytesInMemory),
    answers: new AnswerMemory(limits.answerBytesInMemory),
    watcher: options.watcher,
  };
  const report: ReportFault = (error, exchange) => options.log.error("request.failed", faultFields(error, exchange));
  const servers = new Map<Endpoint, HttpServer | HttpsServer>();
  const open = async (endpoint: Endpoint, server: HttpServer | HttpsServer) => {
    const handler = serveSites(endpoint.sites, report);
    watchServer(server, { ...shared, serve: createRequestServer({ ...shared, handler }), secure: endpoint.secure });
    servers.set(endpoint, server);
    await listen(server, endpoint, options.advice ?? PUBLIC_ADVICE);
  };
  const openSecure = async (tls: TlsIdentity) => {
    for (const endpoint of options.endpoints.filter(isSecure)) {
      await open(endpoint, createHttpsServer({ ...serverOptions(limits), ...tlsOptions(tls, limits) }));
    }
  };
  try {
    for (const endpoint of options.endpoints.filter((endpoint) => !isSecure(endpoint))) {
      await open(endpoint, createHttpServer(serverOptions(limits)));
    }
    const tls = await options.tls?.();
    // Until it is proved nobody counts as a user, so nothing is lost by listening.
    if (tls !== undefined) await sideBySide(proveClientCertificates(tls), openSecure(tls));
  } catch (error) {
    for (const server of servers.values()) server.close();
    throw error;
  }
  for (const server of servers.values()) {
    server.on("error", (error: Error) => options.log.error("listener.failed", { error }));
  }
  return new RunningListeners({ servers, pool, limits });
}

interface RunningParts {
  readonly servers: ReadonlyMap<Endpoint, HttpServer | HttpsServer>;
  readonly pool: ConnectionPool;
  readonly limits: Limits;
}

class RunningListeners implements Listeners {
  readonly #parts: RunningParts;
  readonly #sweep: ReturnType<typeof setInterval>;
  #closed: Promise<void> | undefined;

  constructor(parts: RunningParts) {
    this.#parts = parts;
    this.#sweep = setInterval(() => parts.pool.check(performance.now()), parts.limits.sweepMs);
  }

  portOf(endpoint: Endpoint): number {
    const address = this.#parts.servers.get(endpoint)?.address();
    if (typeof address !== "object" || !address) throw new Error(`nothing listens for ${endpoint.host}`);
    return address.port;
  }

  connections(): ConnectionFigures {
    return this.#parts.pool.figures;
  }

  replaceCertificate(identity: TlsIdentity): void {
    for (const server of this.#parts.servers.values()) {
      if (server instanceof HttpsServer) server.setSecureContext(secureContext(identity));
    }
  }

  close(graceMs: number): Promise<void> {
    return this.#closed ??= this.#close(graceMs);
  }

  async #close(graceMs: number): Promise<void> {
    const { servers, pool } = this.#parts;
    const closed = [...servers.values()].map((server) => new Promise<void>((resolve) => server.close(() => resolve())));
    pool.closeSoon();
    const cut = setTimeout(() => pool.destroyAll(), graceMs);
    await Promise.all(closed);
    clearTimeout(cut);
    clearInterval(this.#sweep);
  }
}

function serverOptions(limits: Limits) {
  return {
    keepAliveTimeout: limits.idleMs,
    headersTimeout: limits.headersMs,
    // Only for what our own deadlines do not see, such as a short body that nobody reads.
    requestTimeout: limits.headersMs + limits.bodyMs,
    connectionsCheckingInterval: limits.sweepMs,
    maxHeaderSize: limits.headerBytes,
    // We answer that ourselves, so that it is in the access log.
    requireHostHeader: false,
    noDelay: true,
  };
}

function secureContext({ key, cert, ca }: TlsIdentity) {
  return { key, cert, ca: [...ca], minVersion: "TLSv1.2" as const };
}

function tlsOptions(identity: TlsIdentity, limits: Limits) {
  return {
    ...secureContext(identity),
    requestCert: true,
    rejectUnauthorized: false,
    handshakeTimeout: limits.handshakeMs,
  };
}

function isSecure({ secure }: Endpoint): boolean {
  return secure;
}

async function listen(server: HttpServer | HttpsServer, { host, port }: Endpoint, advice: Advice): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  server.listen({ host, port }, resolve);
  try {
    await promise;
  } catch (cause) {
    throw listenError(cause, `${host} port ${port}`, advice);
  }
  server.off("error", reject);
}

/** What the system means that refuses to listen. */
const LISTENING: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EADDRNOTAVAIL: "this machine does not have that address",
};

function listenError(cause: unknown, where: string, advice: Advice): CaucaseError {
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  if (code === "EADDRINUSE") {
    return new CaucaseError("in-use", `${where} is in use by another program`, {
      cause,
      hint: `stop that one, or choose another port with ${advice.port}`,
    });
  }
  const hint = code === "EACCES"
    ? `ports below 1024 need root or CAP_NET_BIND_SERVICE; ${advice.port} takes another one`
    : advice.address === advice.port
    ? `${advice.address} takes another address and port`
    : `${advice.address} takes other addresses, ${advice.port} another port`;
  return new CaucaseError("usage", `cannot listen on ${where}: ${LISTENING[`${code}`] ?? describeError(cause)}`, {
    hint,
    cause,
  });
}
