/** How a server begins and ends, and what keeps it from beginning. */
import assert from "node:assert/strict";
import { firstUser, submit } from "../support/desk.ts";
import { newEcKey } from "../support/issuing.ts";
import { freePortPair } from "../support/ports.ts";
import { runCommand } from "../support/process.ts";
import { RawClient } from "../support/raw_client.ts";
import { isRefusal } from "../support/refusals.ts";
import { csrFor } from "../support/requests.ts";
import { runServer, serveOptions, TestServer } from "../support/running_server.ts";
import { OUR_PROGRAM, startServer } from "../support/server_process.ts";
import { tempFolder } from "../support/temp_folder.ts";

/** Names of the files beside the database. */
function names(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name).toSorted();
}

const SETTLED = ["caucase.sqlite", "caucase.sqlite.lock", "cors.key", "server.key.pem"];

Deno.test("a second server on the same database is refused, and the first goes on", async () => {
  await using server = await runServer();
  const { db } = server.options;
  const second = new TestServer({ ...server.options, basePort: freePortPair() }, undefined);
  const refused = (error: unknown) => isRefusal("in-use")(error) && String(error).includes(db);
  await assert.rejects(second.start(), refused);
  const link = `${server.folderPath}/link.sqlite`;
  await Deno.symlink(db, link);
  const linked = new TestServer({ ...second.options, db: link }, undefined);
  await assert.rejects(linked.start(), isRefusal("in-use"), "by another name");
  assert.equal((await server.ask("GET", "/cas/crl")).status, 200);
  await server.stop();
  await second.start();
  assert.equal((await second.ask("GET", "/cas/crl")).status, 200, "its turn when the first has ended");
  await second.stop();
});

Deno.test("a server whose port is taken says which, and lets go of the database", async () => {
  for (const offset of [0, 1]) {
    await using server = await runServer();
    await server.stop();
    using _other = Deno.listen({ hostname: "127.0.0.1", port: server.port + offset });
    const says = (error: unknown) => isRefusal("in-use")(error) && String(error).includes(`${server.port + offset}`);
    await assert.rejects(server.start(), says);
    assert.deepEqual(names(server.folderPath), SETTLED, "no write-ahead log is left");
    const elsewhere = new TestServer({ ...server.options, basePort: freePortPair() }, undefined);
    await elsewhere.start();
    await elsewhere.stop();
  }
});

Deno.test("serve exits 1 with the reason when its port is taken", async () => {
  await using server = await runServer();
  await server.stop();
  const { db, serverKey, corsKeyStore, netloc } = server.options;
  using _other = Deno.listen({ hostname: "127.0.0.1", port: server.port });
  const files = ["--db", db, "--server-key", serverKey, "--cors-key-store", corsKeyStore];
  const where = ["--netloc", netloc, "--bind", "127.0.0.1", "--base-port", `${server.port}`];
  const outcome = await runCommand([...OUR_PROGRAM, "serve", ...files, ...where], { cwd: server.folderPath });
  assert.deepEqual([outcome.status, outcome.out], [1, ""]);
  assert.match(
    outcome.err,
    new RegExp(`^error: [^\\n]*127\\.0\\.0\\.1[^\\n]*${server.port}[^\\n]* in use [^\\n]*\\n$`),
  );
  assert.deepEqual(names(server.folderPath), SETTLED);
});

Deno.test("a stop lets running requests finish, and takes no new connections", async () => {
  await using server = await runServer();
  const body = new TextDecoder().decode(await csrFor(await newEcKey()));
  using idle = await RawClient.tcp(server.port);
  using plain = await RawClient.tcp(server.port);
  using secure = await RawClient.tls(server.port + 1);
  const parts = { headers: { "Content-Length": `${body.length}`, Expect: "100-continue" } };
  for (const client of [plain, secure]) {
    client.request("PUT", "/cas/csr", parts);
    // The server reads the body now: the request is running.
    assert.equal((await client.response()).status, 100);
  }
  const stopped = server.stop();
  assert.equal(await idle.rest(), "", "an idle connection ends at once");
  await assert.rejects(RawClient.tcp(server.port));
  await assert.rejects(RawClient.tls(server.port + 1));
  for (const client of [plain, secure]) {
    client.send(body);
    assert.match(await client.rest(), /^HTTP\/1\.1 201 Created\r\n[^]*Connection: close\r\n/i);
  }
  await stopped;
  assert.deepEqual(names(server.folderPath), SETTLED, "checkpointed into the one file");
  await server.start();
  const as = await firstUser(server);
  const pending = JSON.parse((await server.ask("GET", "/cas/csr", { as })).text) as { csr: string }[];
  assert.deepEqual(pending.map(({ csr }) => csr), [body], "both were the same request");
});

Deno.test("serve freezes the automatic signatures when it starts, though no request comes", async () => {
  const service = { validityDays: 93, maxPending: 50, autoApproveCount: 2 };
  await using server = await runServer({ serve: { service, lockAutoApproveCount: true } });
  await server.stop();
  const later = { ...server.options, service: { ...service, autoApproveCount: 0 }, lockAutoApproveCount: false };
  const second = new TestServer(later, undefined);
  await second.start();
  try {
    const id = await submit(second, "cas", await csrFor(await newEcKey()));
    assert.equal((await second.ask("GET", `/cas/crt/${id}`)).status, 200, "one of the two");
  } finally {
    await second.stop();
  }
});

Deno.test("a server that starts with nothing makes all its files, private ones 0600, and finds its way back", async () => {
  await using folder = await tempFolder();
  const server = new TestServer(serveOptions(folder.path), undefined);
  await server.start();
  const ca = (await server.ask("GET", "/cas/crt/ca.crt.pem")).text;
  const csr = await csrFor(await newEcKey());
  const id = await submit(server, "cas", csr);
  await server.restart();
  assert.equal((await server.ask("GET", "/cas/crt/ca.crt.pem")).text, ca);
  assert.equal(await submit(server, "cas", csr), id);
  await server.stop();
  assert.deepEqual(names(folder.path), SETTLED);
  for (const name of SETTLED) {
    assert.equal(((await Deno.stat(`${folder.path}/${name}`)).mode ?? 0) & 0o777, 0o600, name);
  }
  assert.deepEqual(server.warnings, []);
});

Deno.test("serve keeps its database in the file that is named, also where SQLite reads something else into that name", async () => {
  await using folder = await tempFolder();
  await using server = await startServer({ folder: folder.path, options: ["--db", ":memory:"] });
  await server.stop();
  assert.ok((await Deno.stat(`${folder.path}/:memory:`)).size > 0);
});

Deno.test("serve exits 2 before it makes anything when its database is a URL", async () => {
  await using folder = await tempFolder();
  for (const db of ["file:x?mode=memory", "postgres://me:secret@host/db"]) {
    const command = [...OUR_PROGRAM, "serve", "--netloc", "127.0.0.1:8009", "--db", db];
    const { status, out, err } = await runCommand(command, { cwd: folder.path });
    assert.deepEqual([status, out], [2, ""]);
    assert.match(err, /--db takes the path of an SQLite database, not a "(file|postgres):" URL/);
    assert.doesNotMatch(err, /secret/);
  }
  assert.deepEqual(names(folder.path), []);
});
