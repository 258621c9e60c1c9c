/**
 * A server whose disk is full loses nothing it acknowledged, goes on with what needs no room, and with the rest once
 * there is some.
 */
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { crlFromPem } from "../../core/x509/crl.ts";
import { certify, CSR_TYPE, type Desk, firstUser, revokeSerial } from "../support/desk.ts";
import { newEcKey } from "../support/issuing.ts";
import { NetworkDesk } from "../support/network_desk.ts";
import { freePortPair } from "../support/ports.ts";
import { RunningProcess } from "../support/process.ts";
import { csrFor } from "../support/requests.ts";
import { OUR_PROGRAM, startServer } from "../support/server_process.ts";
import { namesIn } from "../support/files.ts";
import { type ServedFolder, servedFolder, tryServe } from "./served_folder.ts";
import { SmallDisk } from "./small_disk.ts";
import { until } from "./until.ts";

const MEGABYTE = 1024 * 1024;
/** Pending requests are small change for what is left of the last page, so there are many tries. */
const TRIES = 400;

interface Acknowledged {
  readonly requests: string[];
  readonly revoked: bigint[];
}

Deno.test("serve answers 500 where its disk is full, loses nothing, and goes on when there is room", async () => {
  await using disk = await SmallDisk.mount(8 * MEGABYTE);
  if (disk === undefined) return;
  await using folder = await servedFolder(disk.path);
  const acknowledged: Acknowledged = { requests: [], revoked: [] };
  await using server = await startServer({ folder: folder.path, options: ["--service-max-csr", "100000"] });
  using desk = new NetworkDesk(server.port);
  const { certificate } = await certify(desk, folder.user);
  await disk.fill();
  await writeUntilRefused(desk, folder, acknowledged);
  for (const path of ["/cas/crl", "/cau/crt/ca.crt.pem"]) assert.equal((await desk.ask("GET", path)).status, 200, path);
  assert.match(
    server.process.written.err,
    /PUT \/\S*: [^\n]*: there is no space left \(free space on its file system\)/,
  );
  await server.kill();
  await using next = await server.restart();
  using later = new NetworkDesk(next.port);
  await assertComplete(later, acknowledged);
  await disk.makeRoom();
  await assertComplete(later, acknowledged);
  assert.equal((await revokeSerial(later, folder.user, { serial: certificate.serial })).status, 204);
  await certify(later, folder.user);
  assert.equal((await next.stop()).status, 0);
  assertIntact(folder.db);
});

Deno.test("a first start on a full disk says so and leaves nothing that keeps the next one from working", async () => {
  await using disk = await SmallDisk.mount(8 * MEGABYTE);
  if (disk === undefined) return;
  await disk.fill();
  const { status, err } = await tryServe(disk.path);
  assert.equal(status, 1, err);
  assert.match(err, /^error: [^\n]*: (there is )?no space left[^\n]*\n$/);
  assert.deepEqual(namesIn(disk.path).filter((name) => /\.(pem|key)$|tmp/.test(name)), [], "no key in part");
  await disk.makeRoom();
  await using server = await startServer({ folder: disk.path });
  using desk = new NetworkDesk(server.port);
  await certify(desk, await firstUser(desk));
});

