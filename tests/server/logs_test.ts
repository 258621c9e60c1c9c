/**
 * Both logs of a server in a process of its own: where they go, what they look like, and that rotation loses nothing.
 */
import assert from "node:assert/strict";
import { servedFolder } from "../fault/served_folder.ts";
import { until } from "../fault/until.ts";
import { isFile, namesIn } from "../support/files.ts";
import { NetworkDesk } from "../support/network_desk.ts";
import { FROM_SOURCE, startServer } from "../support/server_process.ts";
import { withUmask } from "../support/process.ts";

const ROTATIONS = 4;

Deno.test("rotation of the access log under traffic loses no line and writes none twice", async () => {
  await using folder = await servedFolder();
  const path = `${folder.path}/access.log`;
  const options = ["--access-log", "access.log"];
  const command = withUmask("0", [...FROM_SOURCE, "serve"]);
  await using server = await startServer({ folder: folder.path, options, command });
  assert.equal(((await Deno.stat(path)).mode ?? 0) & 0o777, 0o640);
  const traffic = new Traffic(server.port);
  for (let rotation = 1; rotation <= ROTATIONS; rotation++) {
    await traffic.more(200);
    await Deno.rename(path, `${path}.${rotation}`);
    await traffic.more(50);
    server.process.signal("SIGHUP");
    await until(() => isFile(path));
  }
  const asked = await traffic.end();
  const { status, out, err } = await server.stop();
  assert.deepEqual([status, out], [0, ""], err);
  assert.doesNotMatch(err, / (warning|error) /);
  const texts = namesIn(folder.path).filter((name) => name.startsWith("access.log"))
    .map((name) => Deno.readTextFileSync(`${folder.path}/${name}`));
  assert.equal(texts.filter((text) => text !== "").length, ROTATIONS + 1, "each file has a part");
  const logged = texts.flatMap((
    text,
  ) => [...text.matchAll(/^127\.0\.0\.1 - - \[[^\]]+\] "GET \/(\d+) HTTP\/1\.1" 404 .*\n/gm)]);
  assert.deepEqual(logged.map(([, n]) => Number(n)).toSorted((a, b) => a - b), asked);
  assert.equal(logged.map(([line]) => line).join("").length, texts.join("").length, "and nothing else");
});

/** Several clients that ask for one number after another. */
class Traffic {
  readonly #asked: number[] = [];
  #ending = false;
  readonly #clients: Promise<void>[];

  constructor(port: number) {
    this.#clients = Array.from({ length: 8 }, () => this.#run(port));
  }

