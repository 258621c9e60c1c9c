/** A server inside the test's own process: real sockets and files, but a clock that moves only when told to. */
import { Agent as HttpAgent, type IncomingMessage, request as httpRequest, type RequestOptions } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { dirname } from "node:path";
import { utf8 } from "../../core/bytes.ts";
import { ManualClock } from "../../core/host/clock.ts";
import { encodePem, PEM_LABEL } from "../../core/pem.ts";
import { parseNetloc } from "../../core/protocol/netloc.ts";
import { checkHttps, prepareHttps } from "../../core/profiles/https_profile.ts";
import { newSerial, signCertificate } from "../../core/x509/tbs_certificate.ts";
import { privateKeyToPem } from "../../core/keys/private_key.ts";
import { signerFor } from "../../core/keys/signer.ts";
import { type RunningServer, type ServeOptions, startServer } from "../../server/serve.ts";
import { openSqliteStorage } from "../../server/storage/sqlite/sqlite_storage.ts";
import type { AskOptions, Desk, Reply } from "./desk.ts";
import { LIFE_SPAN, newEcKey, NOW, random } from "./issuing.ts";
import { freePortPair } from "./ports.ts";
import { readReply } from "./read_reply.ts";
import { quietLog, recordedLog } from "./recorded_log.ts";
import { NETLOC, type SeededCa, seedIssuers } from "./seeded_issuers.ts";
import { type TempFolder, tempFolder } from "./temp_folder.ts";

export interface TestServerOptions {
  readonly serve?: Partial<ServeOptions>;
  /** Whether the server makes its own keys, RSA, when it starts; else quick ones are there already. */
  readonly ownKeys?: boolean;
  /** What its clock shows; `NOW` unless given. */
  readonly now?: number;
}

/** Starts a server whose clock shows `NOW`; `await using` stops it when the block ends. */
export async function runServer(options: TestServerOptions = {}): Promise<TestServer> {
  const folder = await tempFolder();
  if (!options.ownKeys) await seedFiles(folder.path);
  const server = new TestServer(serveOptions(folder.path, options.serve), folder);
  if (options.now !== undefined) server.clock.set(options.now);
  await server.start();
  return server;
}

/** What `startServer` takes, with all files in `folder` and a free pair of ports. */
export function serveOptions(folder: string, changes: Partial<ServeOptions> = {}): ServeOptions {
  const rules = { validityDays: 93, maxPending: 50, autoApproveCount: 0 };
  return {
    netloc: NETLOC,
    basePort: freePortPair(),
    bind: ["127.0.0.1"],
    db: `${folder}/caucase.sqlite`,
    serverKey: `${folder}/server.key.pem`,
    corsKeyStore: `${folder}/cors.key`,
    corsWhitelist: [],
    thresholdDays: 31,
    keyBits: 2048,
    service: rules,
    user: { ...rules, autoApproveCount: 1 },
    lockAutoApproveCount: false,
    ...changes,
  };
}

export class TestServer implements Desk, AsyncDisposable {
  readonly clock = new ManualClock(NOW);
  /** What the administrator was told. */
  readonly warnings: string[] = [];
  readonly accessLog: string[] = [];
  #running: RunningServer | undefined;

  constructor(readonly options: ServeOptions, private readonly folder: TempFolder | undefined) {}

  /** Where all its files are. */
  get folderPath(): string {
    return dirname(this.options.db);
  }

  get port(): number {
    return this.options.basePort ?? 0;
  }

  async start(): Promise<void> {
    this.#running = await startServer(this.options, {
      clock: this.clock,
      random,
      log: recordedLog(this.warnings),
      accessLog: (line) => this.accessLog.push(line),
    });
  }

  /** Waits for what a new server does to its database by itself: the first CRLs. */
  async settle(): Promise<void> {
    for (const ca of ["cau", "cas"]) await this.ask("GET", `/${ca}/crl`);
  }

  async stop(): Promise<void> {
    await this.#running?.stop();
    this.#running = undefined;
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  /** One request on a connection of its own, and its answer. */
  ask(method: string, path: string, { headers = {}, body, as }: AskOptions = {}): Promise<Reply> {
    const secure = as !== undefined;
    const length = body === undefined ? {} : { "Content-Length": `${byteLength(body)}` };
    const options: RequestOptions = {
      host: "127.0.0.1",
      port: secure ? this.port + 1 : this.port,
      method,
      path,
      headers: { ...length, ...headers },
    };
    return new Promise((resolve, reject) => {
      const answered = (response: IncomingMessage) => void readReply(response).then(resolve, reject);
      const request = secure
        ? httpsRequest({ ...options, agent: new HttpsAgent({ ...as, rejectUnauthorized: false }) }, answered)
        : httpRequest({ ...options, agent: new HttpAgent() }, answered);
      request.on("error", reject);
      request.end(body);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await this.folder?.[Symbol.asyncDispose]();
  }
}

function byteLength(body: string | Uint8Array): number {
  return typeof body === "string" ? utf8(body).length : body.length;
}

/** A database with CA certificates and a certificate for HTTPS, all on P-256. */
async function seedFiles(folder: string): Promise<void> {
  const { db, serverKey } = serveOptions(folder);
  const storage = await openSqliteStorage({ path: db, lock: true, log: quietLog });
  const { http_cas } = await seedIssuers(storage);
  await storage.close();
  await Deno.writeTextFile(serverKey, await httpsIdentity(http_cas), { mode: 0o600 });
}

/** Key and certificate for HTTPS, PEM, as the server would keep them. */
export async function httpsIdentity(ca: SeededCa): Promise<string> {
  const key = await newEcKey();
  const { host } = parseNetloc(NETLOC);
  const serial = newSerial(random);
  const order = { host, publicKey: key.publicKey, issuer: ca.certificate, now: NOW, lifeSpan: LIFE_SPAN, serial };
  const der = await signCertificate(checkHttps(prepareHttps(order), order), await signerFor(ca.key));
  return privateKeyToPem(key) + encodePem(PEM_LABEL.CERTIFICATE, der);
}
