/**
 * Messages that somebody listened to and sends again: at once, later, elsewhere, after a restart and after a restore.
 */
import assert from "node:assert/strict";
import { certificateFromPem } from "../../core/x509/certificate.ts";
import { crlFromPem } from "../../core/x509/crl.ts";
import type { PrivateKey } from "../../core/keys/private_key.ts";
import { makeBackup } from "../../server/backup/make_backup.ts";
import { manage } from "../../server/manage/manage.ts";
import { DatabaseWatch } from "../support/database_watch.ts";
import {
  certify,
  fetchCertificate,
  firstUser,
  type Holder,
  holderOf,
  JSON_TYPE,
  type Reply,
  revokeSerial,
  submit,
} from "../support/desk.ts";
import { DAY, newEcKey, NOW } from "../support/issuing.ts";
import { testKey } from "../support/keys.ts";
import { csrFor, installationBody, renewalBody, revocationBody } from "../support/requests.ts";
import { keyPem, manageHost, requestFor, restoreOrder } from "../support/restorable.ts";
import { runServer, type TestServer } from "../support/running_server.ts";

/** What was sent to a server, and may be sent again. */
interface Sent {
  readonly path: string;
  readonly body: string;
}

/** A server that changes nothing by itself. */
async function quietServer(): Promise<TestServer> {
  const server = await runServer();
  await server.settle();
  return server;
}

function send(server: TestServer, { path, body }: Sent): Promise<Reply> {
  return server.ask("PUT", path, { headers: JSON_TYPE, body });
}

async function renewalOf({ cert, privateKey }: Holder, { ca = "cas", newKey }: { ca?: string; newKey: PrivateKey }) {
  return { path: `/${ca}/crt/renew`, body: await renewalBody(cert, privateKey, await csrFor(newKey)) };
}

async function revocationOf({ cert, privateKey }: Holder, ca = "cas"): Promise<Sent> {
  return { path: `/${ca}/crt/revoke`, body: await revocationBody(cert, privateKey) };
}

function atTheOtherCa({ path, body }: Sent): Sent {
  return { path: path.replace(/^\/ca./, (ca) => (ca === "/cas" ? "/cau" : "/cas")), body };
}

/** That sending it again is answered so, and changes nothing. */
async function assertIdle(server: TestServer, sent: Sent, expected: { status: number; text?: string }): Promise<void> {
  using database = new DatabaseWatch(server.options.db);
  const before = database.contents();
  const { status, text } = await send(server, sent);
  assert.equal(status, expected.status, text);
  if (expected.text !== undefined) assert.equal(text, expected.text);
  assert.ok(database.contents() === before);
}

for (const ca of ["cas", "cau"] as const) {
  Deno.test(`a renewal that is sent again gets the same certificate, and makes none: ${ca}`, async () => {
    await using server = await quietServer();
    const holder = await certify(server, await firstUser(server), ca);
    const sent = await renewalOf(holder, { ca, newKey: await newEcKey() });
    const { status, text } = await send(server, sent);
    assert.equal(status, 200);
    await assertIdle(server, sent, { status: 200, text });
    await assertIdle(server, atTheOtherCa(sent), { status: 400 });
    await server.restart();
    await assertIdle(server, sent, { status: 200, text });
    await assertIdle(server, atTheOtherCa(sent), { status: 400 });
  });

  Deno.test(`a revocation that is sent again is refused: ${ca}`, async () => {
    await using server = await quietServer();
    const holder = await certify(server, await firstUser(server), ca);
    const sent = await revocationOf(holder, ca);
    await assertIdle(server, atTheOtherCa(sent), { status: 400 });
    assert.equal((await send(server, sent)).status, 204);
    await assertIdle(server, sent, { status: 409 });
    await server.restart();
    await assertIdle(server, sent, { status: 409 });
    await assertIdle(server, atTheOtherCa(sent), { status: 400 });
  });
}

Deno.test("a renewal is good for nothing once the certificate in it is revoked, or over", async () => {
  await using server = await quietServer();
  const user = await firstUser(server);
  const [revoked, over] = [await certify(server, user), await certify(server, user)];
  const messages = [];
  for (const holder of [revoked, over]) messages.push(await renewalOf(holder, { newKey: await newEcKey() }));
  const [first, second] = messages;
  assert.ok(first && second);
  for (const sent of messages) assert.equal((await send(server, sent)).status, 200);
  assert.equal((await revokeSerial(server, user, { serial: revoked.certificate.serial })).status, 204);
  await assertIdle(server, first, { status: 400 });
  server.clock.set(over.certificate.notAfter + 1);
  // The jobs of a server whose clock has jumped change the database.
  assert.equal((await send(server, second)).status, 400);
});

for (const ca of ["cas", "cau"] as const) {
  Deno.test(`a renewal at ${ca} makes one certificate, for as long as the one in it is good, revoked or not`, async () => {
    await using server = await quietServer();
    const user = await firstUser(server);
    const holder = await certify(server, user, ca);
    const sent = await renewalOf(holder, { ca, newKey: await newEcKey() });
    const { text } = await send(server, sent);
    server.clock.set(NOW + 2 * DAY);
    assert.equal((await send(server, sent)).text, text);
    const { serial } = await certificateFromPem(text);
    assert.equal((await revokeSerial(server, user, { ca, serial })).status, 204);
    server.clock.set(holder.certificate.notAfter);
    assert.equal((await send(server, sent)).text, text);
    server.clock.set(holder.certificate.notAfter + 1);
    assert.equal((await send(server, sent)).status, 400);
  });
}

