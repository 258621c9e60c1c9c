/** A server inside the test's own process: real sockets and files, but a clock that moves only when told to. */
import { dirname } from "node:path";
import type { Storage } from "../../core/ca/stores.ts";
import { ManualClock } from "../../core/host/clock.ts";
import { type RunningServer, type ServeOptions, startServer } from "../../server/serve.ts";
import type { KeyOperations } from "../../server/keys/operations.ts";
import { openSqliteStorage } from "../../server/storage/sqlite/sqlite_storage.ts";
import type { AskOptions, Desk, Reply } from "./desk.ts";
import { httpsPairOf, NETLOC, NOW, random, type TestCa } from "./issuing.ts";
import { askOnce } from "./network_desk.ts";
import { freePortPair } from "./ports.ts";
import { seedIssuers } from "./certificate_authorities.ts";
import { quietLog, recordedLog } from "./recorded_log.ts";
import { type TempFolder, tempFolder } from "./temp_folder.ts";

export interface TestServerOptions {
  readonly serve?: Partial<ServeOptions>;
  /** Whether the server makes its own keys, RSA, when it starts; else quick ones are there already. */
  readonly ownKeys?: boolean;
  /** What its clock shows; `NOW` unless given. */
  readonly now?: number;
  /** What makes and uses its keys; WebCrypto unless given. */
  readonly keyOperations?: KeyOperations;
}

/** Starts a server whose clock shows `NOW`; `await using` stops it when the block ends. */
export async function runServer(options: TestServerOptions = {}): Promise<TestServer> {
  const folder = await tempFolder();
  if (!options.ownKeys) await seedFiles(folder.path, async (storage) => (await seedIssuers(storage)).http_cas);
  const server = new TestServer(serveOptions(folder.path, options.serve), folder, options.keyOperations);
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
    registerKeepDays: 365,
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

  constructor(
    readonly options: ServeOptions,
    private readonly folder: TempFolder | undefined,
    private readonly keyOperations?: KeyOperations,
  ) {}

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
      version: "0.0.0",
      ...(this.keyOperations && { keyOperations: this.keyOperations }),
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
  ask(method: string, path: string, options: AskOptions = {}): Promise<Reply> {
    return askOnce(this.port, { method, path, ...options });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await this.folder?.[Symbol.asyncDispose]();
  }
}

/**
 * A database that `seed` fills, and a certificate for HTTPS by the CA that it gives, as files of a server in
 * `folder`.
 */
export async function seedFiles(folder: string, seed: (storage: Storage) => Promise<TestCa>): Promise<void> {
  const { db, serverKey } = serveOptions(folder);
  const storage = await openSqliteStorage({ path: db, lock: true, log: quietLog });
  const httpCa = await seed(storage);
  await storage.close();
  await Deno.writeTextFile(serverKey, (await httpsPairOf(httpCa)).pem, { mode: 0o600 });
}
