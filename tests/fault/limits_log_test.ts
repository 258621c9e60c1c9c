/** An access log that nobody reads: requests never wait for it, and it takes no more memory than it may. */
import assert from "node:assert/strict";
import { NetworkDesk } from "../support/network_desk.ts";
import { freePortPair } from "../support/ports.ts";
import { RawClient } from "../support/raw_client.ts";
import { OUR_PROGRAM } from "../support/server_process.ts";
import { servedFolder } from "./served_folder.ts";
import { until } from "./until.ts";

/** Characters of each field that a client fills: as many as are logged. There are three. */
const FIELD = 1_000;
/** Twice what is kept. */
const LINES = 2_600;

Deno.test("serve answers while nobody reads its access log, keeps a part of it, and says how much it dropped", async () => {
  await using folder = await servedFolder();
  await using server = new LoggingServer(folder.path);
  await server.said("Listening on");
  using desk = new NetworkDesk(server.port);
  await flood(server.port);
  server.read();
  await server.said("lines of the access log were dropped while standard output took none");
  const [, dropped = ""] = /: (\d+) lines of the access log/.exec(server.err) ?? [];
  assert.equal((await desk.ask("GET", "/last")).status, 404);
  assert.equal((await server.stop()).code, 0);
  const lines = server.out.trimEnd().split("\n");
  assert.match(lines.at(-1) ?? "", /"GET \/last HTTP\/1\.1" 404 /);
  assert.equal(lines.length, LINES + 1 - Number(dropped), "each is there, or counted");
  // 4 MiB, what the pipe holds, and what was being written.
  assert.ok(server.out.length < 5_000_000, `${server.out.length} bytes were kept`);
});

Deno.test("serve goes on without its access log when whoever read that is gone, and stops in time while it is stuck", async () => {
  await using folder = await servedFolder();
  await using server = new LoggingServer(folder.path);
  await server.said("Listening on");
  using desk = new NetworkDesk(server.port);
  await server.stopReading();
  assert.equal((await desk.ask("GET", "/one")).status, 404);
  await server.said("The access log ends here");
  assert.equal((await desk.ask("GET", "/two")).status, 404);
  assert.equal((await server.stop()).code, 0);
  await using stuck = new LoggingServer(folder.path);
  await stuck.said("Listening on");
  await flood(stuck.port);
  assert.equal((await stuck.stop()).code, 0);
});

async function flood(port: number): Promise<void> {
  using client = await RawClient.tcp(port);
  const field = "x".repeat(FIELD);
  const headers = { "Referer": field, "User-Agent": field };
  for (let sent = 0; sent < LINES; sent += 50) {
    for (let n = 0; n < 50; n++) client.request("GET", `/${field}`, { headers });
    for (let n = 0; n < 50; n++) assert.equal((await client.response()).status, 404);
  }
}

/** A server whose standard output is a pipe that nobody reads until told to. */
class LoggingServer implements AsyncDisposable {
  readonly port = freePortPair();
  out = "";
  err = "";
  readonly #child: Deno.ChildProcess;
  readonly #errRead: Promise<void>;
  #outRead: Promise<void> = Promise.resolve();

  constructor(folder: string) {
    const [program = "", ...args] = OUR_PROGRAM;
    const address = ["--netloc", "localhost", "--base-port", `${this.port}`, "--bind", "127.0.0.1"];
    this.#child = new Deno.Command(program, {
      args: [...args, "serve", ...address],
      cwd: folder,
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#errRead = this.#collect(this.#child.stderr, (text) => this.err += text);
  }

  read(): void {
    this.#outRead = this.#collect(this.#child.stdout, (text) => this.out += text);
  }

  stopReading(): Promise<void> {
    return this.#child.stdout.cancel();
  }

  /** Resolves when `text` was written on standard error. */
  async said(text: string): Promise<void> {
    await until(() => this.err.includes(text));
  }

  async stop(): Promise<Deno.CommandStatus> {
    this.#child.kill("SIGTERM");
    const status = await this.#child.status;
    await Promise.all([this.#errRead, this.#outRead]);
    return status;
  }

  async #collect(stream: ReadableStream<Uint8Array<ArrayBuffer>>, add: (text: string) => void): Promise<void> {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) add(text);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch (error) {
      // It has ended.
      if (!(error instanceof TypeError)) throw error;
    }
    await this.#child.status;
    await this.#errRead;
    if (!this.#child.stdout.locked) await this.#child.stdout.cancel();
  }
}