for (const ca of ["cas", "cau"] as const) {
  Deno.test(`a report that is sent again changes nothing, whatever was told since: ${ca}`, async () => {
    await using server = await quietServer();
    const user = await firstUser(server);
    const [holder, elsewhere] = [await certify(server, user, ca), await certify(server, user, ca)];
    const failed = { hook: "failed", failingSince: NOW - 5, detail: "it ended with status 1" } as const;
    const path = `/${ca}/certificates/${holder.certificate.serial}/installation`;
    const [good, bad] = [await installationBody(holder, NOW), await installationBody(holder, NOW + 100, failed)];
    assert.equal((await send(server, { path, body: good })).status, 204);
    await assertIdle(server, { path, body: good }, { status: 204 });
    server.clock.set(NOW + 100);
    assert.equal((await send(server, { path, body: bad })).status, 204);
    server.clock.set(NOW + 200);
    await assertIdle(server, { path, body: good }, { status: 400 });
    await assertIdle(server, { path, body: bad }, { status: 204 });
    await assertIdle(server, atTheOtherCa({ path, body: good }), { status: 400 });
    await server.restart();
    await assertIdle(server, { path, body: good }, { status: 400 });
    const other = `/${ca}/certificates/${elsewhere.certificate.serial}/installation`;
    await assertIdle(server, { path: other, body: bad }, { status: 400 });
  });
}

Deno.test("a request, a signature and a rejection that are sent again change nothing", async () => {
  await using server = await quietServer();
  const as = await firstUser(server);
  const csr = await csrFor(await newEcKey());
  const id = await submit(server, "cas", csr);
  using database = new DatabaseWatch(server.options.db);
  const steps = [
    { done: () => Promise.resolve(), status: 401 },
    { done: () => server.ask("PUT", `/cas/crt/${id}`, { as }), status: 404 },
  ];
  for (const { done, status } of steps) {
    await done();
    const before = database.contents();
    assert.equal(await submit(server, "cas", csr), id);
    const replays = status === 404 ? { as } : { as: null };
    assert.equal((await server.ask("PUT", `/cas/crt/${id}`, replays)).status, status);
    assert.equal((await server.ask("DELETE", `/cas/csr/${id}`, replays)).status, status);
    assert.ok(database.contents() === before);
  }
  const elsewhere = await submit(server, "cau", csr);
  assert.equal(
    (await server.ask("GET", `/cau/crt/${elsewhere}`)).status,
    404,
    "what a service asked for makes no user",
  );
});

/** A user whose RSA key opens backups. */
async function backupUser(server: TestServer, by: Holder): Promise<Holder> {
  const key = await testKey("RSA");
  const id = await submit(server, "cau", await csrFor(key, "keeper"));
  assert.equal((await server.ask("PUT", `/cau/crt/${id}`, { as: by })).status, 204);
  return await holderOf(key, await fetchCertificate(server, "cau", id));
}

/** Puts `server`'s database back to the backup in `path`, in the name of `user`; it must have stopped. */
async function restore(server: TestServer, { path, user }: { path: string; user: Holder }): Promise<void> {
  const { folderPath: folder, options: { db } } = server;
  for (const suffix of ["", "-wal", "-shm"]) await Deno.remove(db + suffix).catch(() => {});
  const files = { backup: path, key: `${folder}/old.pem`, csr: `${folder}/new.csr`, crt: `${folder}/new.crt` };
  await Deno.writeTextFile(files.key, keyPem(user.privateKey));
  await Deno.writeTextFile(files.csr, await requestFor(await newEcKey()));
  await manage(restoreOrder(db, files), manageHost(server.clock.now()));
}

async function readCrl(server: TestServer) {
  return await crlFromPem((await server.ask("GET", "/cas/crl")).text);
}

Deno.test("after a restore what was sent since the backup has its effect again, once; CRL numbers go on rising", async () => {
  await using server = await quietServer();
  const admin = await firstUser(server);
  const keeper = await backupUser(server, admin);
  const [renewing, revoking, before] = [
    await certify(server, admin),
    await certify(server, admin),
    await certify(server, admin),
  ];
  assert.equal((await send(server, await revocationOf(before))).status, 204);
  const path = `${server.folderPath}/backup`;
  await makeBackup({ database: server.options.db, target: path, now: NOW });

  const newKey = await newEcKey();
  const renewal = await renewalOf(renewing, { newKey });
  const revocation = await revocationOf(revoking);
  const keepersRenewal = await renewalOf(keeper, { ca: "cau", newKey: await newEcKey() });
  const renewed = (await send(server, renewal)).text;
  assert.equal((await send(server, revocation)).status, 204);
  const { number: highest = 0n } = await readCrl(server);

  await server.stop();
  await restore(server, { path, user: keeper });
  await server.start();
  await assertIdle(server, await revocationOf(before), { status: 409 });
  await assertIdle(server, keepersRenewal, { status: 400 });
  assert.equal((await server.ask("GET", "/cas/csr", { as: keeper })).status, 401, "the key that was given up");
  const restored = await readCrl(server);
  assert.equal(restored.revoked(revoking.certificate.serial), false, "as the backup did not know it");
  assert.ok((restored.number ?? 0n) > highest, "the number that was used since the backup names another content");

  const again = await send(server, renewal);
  assert.notEqual(again.text, renewed);
  assert.equal((await certificateFromPem(again.text)).publicKey.keyId, newKey.publicKey.keyId);
  await assertIdle(server, renewal, { status: 200, text: again.text });
  assert.equal((await send(server, revocation)).status, 204, "whoever kept the message can revoke anew");
  await assertIdle(server, revocation, { status: 409 });
  const { number = 0n, revoked } = await readCrl(server);
  assert.ok(number > highest);
  assert.equal(revoked(revoking.certificate.serial), true);
});
