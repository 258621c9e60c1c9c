/**
 * A server as `startServer()` of `tests/support` gives it, in this process and with nothing but the rules for other origins:
 * HTTPS, the consent page, and one resource that needs consent.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import { buffer } from "node:stream/consumers";
import { systemClock } from "../../core/host/clock.ts";
import { randomBytes } from "../../core/host/random.ts";
import { openCorsKeyFile } from "../../server/cors_key_file.ts";
import { writeAnswer } from "../../server/http/answer_writer.ts";
import { createCorsPage } from "../../server/http/cors_page.ts";
import { createCrossOrigin, withOriginHeaders } from "../../server/http/cross_origin.ts";
import type { Exchange, Handler } from "../../server/http/exchange.ts";
import { refusal } from "../../server/http/refusals.ts";
import { freePortPair } from "../support/ports.ts";

interface ServerSettings {
  /** Where its key file is. */
  readonly folder: string;
  readonly port?: number;
}

/** The certificate of the test server, self-signed, with its key: for `localhost`, trusted by nobody. */
const CERTIFICATE = new URL("localhost.pem", import.meta.url);

export async function startServer(settings: ServerSettings): Promise<ConsentServer> {
  const port = settings.port ?? freePortPair();
  const pem = await Deno.readTextFile(CERTIFICATE);
  const handler = await createHandler(settings.folder, `localhost:${port}`);
  const server = createServer({ key: pem, cert: pem }, (request, response) => void answer(handler, request, response));
  await new Promise<void>((resolve) => server.listen(port + 1, "127.0.0.1", resolve));
  return new ConsentServer({ ...settings, port }, server);
}

export class ConsentServer implements AsyncDisposable {
  readonly httpsUrl: string;
  readonly #server: Server;

  constructor(private readonly settings: ServerSettings & { readonly port: number }, server: Server) {
    this.httpsUrl = `https://localhost:${settings.port + 1}`;
    this.#server = server;
  }

  async stop(): Promise<void> {
    await this[Symbol.asyncDispose]();
  }

  /** Starts it anew with the same files and port; the old one must have ended. */
  restart(): Promise<ConsentServer> {
    return startServer(this.settings);
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }
}

async function createHandler(folder: string, netloc: string): Promise<Handler> {
  const warn = (message: string) => console.error(message);
  const keys = await openCorsKeyFile({ path: `${folder}/cors.key`, clock: systemClock, random: randomBytes, warn });
  const crossOrigin = createCrossOrigin({ keys, netloc, clock: systemClock, whitelist: [] });
  const page = createCorsPage({ keys, netloc, clock: systemClock, crossOrigin });
  return async (exchange) => {
    if (exchange.method === "OPTIONS") return crossOrigin.preflight(exchange, ["GET", "PUT"]);
    if (exchange.method === "POST") return await page.decide(exchange);
    const verdict = await crossOrigin.judge(exchange, "consent");
    if (verdict.kind === "refuse") return verdict.answer;
    if (exchange.target.startsWith("/cors?")) return await page.show(exchange);
    return withOriginHeaders({ status: 200, body: "-----BEGIN CERTIFICATE-----" }, verdict.headers);
  };
}

async function answer(handler: Handler, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const method = request.method ?? "";
  const exchange: Exchange = {
    method,
    target: request.url ?? "",
    secure: true,
    header: (name) => [request.headers[name] ?? []].flat().join(", ") || undefined,
    remoteAddress: request.socket.remoteAddress ?? "",
    clientCertificate: undefined,
    connection: request.socket,
    body: async () => new Uint8Array(await buffer(request)),
  };
  const result = await Promise.resolve(handler(exchange)).catch(refusal);
  writeAnswer(response, result, { method, close: false, onProgress: () => {} });
}
