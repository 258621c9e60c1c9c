/**
 * A real server with ACME, the names of `acme.test` on a DNS server of the test's, and everything that a client needs:
 * the CA of the HTTPS listener in a file, a folder that hooks write TXT records into, one that is served over HTTP.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { type DnsAnswer, type DnsQuestion, DnsServer } from "../../support/dns_server.ts";
import { freePortPair } from "../../support/ports.ts";
import { type Outcome, runCommand, RunningProcess } from "../../support/process.ts";
import { OUR_PROGRAM, type ServerProcess, startServer } from "../../support/server_process.ts";
import { type TempFolder, tempFolder } from "../../support/temp_folder.ts";

/** All names end with it, and have the address 127.0.0.1. */
const ZONE = "acme.test";

export interface EabCredentials {
  readonly id: string;
  readonly hmacKey: string;
}

/** Everything that a client is told, in the environment as each wants it. */
export type ClientEnvironment = Readonly<Record<string, string>>;

export class ClientScene implements AsyncDisposable {
  readonly #dns: DnsServer;
  /** Where http-01 and tls-alpn-01 connect. */
  readonly ports: { readonly http: number; readonly tls: number };

  private constructor(
    private readonly temp: TempFolder,
    readonly server: ServerProcess,
    parts: { readonly dns: DnsServer; readonly ports: ClientScene["ports"] },
  ) {
    this.#dns = parts.dns;
    this.ports = parts.ports;
  }

  /** @param options of `serve`, `--acme POLICY` among them */
  static async start(options: readonly string[]): Promise<ClientScene> {
    const temp = await tempFolder();
    for (const name of ["server", "txt", "www/.well-known/acme-challenge"]) {
      await Deno.mkdir(join(temp.path, name), { recursive: true });
    }
    const dns = await DnsServer.start((question) => answerFor(question, join(temp.path, "txt")));
    const port = freePortPair();
    const ports = { http: port, tls: port + 1 };
    const own = [
      ...["--acme-http-port", `${ports.http}`, "--acme-tls-port", `${ports.tls}`],
      ...["--acme-resolver", `127.0.0.1:${dns.port}`, "--acme-allow-address", "127.0.0.0/8"],
      // An address makes as many accounts as there are clients here.
      ...["--acme-accounts-per-hour", "1000", "--access-log", "access.log"],
    ];
    const server = await startServer({ folder: join(temp.path, "server"), options: [...own, ...options] });
    const scene = new ClientScene(temp, server, { dns, ports });
    await scene.caucase("login", server.url, "--yes", "--request", "alice");
    await scene.caucase("ca", "https", "--out", scene.path("https-ca.pem"));
    return scene;
  }

  /** A file in the scene's folder. */
  path(name: string): string {
    return join(this.temp.path, name);
  }

  get directory(): string {
    return `${this.server.httpsUrl}/acme/directory`;
  }

  /** What clients find in their environment: the CA that the server's certificate comes from. */
  get environment(): ClientEnvironment {
    const ca = this.path("https-ca.pem");
    return {
      ...{ SSL_CERT_FILE: ca, REQUESTS_CA_BUNDLE: ca, CURL_CA_BUNDLE: ca, LEGO_CA_CERTIFICATES: ca },
      ...{ HOME: this.temp.path, TXT: this.path("txt") },
    };
  }

  /** Runs a client to its end, which must be good. */
  async run(command: readonly string[], env: ClientEnvironment = {}): Promise<Outcome> {
    const outcome = await this.attempt(command, env);
    assert.equal(outcome.status, 0, `${command.join(" ")}\n${outcome.out}${outcome.err}`);
    return outcome;
  }

  /** Runs a client to its end, good or bad. */
  async attempt(command: readonly string[], env: ClientEnvironment = {}): Promise<Outcome> {
    return await runCommand(command, { cwd: this.temp.path, env: { ...this.environment, ...env } });
  }

  /** A client that goes on; `await using` ends it. */
  begin(command: readonly string[], env: ClientEnvironment = {}): RunningProcess {
    return new RunningProcess(command, { cwd: this.temp.path, env: { ...this.environment, ...env } });
  }

  /** `caucase`, as the user alice. What it printed. */
  async caucase(...args: readonly string[]): Promise<string> {
    const env = { XDG_CONFIG_HOME: this.path("config") };
    const { status, out, err } = await runCommand([...OUR_PROGRAM, ...args], { cwd: this.temp.path, env });
    assert.equal(status, 0, `caucase ${args.join(" ")}\n${out}${err}`);
    return out;
  }

  /** The request that a client's order waits with, as soon as it is there. */
  async pendingRequest(): Promise<{ readonly id: string; readonly dns: readonly string[]; readonly account: string }> {
    for (let attempt = 0; attempt < 60; attempt++) {
      const [request] = JSON.parse(await this.caucase("csr", "list", "--json"));
      if (request !== undefined) return request;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    throw new Error("no request came");
  }

  /** A key for new accounts. */
  async newEabKey(...options: readonly string[]): Promise<EabCredentials> {
    return JSON.parse(await this.caucase("acme", "eab", "create", "--json", ...options));
  }

  /** Serves `www/` on the port of http-01. */
  serveFiles(): Deno.HttpServer {
    const { http: port } = this.ports;
    return Deno.serve({ hostname: "127.0.0.1", port, onListen: () => {} }, async ({ url }) => {
      const { pathname } = new URL(url);
      if (!/^\/\.well-known\/acme-challenge\/[\w-]+$/.test(pathname)) return new Response(null, { status: 404 });
      try {
        return new Response(await Deno.readTextFile(join(this.temp.path, "www", pathname)));
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
        return new Response(null, { status: 404 });
      }
    });
  }

  /** A shell script in the scene's folder; its path. */
  async script(name: string, text: string): Promise<string> {
    const path = this.path(name);
    await Deno.writeTextFile(path, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
    return path;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]();
    await this.#dns[Symbol.asyncDispose]();
    await this.temp[Symbol.asyncDispose]();
  }
}

/** TXT records are lines of a file with the name of their owner. */
function answerFor({ name, type }: DnsQuestion, folder: string): DnsAnswer {
  if (name !== ZONE && !name.endsWith(`.${ZONE}`)) return "no such name";
  if (type === "A") return [{ type, data: "127.0.0.1" }];
  if (type !== "TXT") return [];
  try {
    const lines = Deno.readTextFileSync(join(folder, name)).split("\n");
    return lines.filter((line) => line !== "").map((data) => ({ type, data }));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return [];
  }
}
