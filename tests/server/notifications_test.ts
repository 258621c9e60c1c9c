/** A server tells others what happens: events, and what is due. */
import assert from "node:assert/strict";
import { parseReceiver } from "../../core/notify/receiver.ts";
import type { NotifyOptions } from "../../server/notify/notifier.ts";
import { certify, firstUser, revokeSerial, submit } from "../support/desk.ts";
import { DAY, newEcKey } from "../support/issuing.ts";
import { type Received, WebhookReceiver } from "../support/notified.ts";
import { csrFor } from "../support/requests.ts";
import { runServer, type TestServer } from "../support/running_server.ts";

const PATIENCE = { webhookMs: 2_000, mailMs: 2_000 };
const HOUR = 3600;

/** Looks seldom: days pass in these tests. */
function notifying(...urls: readonly string[]): NotifyOptions {
  return { receivers: urls.map((url) => parseReceiver(url)), patience: PATIENCE, poll: 600 };
}

/** Lets hours pass until the receiver has got that many, or has got one of that kind. */
async function until(server: TestServer, receiver: WebhookReceiver, is: (kinds: readonly string[]) => boolean) {
  for (let turn = 0; turn < 600; turn++) {
    if (is(receiver.kinds)) return;
    server.clock.set(server.clock.now() + (turn < 100 ? 20 : HOUR));
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assert.fail(`it got ${receiver.kinds}\n${server.warnings.join("\n")}`);
}

function ids(received: readonly Received[]): readonly unknown[] {
  return received.map(({ headers }) => headers["webhook-id"]);
}

Deno.test("a server tells of requests that wait, of revocations, and of requests that wait for long", async () => {
  await using receiver = await WebhookReceiver.start();
  await using server = await runServer({ serve: { notify: notifying(receiver.url) } });
  const user = await firstUser(server);
  const { certificate: { serial } } = await certify(server, user);
  await revokeSerial(server, user, { serial });
  const id = await submit(server, "cas", await csrFor(await newEcKey(), "www@channel"));
  await until(server, receiver, (kinds) => kinds.length >= 2);
  assert.deepEqual(receiver.kinds, ["revoked", "request-waiting"], "nobody waited for what was signed");
  const [revoked, waiting] = receiver.bodies;
  assert.equal(revoked?.data["serial"], `${serial}`);
  assert.equal(revoked?.data["by"], `the user with serial ${user.certificate.serial}`);
  assert.equal(waiting?.data["requestId"], id);
  assert.match(waiting?.text ?? "", /CN=www/);
  await until(server, receiver, (kinds) => kinds.length >= 3);
  assert.equal(receiver.kinds[2], "request-waiting-long");
  const long = receiver.bodies[2];
  assert.equal(long?.data["requestId"], id);
  assert.ok(Date.parse(long.at) - Date.parse(`${long.data["since"]}`) >= DAY * 1000);
  assert.equal(new Set(ids(receiver.received)).size, 3);
});

Deno.test("a server tells of certificates that end and were not renewed: 14, 7 and 1 days before", async () => {
  await using receiver = await WebhookReceiver.start();
  await using server = await runServer({ serve: { notify: notifying(`${receiver.url}#certificate-expiring`) } });
  const user = await firstUser(server);
  const { certificate } = await certify(server, user);
  const told: unknown[] = [];
  for (const [left, days] of [[20, 14], [13, 14], [6, 7], [0.5, 1]] as const) {
    server.clock.set(certificate.notAfter - left * DAY);
    if (left === 20) continue;
    await until(server, receiver, () => receiver.received.length > told.length);
    told.push(receiver.bodies.at(-1)?.data["days"]);
    assert.equal(told.at(-1), days);
  }
  assert.deepEqual(receiver.kinds, told.map(() => "certificate-expiring"));
  assert.equal(receiver.bodies[0]?.data["serial"], `${certificate.serial}`);
});

Deno.test("a server tells of its users' certificates apart", async () => {
  await using receiver = await WebhookReceiver.start();
  await using server = await runServer({ serve: { notify: notifying(`${receiver.url}#user-certificate-expiring`) } });
  const user = await firstUser(server);
  server.clock.set(user.certificate.notAfter - 2 * DAY);
  await until(server, receiver, (kinds) => kinds.length > 0);
  assert.equal(receiver.bodies[0]?.data["serial"], `${user.certificate.serial}`);
});

Deno.test("a server whose receivers hang or refuse for a day issues, and tells all others", async () => {
  await using hanging = await WebhookReceiver.start();
  await using refusing = await WebhookReceiver.start();
  await using good = await WebhookReceiver.start();
  hanging.answer = () => "never";
  refusing.answer = () => 500;
  const urls = [hanging, refusing, good].map(({ url }) => `${url}#revoked`);
  await using server = await runServer({ serve: { notify: notifying(...urls) } });
  const user = await firstUser(server);
  const serials: string[] = [];
  for (let round = 0; round < 5; round++) {
    const { certificate: { serial } } = await certify(server, user);
    assert.equal((await revokeSerial(server, user, { serial })).status, 204);
    serials.push(`${serial}`);
    await until(server, good, (kinds) => kinds.length === serials.length);
    await server.clock.advance(6 * HOUR);
  }
  assert.deepEqual(good.bodies.map(({ data }) => data["serial"]), serials);
  await until(server, refusing, () => server.warnings.some((line) => line.includes("given up")));
  assert.ok(hanging.received.length > 0 && refusing.received.length > 1);
  assert.equal(refusing.bodies[0]?.id, refusing.bodies[1]?.id, "the same one is tried again, under the same id");
  for (const line of server.warnings) assert.doesNotMatch(line, /SECRET/);
});

Deno.test("a new receiver is told nothing that happened before, nor one after a start without it", async () => {
  await using receiver = await WebhookReceiver.start();
  await using server = await runServer();
  const user = await firstUser(server);
  for (const _ of [1, 2]) await revokeSerial(server, user, (await certify(server, user)).certificate);
  const notify = notifying(`${receiver.url}#revoked`);
  const start = async (changes: object) => {
    await server.stop();
    Object.assign(server.options, changes);
    await server.start();
  };
  await start({ notify });
  const { certificate: told } = await certify(server, user);
  await revokeSerial(server, user, told);
  await until(server, receiver, (kinds) => kinds.length > 0);
  await start({ notify: undefined });
  await revokeSerial(server, user, (await certify(server, user)).certificate);
  await start({ notify });
  const { certificate: last } = await certify(server, user);
  await revokeSerial(server, user, last);
  await until(server, receiver, (kinds) => kinds.length > 1);
  assert.deepEqual(receiver.bodies.map(({ data }) => data["serial"]), [`${told.serial}`, `${last.serial}`]);
});

Deno.test("a server tells when its backups fail", async () => {
  await using receiver = await WebhookReceiver.start();
  await using server = await runServer();
  await firstUser(server);
  await server.stop();
  const directory = `${server.folderPath}/backups`;
  Object.assign(server.options, { notify: notifying(receiver.url), backup: { directory, periodDays: 1 } });
  await server.start();
  await until(server, receiver, (kinds) => kinds.length > 0);
  assert.deepEqual(receiver.kinds, ["backup-failed"]);
  assert.match(`${receiver.bodies[0]?.data["error"]}`, /make this folder/);
});

Deno.test("a server that cannot read what signs its notifications does not start", async () => {
  const notify = { ...notifying("https://example.org/"), secretFile: "/nowhere/secret" };
  await assert.rejects(runServer({ serve: { notify } }), /cannot read \/nowhere\/secret/);
});
