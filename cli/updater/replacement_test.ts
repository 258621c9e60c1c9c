/** What becomes of a certificate that has expired. */
import assert from "node:assert/strict";
import { CaucaseError } from "../../core/errors.ts";
import { csrFromPem } from "../../core/x509/csr.ts";
import { parseGeneralNames } from "../../core/x509/general_name.ts";
import { OID } from "../../core/der/oids.ts";
import { FOLDER, UpdaterDesk } from "../../tests/support/updater_desk.ts";
import { by } from "../../tests/support/issuing.ts";
import { unreachable } from "../../tests/support/in_process_api.ts";
import { entryStatus, isHealthy } from "./status.ts";

const DAY = 86_400;
const MADE = `${FOLDER}/host.key.renewing`;

/** A host that comes back after its certificate has expired; the server signs nothing unasked any more. */
async function expiredDesk(): Promise<UpdaterDesk> {
  const desk = new UpdaterDesk();
  await desk.start();
  desk.clock.set(desk.clock.now() + 100 * DAY);
  return desk;
}

async function pending(desk: UpdaterDesk) {
  const [request, ...others] = await desk.ca.issuance.pending();
  assert.ok(request !== undefined && others.length === 0, "one request");
  return request;
}

/** Signs the one request that waits, and lets a new process look. */
async function signAndStart(desk: UpdaterDesk): Promise<void> {
  await desk.ca.issuance.approve((await pending(desk)).id, by(desk.clock.now()));
  desk.clock.set(desk.clock.now() + 60);
  await desk.start();
}

function status(desk: UpdaterDesk) {
  return entryStatus(desk.entry, desk.files, desk.clock.now());
}

Deno.test("wakeUp() asks for a certificate in place of an expired one, and gets it after one signature", async () => {
  const desk = await expiredDesk();
  const before = await desk.pair();
  await desk.start();
  const { id, csr } = await pending(desk);
  const asked = await csrFromPem(csr);
  assert.deepEqual(asked.subject, before.certificate.subject);
  const names = asked.extensions.find(({ oid }) => oid === OID.SUBJECT_ALT_NAME);
  assert.equal(parseGeneralNames(names?.value ?? new Uint8Array()).length, 1);
  assert.notEqual(asked.publicKey.keyId, before.key.publicKey.keyId);
  assert.equal((await desk.pair()).keyPem, before.keyPem, "the old files stay");
  assert.equal(desk.files.mode(MADE), 0o600);
  assert.match(desk.log.join("\n"), new RegExp(`a user has to sign request ${id} at http://ca`));
  const { certificate } = await status(desk);
  assert.ok(certificate !== null && "waitsFor" in certificate);
  assert.equal(certificate.state, "expired");
  assert.match(certificate.waitsFor ?? "", new RegExp(`^a user has to sign request ${id} `));
  assert.equal(isHealthy(await status(desk), desk.clock.now()), false);
  await signAndStart(desk);
  const after = await desk.pair();
  assert.equal(after.certificate.publicKey.keyId, asked.publicKey.keyId);
  assert.ok(after.certificate.notAfter > desk.clock.now());
  assert.ok(!desk.files.paths().includes(MADE));
  assert.deepEqual(desk.hooks.at(-1)?.changes.map(({ reason }) => reason), ["certificate", "key"]);
  assert.equal((await status(desk)).certificate?.state, "held");
  assert.equal(isHealthy(await status(desk), desk.clock.now()), true);
});

Deno.test("wakeUp() sends one request for an expired certificate, whatever step it is killed at, and restarts in between", async () => {
  const like = await expiredDesk();
  const old = await like.pair();
  for (let steps = 0; steps < 40; steps++) {
    const desk = new UpdaterDesk({ like });
    for (const { id } of await desk.ca.issuance.pending()) await desk.ca.issuance.reject(id, by(desk.clock.now()));
    desk.files.crashAfter(steps);
    await desk.start().catch((error) => assert.ok(error instanceof CaucaseError, String(error)));
    const made = desk.files.text(MADE);
    desk.files.restart();
    assert.equal((await desk.pair()).keyPem, old.keyPem, `after ${steps} steps`);
    for (let restart = 0; restart < 2; restart++) {
      desk.clock.set(desk.clock.now() + 600);
      await desk.start();
    }
    if (made !== undefined) assert.equal(desk.files.text(MADE), made, `the same key and request after ${steps} steps`);
    await signAndStart(desk);
    assert.notEqual((await desk.pair()).keyPem, old.keyPem, `after ${steps} steps`);
  }
});

