/** Asking a server over the network, on connections that are kept: what a busy client does. */
import { Agent as HttpAgent, type IncomingMessage, request as httpRequest } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { utf8 } from "../../core/bytes.ts";
import type { AskOptions, Credentials, Desk, Reply } from "./desk.ts";
import { readReply } from "./read_reply.ts";

/** A server on 127.0.0.1: HTTP on `port`, HTTPS on the next one, whose certificate is not checked. */
export class NetworkDesk implements Desk, Disposable {
  readonly #plain = new HttpAgent({ keepAlive: true });
  readonly #secure = new Map<Credentials | null, HttpsAgent>();

  constructor(private readonly port: number) {}

  /** Rejects when the connection fails or breaks. */
  ask(method: string, path: string, { headers = {}, body, as }: AskOptions = {}): Promise<Reply> {
    const bytes = typeof body === "string" ? utf8(body) : body;
    const length = bytes === undefined ? {} : { "content-length": `${bytes.length}` };
    const options = { host: "127.0.0.1", method, path, headers: { ...length, ...headers } };
    return new Promise((resolve, reject) => {
      const answered = (response: IncomingMessage) => void readReply(response).then(resolve, reject);
      const request = as === undefined
        ? httpRequest({ ...options, port: this.port, agent: this.#plain }, answered)
        : httpsRequest({ ...options, port: this.port + 1, agent: this.#agentOf(as) }, answered);
      request.on("error", reject);
      request.end(bytes);
    });
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