Deno.test("serve goes on while its access log is on a full disk, and takes it up again when there is room", async () => {
  await using disk = await SmallDisk.mount(MEGABYTE);
  if (disk === undefined) return;
  await using folder = await servedFolder();
  const log = `${disk.path}/access.log`;
  await using server = await startServer({ folder: folder.path, command: withOutput(`>>${log}`) });
  using desk = new NetworkDesk(server.port);
  await readOften(desk, "before");
  await until(async () => (await Deno.readTextFile(log)).split("\n").length > 3);
  await disk.fill();
  // More than what is left of the log's last page.
  await readOften(desk, "full", 200);
  await server.process.waitFor("Lines of the access log are dropped");
  await disk.makeRoom();
  await readOften(desk, "after");
  const { status, err } = await server.stop();
  assert.equal(status, 0, err);
  assert.match(
    err,
    / access_log\.failing: Lines of the access log are dropped, standard output cannot be written: no space left/,
  );
  assert.match(err, / access_log\.dropped: \d+ lines of the access log were dropped while standard output took none$/m);
  const lines = (await Deno.readTextFile(log)).trimEnd().split("\n");
  const whole = (path: string) =>
    lines.filter((line) => new RegExp(`^127[^"]*"GET /${path} [^"]*" 404 \\d+ `).test(line));
  assert.deepEqual([whole("before").length, whole("after").length], [3, 3], lines.slice(-9).join("\n"));
});

Deno.test("serve works and ends as it should where neither of its outputs can be written", async () => {
  await using folder = await servedFolder();
  const port = freePortPair();
  const address = ["--netloc", "localhost", "--base-port", `${port}`, "--bind", "127.0.0.1"];
  await using server = new RunningProcess([...withOutput(">/dev/full 2>/dev/full"), ...address], { cwd: folder.path });
  using desk = new NetworkDesk(port);
  await untilAnswered(desk, server);
  {
    using held = new DatabaseSync(folder.db);
    held.exec("BEGIN IMMEDIATE");
    const { status } = await desk.ask("PUT", "/cas/csr", { body: await csrFor(await newEcKey()), headers: CSR_TYPE });
    assert.equal(status, 500, "which is to be told on standard error");
  }
  await certify(desk, folder.user);
  assert.equal((await server.stop()).status, 0);
});

/** The command line of `serve` with its outputs somewhere else. */
function withOutput(redirections: string): readonly string[] {
  return ["sh", "-c", `exec "$@" ${redirections}`, "sh", ...OUR_PROGRAM, "serve"];
}

async function readOften(desk: Desk, path: string, times = 3): Promise<void> {
  for (let n = 0; n < times; n++) assert.equal((await desk.ask("GET", `/${path}`)).status, 404);
}

async function untilAnswered(desk: Desk, server: RunningProcess): Promise<void> {
  let ended = false;
  void server.ended.then(() => ended = true);
  await until(async () => ended || await desk.ask("GET", "/cas").then(() => true, () => false));
  assert.equal(ended, false, "it ended by itself");
}

/** Requests and revocations until both are refused. */
async function writeUntilRefused(
  desk: Desk,
  { user }: ServedFolder,
  { requests, revoked }: Acknowledged,
): Promise<void> {
  const refused = new Set<string>();
  for (let serial = 1n; refused.size < 2; serial++) {
    assert.ok(serial < TRIES, "the disk never was full");
    const sent = await desk.ask("PUT", "/cas/csr", { body: await csrFor(await newEcKey()), headers: CSR_TYPE });
    if (sent.status === 201) requests.push(sent.headers["location"] ?? "");
    else refused.add(`request: ${sent.status} ${sent.text}`);
    const { status, text } = await revokeSerial(desk, user, { serial });
    if (status === 204) revoked.push(serial);
    else refused.add(`revocation: ${status} ${text}`);
  }
  assert.deepEqual([...refused].toSorted(), ["request: 500 ", "revocation: 500 "]);
}

async function assertComplete(desk: Desk, { requests, revoked }: Acknowledged): Promise<void> {
  for (const id of requests) assert.equal((await desk.ask("GET", `/cas/csr/${id}`)).status, 200, id);
  const crl = crlFromPem((await desk.ask("GET", "/cas/crl")).text);
  assert.deepEqual(revoked.filter((serial) => !crl.revoked(serial)), []);
}

function assertIntact(path: string): void {
  using database = new DatabaseSync(path, { readOnly: true });
  assert.equal(database.prepare("PRAGMA integrity_check").get()?.["integrity_check"], "ok");
}
