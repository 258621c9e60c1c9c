/** The audit log of a running server: who may read it, what is in it, where it goes, what others say of it. */
import assert from "node:assert/strict";
import { splitCheckpoints } from "../../core/audit/checkpoint.ts";
import { parseTilePath, type TileName, tilePath } from "../../core/audit/tiles.ts";
import { type AuditSource, verifyAudit } from "../../core/audit/verification.ts";
import { auditExport, exportAudit } from "../../cli/audit/export.ts";
import { newestEntries } from "../../cli/audit/show.ts";
import { folderSource } from "../../cli/audit/sources.ts";
import { auditVerify } from "../../cli/audit/verify.ts";
import { verifyAuditOf } from "../../server/manage/verify_audit.ts";
import { certify, type Credentials, firstUser } from "../support/desk.ts";
import { runCommand } from "../support/process.ts";
import { quietLog } from "../support/recorded_log.ts";
import { isRefusal } from "../support/refusals.ts";
import { goPath } from "../support/requirements.ts";
import { runServer, type TestServer } from "../support/running_server.ts";

/** What a user reads of the log of a server. */
function sourceOf(server: TestServer, as: Credentials): AuditSource {
  const read = async (path: string) => {
    const { status, bytes } = await server.ask("GET", `/audit/${path}`, { as });
    assert.equal(status, 200, path);
    return new Uint8Array(bytes);
  };
  const text = async (path: string) => new TextDecoder().decode(await read(path));
  return {
    verifierKey: () => text("key"),
    checkpoint: () => text("checkpoint"),
    tile: (name: TileName) => read(tilePath(name)),
  };
}

/** Refused over and over: events in any number. */
async function bustle(server: TestServer, as: Credentials, count: number): Promise<void> {
  for (let n = 0; n < count; n++) await server.ask("DELETE", `/cas/csr/${n + 1}`, { as });
}

/** What `--user-key` and `--trust-store` name, and the options of a command that uses them. */
async function connectionOf(server: TestServer, user: Credentials): Promise<string[]> {
  const { folderPath: folder } = server;
  await Deno.writeTextFile(`${folder}/user.pem`, user.key + user.cert, { mode: 0o600 });
  await Deno.mkdir(`${folder}/trust`, { recursive: true });
  await Deno.writeTextFile(`${folder}/trust/cas.pem`, (await server.ask("GET", "/cas/crt/ca.crt.pem")).text);
  const url = `http://localhost:${server.port}`;
  return ["--ca-url", url, "--user-key", `${folder}/user.pem`, "--trust-store", `${folder}/trust`];
}

Deno.test("the audit log is for users, over HTTPS; what never changes may be kept", async () => {
  await using server = await runServer();
  const user = await firstUser(server);
  const service = await certify(server, user);
  await server.restart();
  for (const path of ["checkpoint", "key", "tile/0/000.p/1", "tile/entries/000.p/1"]) {
    const ask = async (as?: Credentials | null) =>
      (await server.ask("GET", `/audit/${path}`, as === undefined ? {} : { as })).status;
    assert.deepEqual([await ask(), await ask(null), await ask(service), await ask(user)], [404, 401, 401, 200], path);
  }
  const checkpoint = await server.ask("GET", "/audit/checkpoint", { as: user });
  assert.match(checkpoint.headers["cache-control"] ?? "", /private/);
  const headers = { "if-none-match": checkpoint.headers["etag"] ?? "" };
  assert.equal((await server.ask("GET", "/audit/checkpoint", { as: user, headers })).status, 304);
  const tile = await server.ask("GET", "/audit/tile/0/000.p/1", { as: user });
  assert.equal(tile.headers["cache-control"], "private, max-age=31536000, immutable");
  for (const path of ["tile/0/000", "tile/0/001.p/1", "tile/9/000.p/1", "tile/0/0", "tile/entries/x000/000.p/1", "x"]) {
    assert.equal((await server.ask("GET", `/audit/${path}`, { as: user })).status, 404, path);
  }
  assert.throws(() => parseTilePath("entries/x000/000.p/1"), isRefusal("malformed"));
});

Deno.test("entries tell who came from where, and what users were refused, in bounds", async () => {
  await using server = await runServer();
  const user = await firstUser(server);
  const service = await certify(server, user);
  await bustle(server, user, 40);
  await server.ask("GET", "/cas/csr/5", { as: user });
  for (const as of [null, service]) await bustle(server, as ?? service, 3);
  await server.restart();
  const source = sourceOf(server, user);
  const refused = await newestEntries(source, { filter: { kind: "refused" }, limit: 100 });
  assert.equal(refused.length, 30);
  assert.deepEqual(refused[0]?.event, {
    ...{ kind: "refused", action: "reject", object: "/cas/csr/1", code: "not-found", omitted: 0 },
    reason: "no request 1 in the state that this needs",
  });
  const actor = refused[0]?.actor;
  assert.deepEqual([actor?.kind, actor?.["address"]], ["user", "127.0.0.1"]);
  const issued = await newestEntries(source, { filter: { serial: service.certificate.serial }, limit: 5 });
  assert.deepEqual(issued.map(({ event, actor }) => [event.kind, actor.kind, actor["address"]]), [
    ["issued", "user", "127.0.0.1"],
  ]);
  const authors = ["127.0.0.1", `${user.certificate.serial}`].map((one) => new Set([one]));
  const filters = [...authors.map((one) => ({ authors: one })), { since: server.clock.now() + 1 }];
  const counts = await Promise.all(
    filters.map(async (filter) => (await newestEntries(source, { filter, limit: 7 })).length),
  );
  assert.deepEqual(counts, [7, 7, 0]);
});

