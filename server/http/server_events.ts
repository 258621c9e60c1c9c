/**
 * From the events of `node:http` and `node:https` servers to connections and their requests, also the events of a
 * hostile client.
 */
import type { IncomingMessage, Server as HttpServer, ServerResponse } from "node:http";
import type { Server as HttpsServer } from "node:https";
import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { canonicalAddress } from "./addresses.ts";
import { combinedLine } from "./combined_format.ts";
import { Connection, type ConnectionParts } from "./connection.ts";
import type { ConnectionPool } from "./connection_pool.ts";
import type { Limits } from "./limits.ts";

export interface WatchParts {
  readonly pool: ConnectionPool;
  readonly limits: Limits;
  readonly serve: ConnectionParts["serve"];
  readonly accessLog: (line: string) => void;
  /** Whether the server speaks TLS. */
  readonly secure: boolean;
}

/** Leads every connection and request of `server` to where they are answered. Call it before the server listens. */
export function watchServer(server: HttpServer | HttpsServer, parts: WatchParts): void {
  const watch = new ServerEvents(parts);
  // A client that has sent its request and closed its sending side still waits for the answer. Not in the types.
  Object.assign(server, { httpAllowHalfOpen: true });
  // As many as fit into `headerBytes`. The runtime leaves out those after the thousandth without a word: a length, or a
  // second Host.
  server.maxHeadersCount = 0;
  server.on("connection", watch.onConnection);
  server.on("secureConnection", watch.onSecureConnection);
  server.on("request", watch.onRequest(false));
  server.on("checkContinue", watch.onRequest(true));
  // An expectation that we do not know is ignored, as RFC 9110, 10.1.1 allows.
  server.on("checkExpectation", watch.onRequest(false));
  server.on("connect", watch.onConnect);
  server.on("clientError", watch.onClientError);
}

class ServerEvents {
  readonly #parts: WatchParts;
  readonly #bySocket = new WeakMap<object, Connection>();
  /** Connections whose TLS handshake is under way, by the client's address and port: all that both sockets share. */
  readonly #handshaking = new Map<string, Connection>();

  constructor(parts: WatchParts) {
    this.#parts = parts;
  }

  readonly onConnection = (socket: Socket): void => {
    // What goes wrong on a socket ends it, and "close" follows: there is nothing else to do.
    socket.on("error", () => {});
    const { remoteAddress } = socket;
    // Gone already.
    if (remoteAddress === undefined) return void socket.destroy();
    const { pool, limits, serve } = this.#parts;
    const connection = new Connection({
      socket,
      remoteAddress: canonicalAddress(remoteAddress),
      pool,
      limits,
      serve,
    });
    if (!pool.admit(connection)) return void socket.destroy();
    this.#bySocket.set(socket, connection);
    if (this.#parts.secure) this.#awaitHandshake(socket, connection);
  };

  readonly onSecureConnection = (socket: TLSSocket): void => {
    const connection = this.#handshaking.get(endpoint(socket));
    if (!connection) return void socket.destroy();
    this.#handshaking.delete(endpoint(socket));
    connection.secured(socket);
    this.#bySocket.set(socket, connection);
  };

  onRequest(expectsContinue: boolean) {
    return (request: IncomingMessage, response: ServerResponse): void => {
      const connection = this.#bySocket.get(request.socket);
      if (connection) connection.accept({ request, response, expectsContinue });
      else request.socket.destroy();
    };
  }

  /** CONNECT: we are no proxy. The runtime gives us the bare socket. */
  readonly onConnect = (_request: IncomingMessage, socket: Socket): void => {
    socket.on("error", () => {});
    this.#refuse(socket);
  };

  /** What came is not HTTP, came too slowly, or the connection broke. */
  readonly onClientError = (error: Error & { code?: string }, socket: Socket): void => {
    const connection = this.#bySocket.get(socket);
    // Too slow: the client may try again, which an answer would tell it not to.
    const silently = !socket.writable || error.code === "ECONNRESET" || error.code === "ERR_HTTP_REQUEST_TIMEOUT";
    if (silently || !connection) socket.destroy();
    else if (connection.busy) connection.stopParsing();
    else this.#refuse(socket);
  };

  #awaitHandshake(socket: Socket, connection: Connection): void {
    const key = endpoint(socket);
    this.#handshaking.set(key, connection);
    socket.once("close", () => {
      if (this.#handshaking.get(key) === connection) this.#handshaking.delete(key);
    });
  }

  #refuse(socket: Socket): void {
    const connection = this.#bySocket.get(socket);
    if (!connection || connection.busy) return void socket.destroy();
    socket.end(malformedAnswer(), () => socket.destroy());
    const line = { user: undefined, requestLine: undefined, referer: undefined, userAgent: undefined };
    this.#parts.accessLog(
      combinedLine({
        ...line,
        remoteAddress: connection.remoteAddress,
        timeMs: Date.now(),
        status: 400,
        bytes: MALFORMED.length,
      }),
    );
  }
}

function endpoint({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}

const MALFORMED = "the request is not well-formed HTTP\n";

/** Written by hand, as there is no response object to write it with. */
function malformedAnswer(): string {
  const head = [
    "HTTP/1.1 400 Bad Request",
    `Date: ${new Date().toUTCString()}`,
    "Connection: close",
    "Content-Type: text/plain; charset=utf-8",
    "X-Content-Type-Options: nosniff",
    `Content-Length: ${MALFORMED.length}`,
  ];
  return `${head.join("\r\n")}\r\n\r\n${MALFORMED}`;
}
