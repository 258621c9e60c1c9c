/**
 * A service CA is followed by the next one, in real time: with a life span L of 40 seconds a CA lives 150 seconds. Its
 * clients go from one to the other without a gap. (Shorter is not possible: a CRL is valid for 0.33 L and back-dated by
 * 10 seconds, and the reference's server does not start once nothing of that is left.)
 */
import assert from "node:assert/strict";
import { namesIn } from "../support/files.ts";
import { type ServerProcess, startServer } from "../support/server_process.ts";
import { tempFolder } from "../support/temp_folder.ts";
import { ClientDesk } from "./client_desk.ts";
import { interopTestTogether, type Pairing } from "./implementation.ts";
import { showCertificate, showCrl, type ShownCertificate } from "./openssl.ts";
import { firstUser, signedService } from "./session_start.ts";

const LIFE_SPAN = 40;
const BACK_DATED = 10;
const OPTIONS = ["--service-crt-validity", `${LIFE_SPAN / 86_400}`];

interopTestTogether("a CA is followed by the next one, and clients follow", async (pairing) => {
  await using folder = await tempFolder();
  await using server = await startServer({ folder: folder.path, command: pairing.server.server, options: OPTIONS });
  const desk = await deskWithCertificates(pairing, server);
  const first = await caCertificate(desk, 0);
  const away = await newDesk("away", pairing, server);
  const lost = await newDesk("lost", pairing, server);
  const signer = () => signerAfterRenewal(desk);

  assert.equal(await signer(), first.subjectKeyIdentifier, "quiet: the first CA signs");
  await renewUntil(first.notAfter - 2 * LIFE_SPAN + 1, desk);

  assert.equal(await signer(), first.subjectKeyIdentifier, "passive: the first CA still signs");
  const second = await caCertificate(desk, 1);
  assert.equal(second.subject, first.subject);
  await bothInDirectories(desk, [first, second]);
  await revokedOnBothLists(desk);
  await renewUntil(second.notAfter - 3 * LIFE_SPAN + 1, desk);

  assert.equal(await signer(), second.subjectKeyIdentifier, "active: the second CA signs");
  await followsLate(away, [first, second]);
  await renewUntil(first.notAfter + 1, desk);

  assert.equal(await signer(), second.subjectKeyIdentifier, "gone: the first CA is dropped");
  assert.equal((await caCertificate(desk, 0)).subjectKeyIdentifier, second.subjectKeyIdentifier);
  await startsWith(await newDesk("newcomer", pairing, server), second);
  await staysLost(lost, first);
});

/** A user, a service `kept` that will be renewed all the time, and a service `gone` to be revoked. */
async function deskWithCertificates(pairing: Pairing, server: ServerProcess): Promise<ClientDesk> {
  const desk = await ClientDesk.open("desk", pairing, server);
  await firstUser(desk, "ann");
  await signedService(desk, "kept", "ann");
  return desk;
}

async function newDesk(name: string, pairing: Pairing, server: ServerProcess): Promise<ClientDesk> {
  const desk = await ClientDesk.open(name, pairing, server);
  await desk.expect({});
  return desk;
}

/** Renews `kept`; gives the key identifier of the CA that signed, after OpenSSL accepted the certificate. */
async function signerAfterRenewal(desk: ClientDesk): Promise<string> {
  await desk.expect({}, "--threshold", "1", "--renew-crt", "kept.crt.pem", "kept.key.pem");
  assert.equal(await desk.verdict("kept.crt.pem", justNow()), "OK");
  return (await showCertificate(desk.folder, "kept.crt.pem")).authorityKeyIdentifier;
}

/** A moment at which what was made in the last seconds is valid, whatever is left of its short life. */
function justNow(): { at: number } {
  return { at: Math.floor(Date.now() / 1000) - BACK_DATED + 2 };
}

/** Keeps the certificate alive, as its holder must, until a time (Unix seconds). */
async function renewUntil(time: number, desk: ClientDesk): Promise<void> {
  for (;;) {
    const left = time - Date.now() / 1000;
    if (left <= 0) return;
    await new Promise((resolve) => setTimeout(resolve, Math.min(left, (LIFE_SPAN - BACK_DATED) / 2) * 1000));
    await signerAfterRenewal(desk);
  }
}

/** The CA certificate at `index` in the desk's store, oldest first. */
async function caCertificate(desk: ClientDesk, index: number): Promise<ShownCertificate> {
  const blocks = (await desk.read("cas.crt.pem")).split(/(?=-----BEGIN)/);
  const block = blocks[index];
  assert.ok(block, `there are only ${blocks.length} CA certificates`);
  await Deno.writeTextFile(`${desk.folder}/ca.shown.pem`, block);
  return await showCertificate(desk.folder, "ca.shown.pem");
}

/** Stores that are directories: one file for each CA, and for its CRL, named by its key identifier. */
async function bothInDirectories(desk: ClientDesk, cas: readonly ShownCertificate[]): Promise<void> {
  await desk.expect({}, "--ca-crt", "cas_store", "--crl", "crl_store");
  const names = cas.map((ca) => ca.subjectKeyIdentifier.replaceAll(":", "").toLowerCase()).toSorted();
  assert.deepEqual(namesIn(`${desk.folder}/cas_store`), names.map((name) => `${name}.ca.pem`));
  assert.deepEqual(namesIn(`${desk.folder}/crl_store`), names.map((name) => `${name}.crl.pem`));
}

/** While there are two CAs, a revocation is on the list of each. */
async function revokedOnBothLists(desk: ClientDesk): Promise<void> {
  await signedService(desk, "gone", "ann");
  const serial = await desk.serial("gone.crt.pem");
  await desk.expect({}, "--revoke-crt", "gone.crt.pem", "gone.key.pem");
  assert.equal(await desk.verdict("gone.crt.pem", justNow()), "certificate revoked");
  await desk.expect({}, "--ca-crt", "cas_store", "--crl", "crl_store");
  for (const name of namesIn(`${desk.folder}/crl_store`)) {
    assert.deepEqual((await showCrl(desk.folder, `crl_store/${name}`)).serials, [serial], name);
  }
}

/** Who knew only the first CA learns of the second while the first is valid. */
async function followsLate(desk: ClientDesk, cas: readonly ShownCertificate[]): Promise<void> {
  assert.equal((await desk.read("cas.crt.pem")).match(/BEGIN/g)?.length, 1);
  await desk.expect({});
  for (const [index, ca] of cas.entries()) {
    assert.equal((await caCertificate(desk, index)).subjectKeyIdentifier, ca.subjectKeyIdentifier);
  }
}

async function startsWith(desk: ClientDesk, ca: ShownCertificate): Promise<void> {
  assert.equal((await caCertificate(desk, 0)).subjectKeyIdentifier, ca.subjectKeyIdentifier);
}

/**
 * Who knew only the first CA and comes when it has expired cannot know whom to trust: an error, and nothing changes.
 */
async function staysLost(desk: ClientDesk, first: ShownCertificate): Promise<void> {
  const before = await desk.read("cas.crt.pem");
  await desk.expect({ status: 1 });
  assert.equal(await desk.read("cas.crt.pem"), before);
  assert.equal((await caCertificate(desk, 0)).subjectKeyIdentifier, first.subjectKeyIdentifier);
}
