/**
 * Asking a server over the network: on connections that are kept, as a busy client does, or on one for each request.
 */
import { Agent as HttpAgent, type IncomingMessage, request as httpRequest } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { concatBytes, utf8 } from "../../core/bytes.ts";
import type { AskOptions, Credentials, Desk, Reply } from "./desk.ts";

/** A server on 127.0.0.1: HTTP on `port`, HTTPS on the next one, whose certificate is not checked. */
export class NetworkDesk implements Desk, Disposable {
  readonly #plain = new HttpAgent({ keepAlive: true });
  readonly #secure = new Map<Credentials | null, HttpsAgent>();

  constructor(private readonly port: number) {}

  /** Rejects when the connection fails or breaks. */
  ask(method: string, path: string, options: AskOptions = {}): Promise<Reply> {
    const { as } = options;
    return send(this.port, { method, path, ...options }, as === undefined ? this.#plain : this.#agentOf(as));
  }

  #agentOf(as: Credentials | null): HttpsAgent {
    const agent = this.#secure.get(as) ?? new HttpsAgent({ ...as, keepAlive: true, rejectUnauthorized: false });
    this.#secure.set(as, agent);
    return agent;
  }

  /** Closes all connections. */
  [Symbol.dispose](): void {
    for (const agent of [this.#plain, ...this.#secure.values()]) agent.destroy();
  }
}

interface SentRequest extends AskOptions {
  readonly method: string;
  readonly path: string;
}

/**
 * One request on a connection of its own, without a TLS session of another. Rejects when the connection fails or
 * breaks.
 */
export function askOnce(port: number, request: SentRequest): Promise<Reply> {
  const { as } = request;
  const agent = as === undefined ? new HttpAgent() : new HttpsAgent({ ...as, rejectUnauthorized: false });
  return send(port, request, agent);
}

function send(port: number, { method, path, headers, body, as }: SentRequest, agent: HttpAgent): Promise<Reply> {
  const bytes = typeof body === "string" ? utf8(body) : body;
  const length = bytes === undefined ? {} : { "content-length": `${bytes.length}` };
  const options = { host: "127.0.0.1", method, path, headers: { ...length, ...headers }, agent };
  return new Promise((resolve, reject) => {
    const answered = (response: IncomingMessage) => void readReply(response).then(resolve, reject);
    const request = as === undefined
      ? httpRequest({ ...options, port }, answered)
      : httpsRequest({ ...options, port: port + 1 }, answered);
    request.on("error", reject);
    request.end(bytes);
  });
}

async function readReply(response: IncomingMessage): Promise<Reply> {
  const pieces: Uint8Array[] = [];
  for await (const piece of response) pieces.push(piece);
  const bytes = concatBytes(...pieces);
  const byName = Object.entries(response.headers).map(([name, value]) => [name, [value ?? []].flat().join(", ")]);
  const { statusCode: status = 0 } = response;
  return { status, headers: Object.fromEntries(byName), bytes, text: new TextDecoder().decode(bytes) };
}
