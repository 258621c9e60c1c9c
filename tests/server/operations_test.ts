/** The endpoint of `--ops-listen`, as a monitor sees it: real sockets, and what the metrics say after real actions. */
import assert from "node:assert/strict";
import type { CaucaseError } from "../../core/errors.ts";
import { certify, firstUser, type Reply, revokeSerial, submit } from "../support/desk.ts";
import { DAY, newEcKey } from "../support/issuing.ts";
import { freePortPair } from "../support/ports.ts";
import { askOnce } from "../support/network_desk.ts";
import { csrFor } from "../support/requests.ts";
import { runServer, type TestServer } from "../support/running_server.ts";

async function runWatched(changes: { host?: string } = {}) {
  const port = freePortPair();
  const server = await runServer({ serve: { opsListen: { host: changes.host ?? "127.0.0.1", port } } });
  await server.settle();
  const ask = (path: string, headers: Record<string, string> = {}) => askOnce(port, { method: "GET", path, headers });
  return { server, port, ask, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

/** Metrics are gathered once a second at most. */
function aSecondLater(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1_050));
}

/** By name and labels, as written. */
function samplesOf(text: string): ReadonlyMap<string, number> {
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.split(" ").at(-1))]));
}

/** A scrape on a busy machine may show the count of the one before. */
async function untilCounted({ ask }: { ask: (path: string) => Promise<Reply> }): Promise<ReadonlyMap<string, number>> {
  for (let attempt = 0; attempt < 20; attempt++) {
    await aSecondLater();
    const samples = samplesOf((await ask("/metrics")).text);
    if (samples.get('caucase_certificates{ca="cas",status="revoked"}') === 1) return samples;
  }
  return assert.fail("the revocation is never counted");
}

async function someHistory(server: TestServer): Promise<void> {
  const alice = await firstUser(server);
  const leaf = await certify(server, alice);
  assert.equal((await revokeSerial(server, alice, { serial: leaf.certificate.serial })).status, 204);
  const rejected = await submit(server, "cas", await csrFor(await newEcKey()));
  assert.equal((await server.ask("DELETE", `/cas/csr/${rejected}`, { as: alice })).status, 204);
  await submit(server, "cas", await csrFor(await newEcKey()));
}

Deno.test("metrics count what happened, by CA and by how, and requests by route", async () => {
  await using watched = await runWatched();
  await someHistory(watched.server);
  await watched.server.ask("GET", "/no/such/path");
  watched.server.clock.set(watched.server.clock.now() + 100);
  const samples = await untilCounted(watched);
  const expected: [string, number][] = [
    ['caucase_certificates_issued_total{ca="cau",how="automatic"}', 1],
    ['caucase_certificates_issued_total{ca="cas",how="approved"}', 1],
    ['caucase_certificates_issued_total{ca="cas",how="renewal"}', 0],
    ['caucase_certificates_revoked_total{ca="cas",by="user"}', 1],
    ['caucase_requests_received_total{ca="cas"}', 3],
    ['caucase_requests_rejected_total{ca="cas",by="user"}', 1],
    ['caucase_pending_requests{ca="cas"}', 1],
    ['caucase_pending_request_oldest_age_seconds{ca="cas"}', 100],
    ['caucase_certificates{ca="cas",status="revoked"}', 1],
    ['caucase_certificates{ca="cau",status="valid"}', 1],
    ['caucase_certificates_expiring{ca="cau",within_days="93"}', 1],
    ['caucase_certificates_expiring{ca="cau",within_days="31"}', 0],
    ['caucase_certificates_expired_unrenewed{ca="cau"}', 0],
    ['caucase_crl_entries{ca="cas"}', 1],
    ['caucase_http_requests_total{route="sign",method="PUT",status="204"}', 1],
    ['caucase_http_requests_total{route="none",method="GET",status="404"}', 1],
    ['caucase_job_failing{name="CRL of cas"}', 0],
  ];
  assert.deepEqual(expected.map(([name]) => [name, samples.get(name)]), expected);
  assert.ok((samples.get('caucase_signature_duration_seconds_count{scheme="ECDSA"}') ?? 0) >= 3);
  assert.ok((samples.get("caucase_commit_duration_seconds_count") ?? 0) >= 5);
});

