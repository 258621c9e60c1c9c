/** What one address may have of a server, and what it cannot take from others. */
import assert from "node:assert/strict";
import { firstUser } from "../support/desk.ts";
import { newEcKey } from "../support/issuing.ts";
import { RawClient } from "../support/raw_client.ts";
import { csrFor } from "../support/requests.ts";
import { runServer } from "../support/running_server.ts";
import { startServer } from "../support/server_process.ts";
import { servedFolder, tryServe } from "./served_folder.ts";
import { until } from "./until.ts";

const isLinux = Deno.build.os === "linux";
if (!isLinux) console.log("left out: two addresses of one machine (Linux has 127.0.0.2)");

const OTHER = "127.0.0.2";

Deno.test({
  name: "an address that takes all connections it can get takes none from another, idle or busy",
  ignore: !isLinux,
  async fn() {
    await using folder = await servedFolder();
    const options = ["--max-connections", "40", "--max-connections-per-address", "10"];
    await using server = await startServer({ folder: folder.path, options });
    using neighbour = await RawClient.tcpFrom(OTHER, server);
    await assertServed(neighbour);
    for (const sent of ["", "PUT /cas/csr HTTP/1.1\r\nHost: h\r\nContent-Length: 10000\r\n\r\n"]) {
      const greedy = await Promise.all(Array.from({ length: 60 }, () => RawClient.tcp(server.port)));
      for (const client of greedy) client.send(sent);
      await assertServed(neighbour);
      using newcomer = await RawClient.tcpFrom(OTHER, server);
      await assertServed(newcomer);
      await until(() => greedy.filter(({ ended }) => !ended).length <= 10);
      for (const client of greedy) client[Symbol.dispose]();
    }
    await assertServed(neighbour);
    assert.match(
      server.process.written.err,
      / warning connections\.address_limit: 127\.0\.0\.1 has 10 connections, which is the limit: /m,
    );
    assert.doesNotMatch(server.process.written.err, /127\.0\.0\.2/);
  },
});

async function assertServed(client: RawClient): Promise<void> {
  client.request("GET", "/cas/crt/ca.crt.pem");
  assert.equal((await client.response()).status, 200);
}

Deno.test("serve refuses more connections than the files it may open", async () => {
  await using folder = await servedFolder();
  const { status, out, err } = await tryServe(folder.path, [
    "sh",
    "-c",
    'exec "$@" --max-connections 1000000000',
    "sh",
  ]);
  assert.deepEqual([status, out], [2, ""], err);
  assert.match(err, /^error: 1000000000 connections are too many: \d+ files may be open \(at most \d+; .*\)\n/);
});

Deno.test("a flood of requests fills the list of those that wait, and nothing else", async () => {
  await using server = await runServer();
  const as = await firstUser(server);
  const bodies = await Promise.all(
    Array.from({ length: 150 }, async (_, n) => await csrFor(await newEcKey(), `host-${n}`)),
  );
  const flood = await Promise.all(bodies.map((body) => server.ask("PUT", "/cas/csr", { body })));
  const statuses = flood.map(({ status }) => status);
  assert.deepEqual([statuses.filter((each) => each === 201).length, statuses.filter((each) => each === 507).length], [
    50,
    100,
  ]);
  const pending = JSON.parse((await server.ask("GET", "/cas/csr", { as })).text) as { id: string }[];
  assert.equal(pending.length, 50);
  const again = await Promise.all(bodies.map((body) => server.ask("PUT", "/cas/csr", { body })));
  assert.deepEqual(again.map(({ status }) => status), statuses, "what was sent again counts once");
  assert.equal(
    (await server.ask("PUT", "/cau/csr", { body: await csrFor(await newEcKey()) })).status,
    201,
    "the other CA",
  );
  assert.equal((await server.ask("DELETE", `/cas/csr/${pending[0]?.id}`, { as })).status, 204);
  assert.equal(
    (await server.ask("PUT", "/cas/csr", { body: await csrFor(await newEcKey()) })).status,
    201,
    "there is room",
  );
});
