/**
 * The listeners: HTTP and HTTPS on every address, with one handler, one set of limits and one access log. HTTPS asks for a client
 * certificate and takes any: who it belongs to and whether it is any good is judged per request, never here.
 */
import { createServer as createHttpServer, type Server as HttpServer } from "node:http";
import { createServer as createHttpsServer, type Server as HttpsServer } from "node:https";
import type { Server } from "node:net";
import { CaucaseError, describeError } from "../../core/errors.ts";
import { proveClientCertificates } from "../tls/runtime_check.ts";
import { AnswerMemory } from "./answer_memory.ts";
import { BodyMemory } from "./body_reader.ts";
import { ConnectionPool } from "./connection_pool.ts";
import type { Handler } from "./exchange.ts";
import { completeLimits, type Limits } from "./limits.ts";
import { createRequestServer } from "./request_server.ts";
import { watchServer } from "./server_events.ts";

/** What the HTTPS listener shows and asks for; all of it PEM. */
export interface TlsIdentity {
  readonly key: string;
  readonly cert: string;
  /** CA certificates whose names clients are told, so that a browser offers the right certificate. Others are taken too. */
  readonly ca: readonly string[];
}

export interface ListenerOptions {
  /** Numeric, as `resolveAddresses` gives them. */
  readonly addresses: readonly string[];
  /** 0: any free one. */
  readonly httpPort: number;
  readonly httpsPort: number;
  readonly handler: Handler;
  readonly tls: TlsIdentity;
  /** Those that are not to be the defaults. */
  readonly limits?: Partial<Limits>;
  /** Takes one line of the access log, without its end; must return at once. */
  readonly accessLog: (line: string) => void;
  /** Takes what the administrator should know: faults with their stack, limits that were reached. */
  readonly log: (message: string) => void;
}

export interface ListeningAddress {
  readonly host: string;
  readonly httpPort: number;
  readonly httpsPort: number;
}

export interface Listeners {
  readonly addresses: readonly ListeningAddress[];
  /** New connections see the new certificate; those that exist go on. */
  replaceCertificate(identity: TlsIdentity): void;
  /**
   * No new connections; idle ones end at once, the others after the answer that is running. Those that are still there after
   * `graceMs` milliseconds are cut. Called again, it gives the same promise.
   */
  close(graceMs: number): Promise<void>;
}

/** @throws `unsupported-runtime`; `in-use` for a port that is taken, `usage` for an address, a port or limits that cannot be had */
export async function startListeners(options: ListenerOptions): Promise<Listeners> {
  const limits = completeLimits(options.limits ?? {});
  // Beside the rest: it takes a fifth of a start. Until it is there nobody counts as a user, so nothing is lost by listening.
  const proof = proveClientCertificates(options.tls);
  const pool = new ConnectionPool(limits, options.log);
  const memory = new BodyMemory(limits.bodyBytesInMemory);
  const answers = new AnswerMemory(limits.answerBytesInMemory);
  const serve = createRequestServer({ ...options, limits, memory, answers });
  const watched = { pool, limits, serve, accessLog: options.accessLog };
  const servers: Server[] = [];
  const httpsServers: HttpsServer[] = [];
  const addresses: ListeningAddress[] = [];
  try {
    for (const host of options.addresses) {
      const http = createHttpServer(serverOptions(limits));
      const https = createHttpsServer({ ...serverOptions(limits), ...tlsOptions(options.tls, limits) });
      watchServer(http, { ...watched, secure: false });
      watchServer(https, { ...watched, secure: true });
      servers.push(http, https);
      httpsServers.push(https);
      const httpPort = await listen(http, host, options.httpPort);
      addresses.push({ host, httpPort, httpsPort: await listen(https, host, options.httpsPort) });
    }
    await proof;
  } catch (error) {
    await Promise.allSettled([proof]);
    for (const server of servers) server.close();
    throw error;
  }
  for (const server of servers) {
    server.on("error", (error: Error) => options.log(`A listener failed: ${error.stack ?? error.message}`));
  }
  return new RunningListeners({ addresses, servers, httpsServers, pool, limits });
}

interface RunningParts {
  readonly addresses: readonly ListeningAddress[];
  readonly servers: readonly Server[];
  readonly httpsServers: readonly HttpsServer[];
  readonly pool: ConnectionPool;
  readonly limits: Limits;
}

class RunningListeners implements Listeners {
  readonly addresses: readonly ListeningAddress[];
  readonly #parts: RunningParts;
  readonly #sweep: ReturnType<typeof setInterval>;
  #closed: Promise<void> | undefined;

  constructor(parts: RunningParts) {
    this.addresses = parts.addresses;
    this.#parts = parts;
    this.#sweep = setInterval(() => parts.pool.check(performance.now()), parts.limits.sweepMs);
  }

  replaceCertificate(identity: TlsIdentity): void {
    for (const server of this.#parts.httpsServers) server.setSecureContext(secureContext(identity));
  }

  close(graceMs: number): Promise<void> {
    return this.#closed ??= this.#close(graceMs);
  }

  async #close(graceMs: number): Promise<void> {
    const { servers, pool } = this.#parts;
    const closed = servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve())));
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

/** The port it then listens on. */
async function listen(server: HttpServer | HttpsServer, host: string, port: number): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  server.listen({ host, port }, resolve);
  try {
    await promise;
  } catch (cause) {
    throw listenError(cause, `${host} port ${port}`);
  }
  server.off("error", reject);
  const address = server.address();
  return typeof address === "object" && address ? address.port : port;
}

/** What the system means that refuses to listen. */
const LISTENING: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EADDRNOTAVAIL: "this machine does not have that address",
};

function listenError(cause: unknown, where: string): CaucaseError {
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  if (code === "EADDRINUSE") {
    return new CaucaseError("in-use", `${where} is in use by another program`, {
      cause,
      hint: "stop that one, or choose another port with --base-port",
    });
  }
  const hint = code === "EACCES"
    ? "ports below 1024 need root or CAP_NET_BIND_SERVICE; --base-port takes another one"
    : "--bind takes other addresses, --base-port another port";
  return new CaucaseError("usage", `cannot listen on ${where}: ${LISTENING[`${code}`] ?? describeError(cause)}`, {
    hint,
    cause,
  });
}
