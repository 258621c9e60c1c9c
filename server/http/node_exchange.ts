/** One request that came through `node:http` or `node:https`, as an {@linkcode Exchange}. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Bytes } from "../../core/bytes.ts";
import { type BodyMemory, BodyReader, brokenBody, declaredLength, tooLarge } from "./body_reader.ts";
import type { Exchange } from "./exchange.ts";
import type { Limits } from "./limits.ts";
import type { RequestTarget } from "./request_check.ts";

/** A request as the server reports it. */
export interface ReceivedRequest {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Whether the client waits for `100 Continue` before it sends the body. */
  readonly expectsContinue: boolean;
}

/** What an exchange needs of its connection. */
export interface ExchangeConnection {
  readonly secure: boolean;
  readonly remoteAddress: string;
  readonly clientCertificate: Uint8Array | undefined;
  /** Whether no more of a request can come. */
  readonly unparsable: boolean;
  destroy(): void;
}

export interface ExchangeParts {
  readonly received: ReceivedRequest;
  readonly target: RequestTarget;
  readonly connection: ExchangeConnection;
  readonly limits: Limits;
  readonly memory: BodyMemory;
  readonly routed?: Exchange["routed"];
}

/** A body up to this size that nobody read is skipped, and the connection kept. In bytes. */
const SKIPPED_BODY = 64 * 1024;

export class NodeExchange implements Exchange {
  readonly method: string;
  readonly target: string;
  readonly #parts: ExchangeParts;
  #reader: BodyReader | undefined;
  #body: Promise<Bytes> | undefined;
  #awaitsContinue: boolean;

  constructor(parts: ExchangeParts) {
    this.#parts = parts;
    this.method = parts.received.request.method ?? "";
    this.target = parts.target.target;
    this.#awaitsContinue = parts.received.expectsContinue;
  }

  get secure(): boolean {
    return this.connection.secure;
  }

  get remoteAddress(): string {
    return this.connection.remoteAddress;
  }

  get clientCertificate(): Uint8Array | undefined {
    return this.connection.clientCertificate;
  }

  get routed(): Exchange["routed"] {
    return this.#parts.routed;
  }

  get connection(): ExchangeConnection {
    return this.#parts.connection;
  }

  header(name: string): string | undefined {
    const { received, target } = this.#parts;
    if (name === "host" && target.authority !== undefined) return target.authority;
    const value = received.request.headers[name];
    return Array.isArray(value) ? value.join(", ") : value;
  }

  body(): Promise<Bytes> {
    return this.#body ??= this.#read();
  }

  /** How much of the body is still to come when the answer goes out. */
  get unread(): "nothing" | "little" | "much" {
    const { request } = this.#parts.received;
    const length = declaredLength(request);
    if (length === 0 || request.complete) return "nothing";
    return length !== undefined && length <= SKIPPED_BODY && !this.#awaitsContinue ? "little" : "much";
  }

  /** Whether the client holds its body back until it is told to go on. */
  get awaitsContinue(): boolean {
    return this.#awaitsContinue;
  }

  /** The reader of the body, once somebody asked for it. */
  get reader(): BodyReader | undefined {
    return this.#reader;
  }

  async #read(): Promise<Bytes> {
    const { received: { request, response }, limits, memory, connection } = this.#parts;
    const length = declaredLength(request);
    if (length === 0) return new Uint8Array(0);
    if (length !== undefined && length > limits.bodyBytes) throw tooLarge(limits.bodyBytes);
    if (connection.unparsable && !request.complete) throw brokenBody();
    this.#reader = new BodyReader({ request, limits, memory, dropConnection: () => connection.destroy() });
    if (this.#awaitsContinue) response.writeContinue();
    this.#awaitsContinue = false;
    return await this.#reader.result();
  }
}