Deno.test("wakeUp() puts the new pair in place as a whole, whatever step it is killed at", async () => {
  const like = await expiredDesk();
  await like.start();
  await like.ca.issuance.approve((await pending(like)).id, by(like.clock.now()));
  like.clock.set(like.clock.now() + 60);
  for (let steps = 0; steps < 50; steps++) {
    const desk = new UpdaterDesk({ like });
    desk.files.crashAfter(steps);
    await desk.start().catch((error) => assert.ok(error instanceof CaucaseError, String(error)));
    desk.files.restart();
    await desk.pair();
    desk.clock.set(desk.clock.now() + 600);
    await desk.start();
    assert.ok((await desk.pair()).certificate.notAfter > desk.clock.now(), `after ${steps} steps`);
    assert.ok(!desk.files.paths().includes(MADE), `after ${steps} steps`);
    assert.equal((await desk.ca.issuance.pending()).length, 0, `after ${steps} steps`);
  }
});

Deno.test("wakeUp() says that the request for another certificate was rejected, goes on, and sends another when told to", async () => {
  const desk = await expiredDesk();
  await desk.start();
  const { id } = await pending(desk);
  await desk.ca.issuance.reject(id, by(desk.clock.now()));
  desk.clock.set(desk.clock.now() + 60);
  desk.calls.length = 0;
  assert.equal((await desk.start()).kind, "asleep");
  assert.match(desk.log.join("\n"), new RegExp(`expired at .*, and request ${id} for another one was rejected`));
  assert.ok(desk.calls.includes("crls"), "CRLs are kept");
  const { certificate, tasks } = await status(desk);
  assert.equal(certificate && "requestState" in certificate && certificate.requestState, "rejected");
  assert.match(tasks?.["certificate"]?.lastError ?? "", /was rejected.*remove .*host\.key\.renewing/);
  await desk.start();
  assert.equal((await desk.ca.issuance.pending()).length, 0, "it does not insist");
  await desk.files.remove(MADE);
  await desk.start();
  await signAndStart(desk);
  assert.ok((await desk.pair()).certificate.notAfter > desk.clock.now());
});

Deno.test("wakeUp() asks for the names of an expired certificate also after a renewal that came to nothing", async () => {
  const desk = await new UpdaterDesk().untilDue();
  desk.network = (name, call) => name === "renew" ? Promise.reject(unreachable()) : call();
  await desk.start();
  assert.ok(desk.files.text(MADE)?.includes("REQUEST"), "a renewal was begun");
  desk.clock.set(desk.clock.now() + 40 * DAY);
  await desk.start();
  const asked = await csrFromPem((await pending(desk)).csr);
  assert.ok(asked.extensions.some(({ oid }) => oid === OID.SUBJECT_ALT_NAME));
});

Deno.test("wakeUp() makes another request where the one that was made cannot be understood", async () => {
  const desk = await expiredDesk();
  await desk.start();
  const { csr } = await pending(desk);
  const text = desk.files.text(MADE) ?? "";
  const damaged = text.replace(/(-----BEGIN CERTIFICATE REQUEST-----\n)..../, "$1AAAA");
  assert.notEqual(damaged, text);
  desk.files.put(MADE, damaged);
  desk.clock.set(desk.clock.now() + 60);
  await desk.start();
  const requests = await desk.ca.issuance.pending();
  assert.equal(requests.length, 2);
  assert.deepEqual(
    requests.filter((one) => new TextDecoder().decode(one.csr) === new TextDecoder().decode(csr)).length,
    1,
  );
});

Deno.test("wakeUp() forgets the request when only the clock was wrong", async () => {
  const desk = new UpdaterDesk();
  await desk.start();
  const right = desk.clock.now();
  desk.clock.set(right + 100 * DAY);
  await desk.start();
  await pending(desk);
  desk.clock.set(right);
  await desk.start();
  assert.equal((await status(desk)).certificate?.state, "held");
  assert.equal(JSON.parse(desk.files.text(desk.entry.statePath) ?? "").request, null);
  desk.clock.set(right + 63 * DAY);
  const { keyPem } = await desk.pair();
  await desk.start();
  assert.notEqual((await desk.pair()).keyPem, keyPem);
});
