/** One connection of a client: its requests one after the other, and its end. */
import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import type { ConnectionPool, PooledConnection } from "./connection_pool.ts";
import type { Limits } from "./limits.ts";
import type { ExchangeConnection, ReceivedRequest } from "./node_exchange.ts";
import { type BodyReader, brokenBody } from "./body_reader.ts";

/** A request that is being answered, as its connection sees it. */
export interface RunningRequest {
  /** The body that is being read, if any. */
  readonly reader: BodyReader | undefined;
}

export interface ConnectionParts {
  readonly socket: Socket;
  /** Numeric, IPv4 never in IPv6's clothes. */
  readonly remoteAddress: string;
  readonly pool: ConnectionPool;
  readonly limits: Limits;
  /** Begins to answer a request. */
  readonly serve: (received: ReceivedRequest, connection: Connection) => RunningRequest;
}

export class Connection implements PooledConnection, ExchangeConnection {
  readonly #parts: ConnectionParts;
  readonly #waiting: ReceivedRequest[] = [];
  #tlsSocket: TLSSocket | undefined;
  #certificate: { readonly der: Uint8Array | undefined } | undefined;
  #running: RunningRequest | undefined;
  #ending = false;
  #unparsable = false;
  /** When the client last took some of an answer, as of `performance.now()`; undefined while none is being sent. */
  #sendingSince: number | undefined;

  constructor(parts: ConnectionParts) {
    this.#parts = parts;
    parts.socket.once("close", () => this.#onClosed());
    parts.socket.once("end", this.#onEnd);
  }

  get remoteAddress(): string {
    return this.#parts.remoteAddress;
  }

  get secure(): boolean {
    return this.#tlsSocket !== undefined;
  }

  /** What the handshake proved, looked up once: a connection keeps its certificate, there is no renegotiation. */
  get clientCertificate(): Uint8Array | undefined {
    this.#certificate ??= { der: peerCertificate(this.#tlsSocket) };
    return this.#certificate.der;
  }

  /** Whether the running answer must be the last one. */
  get ending(): boolean {
    return this.#ending && this.#waiting.length === 0;
  }

  /** Whether nothing that can be understood comes any more, so that there is no use in reading on. */
  get unparsable(): boolean {
    return this.#unparsable;
  }

  get busy(): boolean {
    return this.#running !== undefined;
  }

  /** The TLS handshake succeeded: from now on this is the socket. */
  secured(socket: TLSSocket): void {
    this.#tlsSocket = socket;
    socket.once("end", this.#onEnd);
  }

  /** Answers the request, after those that came before it. */
  accept(received: ReceivedRequest): void {
    if (!this.#running) return this.#start(received);
    if (this.#waiting.length < this.#parts.limits.pipelinedRequests) this.#waiting.push(received);
    else this.destroy();
  }

  /** The client took some of the answer, or the answer begins. */
  readonly progress = (): void => {
    this.#sendingSince = performance.now();
  };

  /** What follows on this connection is not HTTP, or nothing. What came before is still answered. */
  stopParsing(): void {
    this.#unparsable = true;
    this.#ending = true;
    this.#running?.reader?.fail(brokenBody());
  }

  destroy(): void {
    this.#parts.pool.remove(this);
    this.#socket.destroy();
  }

  closeSoon(): void {
    this.#ending = true;
    this.#waiting.length = 0;
    if (!this.#running) this.destroy();
  }

  check(now: number): void {
    this.#running?.reader?.checkPace(now);
    const stalled = this.#sendingSince !== undefined && now - this.#sendingSince > this.#parts.limits.answerStallMs;
    if (stalled) this.destroy();
  }

  get #socket(): Socket {
    return this.#tlsSocket ?? this.#parts.socket;
  }

  #start(received: ReceivedRequest): void {
    this.#parts.pool.setBusy(this);
    // Comes after the last byte was handed over, and also when the connection broke.
    received.response.once("close", () => this.#onAnswered());
    this.#running = this.#parts.serve(received, this);
  }

  #onAnswered(): void {
    this.#running?.reader?.release();
    this.#running = undefined;
    this.#sendingSince = undefined;
    if (this.#socket.destroyed) return this.#onClosed();
    const next = this.#waiting.shift();
    if (next) this.#start(next);
    else if (this.#ending) this.#socket.destroySoon();
    else this.#parts.pool.setIdle(this);
  }

  /** The client sends no more. It may still wait for answers, but a body that is not complete never will be. */
  readonly #onEnd = (): void => {
    if (this.#running) this.stopParsing();
  };

  #onClosed(): void {
    this.#waiting.length = 0;
    this.#parts.pool.remove(this);
  }
}

function peerCertificate(socket: TLSSocket | undefined): Uint8Array | undefined {
  // Without a certificate the runtime gives null or an object without members.
  const raw: Uint8Array | undefined = socket?.getPeerCertificate()?.raw;
  return raw && raw.length > 0 ? new Uint8Array(raw) : undefined;
}