Deno.test("a server signs each minute with news and at its end; its commands verify, show and export", async () => {
  // Under a name that its certificate for HTTPS has.
  await using server = await runServer({ ownKeys: true, serve: { netloc: "localhost:8009" } });
  const user = await firstUser(server);
  await bustle(server, user, 3);
  await server.restart();
  const connection = await connectionOf(server, user);
  const file = (name: string) => `${server.folderPath}/${name}`;
  assert.equal(await auditVerify([...connection, "--save", file("kept")]), 0);
  await certify(server, user);
  await server.restart();
  assert.equal(await auditVerify([...connection, "--checkpoint", file("kept"), "--entry", "2"]), 0);
  assert.equal(await auditExport([...connection, file("log")]), 0);
  assert.equal(await auditVerify([file("log"), "--checkpoint", file("kept")]), 0);
  // A second export goes on from the first.
  await certify(server, user);
  await server.restart();
  assert.equal(await exportAudit(sourceOf(server, user), file("log")), (await treeOf(server, user)).size);
  const verified = await verifyAuditOf({ db: file("caucase.sqlite"), checkpoints: file("kept") }, { log: quietLog });
  assert.equal(verified.tree.size, (await treeOf(server, user)).size);
  // Somebody changes what was exported.
  await Deno.writeTextFile(file("log/checkpoint"), (await Deno.readTextFile(file("kept"))).replace(/\d+/, "1"));
  await assert.rejects(auditVerify([file("log")]), { name: "CaucaseError" });
});

async function treeOf(server: TestServer, user: Credentials) {
  return (await verifyAudit(sourceOf(server, user), { kept: [] })).tree;
}

Deno.test("a witness gets each checkpoint; one that fails is told and holds nothing up", async () => {
  const posted: string[] = [];
  await using receiver = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, async (request) => {
    posted.push(await request.text());
    return new Response(null, { status: 204 });
  });
  const url = `http://127.0.0.1:${receiver.addr.port}/secret`;
  await using server = await runServer({ serve: { auditWitnesses: [] } });
  const path = `${server.folderPath}/witness`;
  Object.assign(server.options, { auditWitnesses: [path, url, `${server.folderPath}/no/folder`] });
  await server.restart();
  const user = await firstUser(server);
  await server.restart();
  const kept = splitCheckpoints(await Deno.readTextFile(path));
  assert.deepEqual(new Set(splitCheckpoints(posted.join(""))), new Set(kept));
  const { tree } = await verifyAudit(sourceOf(server, user), { kept });
  assert.equal(tree.size > 0, true);
  assert.equal(
    (await verifyAuditOf({ db: server.options.db, checkpoints: path }, { log: quietLog })).kept.length > 1,
    true,
  );
  const told = server.warnings.filter((line) => line.includes("no/folder"));
  assert.ok(told.length > 0, server.warnings.join("\n"));
  assert.ok(!server.warnings.join().includes("/secret"));
});

const go = goPath();

Deno.test({
  name: "Go's golang.org/x/mod/sumdb agrees with notes, tree hash and proofs: of an export, and of a server",
  ignore: go === undefined,
  async fn() {
    assert.ok(go);
    await using server = await runServer();
    const user = await firstUser(server);
    await server.restart();
    const kept = `${server.folderPath}/kept`;
    await Deno.writeTextFile(kept, await sourceOf(server, user).checkpoint());
    for (let n = 0; n < 140; n++) await certify(server, user);
    await server.restart();
    const { size } = await treeOf(server, user);
    assert.ok(size > 256, "more than one tile");
    const folder = `${server.folderPath}/log`;
    await exportAudit(sourceOf(server, user), folder);
    await connectionOf(server, user);
    const checker = `${server.folderPath}/checker`;
    const build = await runCommand([go, "build", "-o", checker, "."], {
      cwd: new URL("checker", import.meta.url).pathname,
    });
    assert.equal(build.status, 0, build.err);
    const check = (...args: string[]) => runCommand([checker, ...args], { cwd: server.folderPath });
    const https = `https://127.0.0.1:${server.port + 1}/audit`;
    for (const args of [[folder], [folder, "-kept", kept], [https, "-user", `${server.folderPath}/user.pem`]]) {
      const { status, out, err } = await check(...args);
      assert.deepEqual([status, out, err], [0, `${size} good\n`, ""], args.join(" "));
    }
    const entries = `${folder}/tile/entries/000`;
    const bytes = await Deno.readFile(entries);
    bytes[40] = (bytes[40] ?? 0) ^ 1;
    await Deno.writeFile(entries, bytes);
    assert.equal((await check(folder)).status, 1, "Go finds a changed byte, too");
    await assert.rejects(verifyAudit(folderSource(folder), { kept: [] }), isRefusal("untrusted"));
  },
});