Deno.test("nothing of it is on the public ports, and nothing of those is on it", async () => {
  await using watched = await runWatched();
  for (const path of ["/metrics", "/livez", "/readyz"]) {
    assert.equal((await watched.server.ask("GET", path)).status, 404, path);
    assert.equal((await watched.server.ask("GET", path, { as: null })).status, 404, path);
  }
  for (const path of ["/", "/cas/crt/ca.crt.pem", "/cau/csr"]) {
    assert.equal((await watched.ask(path)).status, 404, path);
  }
  assert.equal(watched.server.accessLog.some((line) => line.includes("/cau/csr ")), false, "not in the access log");
});

Deno.test("a flood of unknown paths and methods adds no series", async () => {
  await using watched = await runWatched();
  const series = async () => {
    await aSecondLater();
    return [...samplesOf((await watched.ask("/metrics")).text).keys()].filter((name) => name.includes("_http_"));
  };
  await watched.server.ask("GET", "/first/unknown");
  await watched.server.ask("PATCH", "/first/unknown");
  const before = await series();
  for (let n = 0; n < 50; n++) await watched.server.ask(n % 2 ? "GET" : "PROPFIND", `/unknown/${n}?x=${n}`);
  assert.deepEqual(await series(), before);
});

Deno.test("readiness follows the truth: an old CRL, a clock that is behind, an end", async () => {
  await using watched = await runWatched();
  assert.deepEqual((({ status, text }) => [status, text])(await watched.ask("/readyz")), [200, "ok\n"]);
  watched.server.clock.set(watched.server.clock.now() - 2 * DAY);
  const behind = await watched.ask("/readyz?verbose");
  assert.equal(behind.status, 503);
  const { ready, checks } = JSON.parse(behind.text);
  assert.equal(ready, false);
  const bad = checks.filter(({ ok }: { ok: boolean }) => !ok).map(({ name }: { name: string }) => name);
  assert.ok(bad.includes("cas-clock"), bad.join());
  assert.equal((await watched.ask("/livez")).status, 200);
});

Deno.test("an address that others may reach is said in the log, and one that is taken ends the start", async () => {
  await using open = await runWatched({ host: "0.0.0.0" });
  assert.match(open.server.warnings.join("\n"), /health and metrics at \[0\.0\.0\.0\]:\d+ are open to whoever/);
  const taken = { host: "127.0.0.1", port: open.server.port };
  await using other = await runServer();
  await other.stop();
  Object.assign(other.options, { opsListen: taken });
  await assert.rejects(other.start(), (error: CaucaseError) => {
    assert.deepEqual([error.code, /--ops-listen/.test(error.details.hint ?? "")], ["in-use", true]);
    return true;
  });
});

Deno.test("health and metrics tell no secret, no name and no path", async () => {
  await using watched = await runWatched();
  await someHistory(watched.server);
  const { db, serverKey, corsKeyStore } = watched.server.options;
  const answers = await Promise.all(
    ["/livez", "/readyz", "/readyz?verbose", "/metrics"].map((path) => watched.ask(path)),
  );
  const shown = answers.map(({ text }) => text).join("\n");
  const secrets = [...(await Deno.readTextFile(serverKey)).split("\n"), ...await corsSecrets(corsKeyStore)];
  for (const secret of [...secrets, "first-user", db, "127.0.0.1"]) {
    if (secret.length > 8) assert.equal(shown.includes(secret), false, secret);
  }
});

async function corsSecrets(path: string): Promise<readonly string[]> {
  return (await Deno.readTextFile(path)).match(/[\w+/=-]{20,}/g) ?? [];
}
