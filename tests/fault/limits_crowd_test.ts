/**
 * A thousand clients of one address misbehave, in every way at once: the server stays small, and others are served in
 * time.
 */
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { request, type RequestOptions } from "node:http";
import { Agent, request as httpsRequest } from "node:https";
import type { Credentials } from "../support/desk.ts";
import { startServer } from "../support/server_process.ts";
import { Crowd, type MannerName } from "./limits_crowd.ts";
import { servedFolder } from "./served_folder.ts";
import { until } from "./until.ts";

const isLinux = Deno.build.os === "linux";
if (!isLinux) console.log("left out: a thousand clients that misbehave (Linux has 127.0.0.2 and /proc)");

const CROWD: Readonly<Record<MannerName, number>> = {
  "says nothing": 210,
  "says nothing, over TLS": 50,
  "stops in its TLS handshake": 100,
  "sends its headers a byte at a time": 150,
  "sends its body a byte at a time": 150,
  "never ends a large body": 100,
  "never reads a large answer": 100,
  "asks ninety times at once and never reads": 100,
  "breaks its uploads off": 40,
};

/** Entries of the CRL: a megabyte of PEM. */
const REVOKED = 20_000;
const ASKED = 40;
/** What one address may have at most is another test's: see limits_addresses_test.ts. */
const ROOM_FOR_ALL = ["--max-connections", "1500", "--max-connections-per-address", "1100"];

/**
 * Bodies and answers that are held may come to 256 MiB each, and what is not collected yet to as much; a thousand MiB
 * is sent.
 */
const MEMORY = 3 * 256;

Deno.test({
  name: "a thousand clients that misbehave cost bounded memory, and another address is served in time",
  ignore: !isLinux,
  async fn() {
    await using folder = await servedFolder();
    revokeMany(folder.db);
    await using server = await startServer({ folder: folder.path, options: ROOM_FOR_ALL });
    const { pid, written } = server.process;
    using neighbour = new Neighbour(server.port, folder.user);
    const idle = await neighbour.ask(ASKED);
    const before = { memory: memoryOf(pid).now, files: filesOf(pid) };
    {
      using crowd = new Crowd(server.port);
      for (const [name, count] of manners()) await crowd.join(name, count);
      assert.equal(crowd.size, 1000);
      assertInTime(await neighbour.ask(ASKED), idle);
      assert.ok(filesOf(pid) > before.files + 500, "most of them are still there");
    }
    await until(() => filesOf(pid) <= before.files + 2);
    assert.ok(memoryOf(pid).peak - before.memory < MEMORY, `from ${before.memory} MiB to ${memoryOf(pid).peak} MiB`);
    const { status, err } = await server.stop();
    assert.equal(status, 0);
    assert.match(
      err,
      /^\S+ info signer\.chosen: [^\n]*\n\S+ info server\.listening: [^\n]*\n$/,
      `nobody can write into the log: ${err}`,
    );
    assert.doesNotMatch(written.out, /" 5\d\d \d+ "/);
  },
});

function manners(): [MannerName, number][] {
  return Object.entries(CROWD) as [MannerName, number][];
}

/** Compared with the same requests before, as the machine may be slow. */
function assertInTime(busy: Times, idle: Times): void {
  const limit = 20 * idle.median + 250;
  assert.ok(busy.median < limit, `${busy.median} ms in the middle, ${idle.median} ms when nobody else was there`);
  assert.ok(busy.slowest < limit + 30_000, `${busy.slowest} ms at most`);
}

function revokeMany(path: string): void {
  using database = new DatabaseSync(path);
  const later = Math.floor(Date.now() / 1000) + 90 * 86_400;
  database.exec(
    `WITH RECURSIVE serials(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM serials WHERE n < ${REVOKED})
     INSERT INTO casrevoked SELECT CAST(n * 1000003 AS TEXT), ${later - 90 * 86_400}, ${later} FROM serials`,
  );
}

interface Times {
  /** In milliseconds. */
  readonly median: number;
  readonly slowest: number;
}

/** Somebody of another address, who behaves. */
class Neighbour implements Disposable {
  readonly #agent: Agent;

  constructor(private readonly port: number, user: Credentials) {
    this.#agent = new Agent({ ...user, rejectUnauthorized: false });
  }

  /** Reads the CA certificate over HTTP, then the pending requests as a user, on new connections each time. */
  async ask(times: number): Promise<Times> {
    const taken: number[] = [];
    for (let n = 0; n < times; n++) {
      const start = performance.now();
      await this.#read({ port: this.port, path: "/cas/crt/ca.crt.pem" }, request);
      await this.#read({ port: this.port + 1, path: "/cas/csr", agent: this.#agent }, httpsRequest);
      taken.push(performance.now() - start);
    }
    taken.sort((a, b) => a - b);
    return { median: taken[Math.floor(times / 2)] ?? 0, slowest: taken.at(-1) ?? 0 };
  }

  async #read(options: RequestOptions, send: typeof request): Promise<void> {
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const sent = send({ host: "127.0.0.1", localAddress: "127.0.0.2", ...options }, (response) => {
        response.resume().once("end", () => resolve(response.statusCode));
      });
      sent.once("error", reject).end();
    });
    assert.equal(status, 200);
  }

  [Symbol.dispose](): void {
    this.#agent.destroy();
  }
}

/** Resident memory in MiB, now and at most. */
function memoryOf(pid: number): { now: number; peak: number } {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  const value = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)?.[1]) / 1024;
  return { now: value("VmRSS"), peak: value("VmHWM") };
}

function filesOf(pid: number): number {
  return [...Deno.readDirSync(`/proc/${pid}/fd`)].length;
}
