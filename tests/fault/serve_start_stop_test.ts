/** The first requests to a server that is starting, and the last ones to one that is told to stop. */
import assert from "node:assert/strict";
import { certify, type Credentials, CSR_TYPE, revokeSerial } from "../support/desk.ts";
import { newEcKey } from "../support/issuing.ts";
import { NetworkDesk } from "../support/network_desk.ts";
import { freePortPair } from "../support/ports.ts";
import { RawClient } from "../support/raw_client.ts";
import { csrFor } from "../support/requests.ts";
import { startServer } from "../support/server_process.ts";
import { namesIn } from "../support/files.ts";
import { FILES, servedFolder } from "./served_folder.ts";

const CLIENTS = 8;

Deno.test("a user who was revoked before a kill is refused from the first request that a start answers", async () => {
  await using folder = await servedFolder();
  const settings = { folder: folder.path, port: freePortPair() };
  await using killed = await startServer(settings);
  using desk = new NetworkDesk(settings.port);
  const revoked = await certify(desk, folder.user, "cau");
  const { serial } = revoked.certificate;
  assert.equal((await revokeSerial(desk, folder.user, { ca: "cau", serial })).status, 204);
  await killed.kill();
  // They knock before there is a server.
  const strangers = Promise.all(Array.from({ length: CLIENTS }, () => firstStatus(settings.port + 1, revoked)));
  const users = Promise.all(Array.from({ length: CLIENTS }, () => firstStatus(settings.port + 1, folder.user)));
  await using _server = await startServer(settings);
  assert.deepEqual(await strangers, new Array(CLIENTS).fill(401));
  assert.deepEqual(await users, new Array(CLIENTS).fill(200));
});

/** What the first request that can be sent is answered. */
async function firstStatus(port: number, identity: Credentials): Promise<number> {
  for (;;) {
    try {
      using client = await RawClient.tls(port, identity);
      client.request("GET", "/cas/csr");
      return (await client.response()).status;
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "ECONNREFUSED")) throw error;
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }
}

Deno.test("serve that gets SIGTERM under load finishes what it began, leaves nothing behind, and ends with status 0", async () => {
  await using folder = await servedFolder();
  await using server = await startServer({ folder: folder.path, options: ["--service-max-csr", "100000"] });
  const uploads = await Promise.all(Array.from({ length: CLIENTS }, (_, n) => beginUpload(server.port + n % 2, n)));
  const crowd = new Submitters(server.port);
  const working = Promise.all(Array.from({ length: CLIENTS }, () => crowd.work()));
  await crowd.busy.promise;
  const ended = server.stop();
  // Whoever connects now is refused; whoever was told to go on is served.
  for (const { client, body } of uploads) client.send(body);
  for (const { client } of uploads) {
    using _ = client;
    const answer = await client.rest();
    assert.match(answer, /^HTTP\/1\.1 201 Created\r\n/);
    const [, id = ""] = /^Location: (\d+)\r$/mi.exec(answer) ?? [];
    crowd.acknowledged.push(id);
  }
  await working;
  const { status, out, err } = await ended;
  assert.equal(status, 0, err);
  assert.deepEqual(namesIn(folder.path), [...FILES], "no log, no temporary file");
  const logged = out.split("\n").filter((line) => line.includes('"PUT /cas/csr HTTP/1.1" 201 ')).length;
  assert.ok(logged >= crowd.acknowledged.length, `${logged} of ${crowd.acknowledged.length} are in the access log`);
  await using next = await server.restart();
  using desk = new NetworkDesk(next.port);
  for (const id of crowd.acknowledged) assert.equal((await desk.ask("GET", `/cas/csr/${id}`)).status, 200, id);
});

/** A request whose body the server waits for. */
async function beginUpload(port: number, n: number): Promise<{ client: RawClient; body: string }> {
  const body = new TextDecoder().decode(await csrFor(await newEcKey(), `upload-${n}`));
  const client = n % 2 === 0 ? await RawClient.tcp(port) : await RawClient.tls(port);
  client.request("PUT", "/cas/csr", { headers: { "Content-Length": `${body.length}`, Expect: "100-continue" } });
  assert.equal((await client.response()).status, 100);
  return { client, body };
}

/** Clients that submit requests until the server is gone. */
class Submitters {
  readonly acknowledged: string[] = [];
  /** Resolves when the server has answered often. */
  readonly busy = Promise.withResolvers<void>();

  constructor(private readonly port: number) {}

  async work(): Promise<void> {
    using desk = new NetworkDesk(this.port);
    for (;;) {
      const body = await csrFor(await newEcKey());
      // A broken connection: the server told whoever was idle, or new, to go.
      const reply = await desk.ask("PUT", "/cas/csr", { body, headers: CSR_TYPE }).catch(() => undefined);
      if (reply === undefined) return;
      assert.equal(reply.status, 201, reply.text);
      this.acknowledged.push(reply.headers["location"] ?? "");
      if (this.acknowledged.length >= 5 * CLIENTS) this.busy.resolve();
    }
  }
}