  more(count: number): Promise<void> {
    const before = this.#asked.length;
    return until(() => this.#asked.length >= before + count);
  }

  /** What was answered. */
  async end(): Promise<number[]> {
    this.#ending = true;
    await Promise.all(this.#clients);
    return this.#asked.toSorted((a, b) => a - b);
  }

  #next = 0;

  async #run(port: number): Promise<void> {
    using desk = new NetworkDesk(port);
    while (!this.#ending) {
      const number = this.#next++;
      assert.equal((await desk.ask("GET", `/${number}`)).status, 404);
      this.#asked.push(number);
    }
  }
}

Deno.test("SIGHUP is harmless where the access log is standard output, or off", async () => {
  for (const [where, lines] of [["-", 2], ["off", 0]] as const) {
    await using folder = await servedFolder();
    await using server = await startServer({ folder: folder.path, options: ["--access-log", where] });
    using desk = new NetworkDesk(server.port);
    assert.equal((await desk.ask("GET", "/before")).status, 404);
    server.process.signal("SIGHUP");
    assert.equal((await desk.ask("GET", "/after")).status, 404);
    const { status, out, err } = await server.stop();
    assert.equal(status, 0, err);
    assert.equal(out.split("\n").length - 1, lines, out);
    assert.deepEqual(namesIn(folder.path).filter((name) => ["-", "off"].includes(name)), []);
  }
});

Deno.test("an access log that cannot be written is said once, and SIGHUP takes it up when it can be", async () => {
  await using folder = await servedFolder();
  await using server = await startServer({ folder: folder.path, options: ["--access-log", "logs/access.log"] });
  using desk = new NetworkDesk(server.port);
  await server.process.waitFor("the access log waits: ");
  assert.equal((await desk.ask("GET", "/early")).status, 404);
  server.process.signal("SIGHUP");
  assert.equal((await desk.ask("GET", "/again")).status, 404);
  await Deno.mkdir(`${folder.path}/logs`);
  server.process.signal("SIGHUP");
  await server.process.waitFor("the access log goes into logs/access.log");
  const { status, err } = await server.stop();
  assert.equal(status, 0, err);
  assert.equal(err.split(" access_log.not_opened: ").length - 1, 1, err);
  const text = await Deno.readTextFile(`${folder.path}/logs/access.log`);
  assert.deepEqual([...text.matchAll(/"GET \/(\w+) /g)].map(([, name]) => name), ["early", "again"]);
});

Deno.test("--log-format json writes one object a line, from the first to why it ends", async () => {
  await using folder = await servedFolder();
  const options = ["--log-format", "json", "--log-level", "debug", "--backup-directory", "."];
  await using server = await startServer({ folder: folder.path, options });
  await server.process.waitFor("job.failed");
  const second = await startServer({ folder: folder.path, options, port: server.port }).catch((error) => error);
  const { err, status } = await server.stop();
  assert.equal(status, 0, err);
  const records = err.trimEnd().split("\n").map((line) => JSON.parse(line));
  for (const record of records) {
    assert.deepEqual(Object.keys(record), ["time", "level", "event", "message", "properties"]);
    assert.match(record.time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  }
  const of = (event: string) => records.find((record) => record.event === event);
  const { port } = server;
  assert.deepEqual(of("server.listening"), {
    time: of("server.listening").time,
    level: "info",
    event: "server.listening",
    message: `Listening on [127.0.0.1]:${port}-${port + 1}`,
    properties: { address: "127.0.0.1", httpPort: port, httpsPort: port + 1 },
  });
  const { job, retryAfter, error } = of("job.failed").properties;
  assert.deepEqual([job, retryAfter, error.code], ["backup", 60, "file"], "the user has no RSA key");
  assert.equal(of("job.done").level, "debug");
  assert.ok(second instanceof Error, "two servers on one database");
  const [, refused = ""] = /ended before it wrote "Listening on"\n(\{[^\n]*\})\n$/.exec(second.message) ?? [];
  const { level, event, properties } = JSON.parse(refused);
  assert.deepEqual([level, event, properties.error.code], ["error", "server.failed", "in-use"]);
});

/**
 * Runs a program with JOURNAL_STREAM set to what the first word says; in `$(…)`, standard error is that of the shell.
 */
const WITH_JOURNAL = 'JOURNAL_STREAM=$(eval "$0"); export JOURNAL_STREAM; exec "$@"';

Deno.test("the journal gets the level in its own form and no time; any other reader of standard error gets the time", async () => {
  const cases = [
    [
      "stat --dereference --format=%d:%i /proc/self/fd/2",
      /^(<6>info [a-z_.]+: [^\n]*\n)*<6>info server\.listening: Listening on [^\n]*$/,
    ],
    ["echo 9:99", /^(\d{4}-\S+Z info [a-z_.]+: [^\n]*\n)*\d{4}-\S+Z info server\.listening: Listening on [^\n]*$/],
  ] as const;
  for (const [journal, line] of cases) {
    await using folder = await servedFolder();
    const command = ["sh", "-c", WITH_JOURNAL, journal, ...FROM_SOURCE, "serve"];
    await using server = await startServer({ folder: folder.path, command });
    const { status, err } = await server.stop();
    assert.equal(status, 0, err);
    assert.match(err.trimEnd(), line);
  }
});
