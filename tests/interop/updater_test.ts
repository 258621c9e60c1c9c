/**
 * Updaters that are left alone, in real time: each renews when the time has come, and ours follows its server from one
 * CA to the next. An updater looks at most once a minute, so a certificate has to live for two; where L is shorter,
 * SIGHUP makes it look.
 */
import assert from "node:assert/strict";
import { RunningProcess } from "../support/process.ts";
import { type ServerProcess, startServer } from "../support/server_process.ts";
import { tempFolder } from "../support/temp_folder.ts";
import { interopTestTogether, OURS, type Pairing } from "./implementation.ts";
import { makeRequest, publicKeyOf, showCertificate, type ShownCertificate, verify } from "./openssl.ts";

const BACK_DATED = 10;

interopTestTogether("an updater renews by itself, and follows its server from one CA to the next", async (pairing) => {
  const followed = pairing.client === OURS ? followsRollover(pairing) : undefined;
  await Promise.all([renewsByItself(pairing), followed]);
});

async function renewsByItself(pairing: Pairing): Promise<void> {
  await using folder = await tempFolder();
  await using server = await serverWithLifeSpan(110, folder.path, pairing);
  await using updater = await startUpdater(server, pairing);
  const first = await heldCertificate(folder.path);
  const renewed = await waitUntil(100, updater, async () => {
    const held = await heldCertificate(folder.path);
    return held.serial === first.serial ? undefined : held;
  });
  assert.equal(renewed.subject, first.subject);
  assert.notEqual(renewed.publicKey, first.publicKey, "with a new key");
  await waitUntil(10, updater, () => Promise.resolve(hooks(updater) > 1 || undefined));
  assert.equal(await verdict(folder.path), "OK");
  assert.equal(renewed.publicKey, await publicKeyOf(folder.path, "host.key.pem"));
  if (pairing.client === OURS) assert.equal((await updater.stop()).status, 0);
}

/** The second CA signs from 100 seconds on. */
async function followsRollover(pairing: Pairing): Promise<void> {
  await using folder = await tempFolder();
  await using server = await serverWithLifeSpan(40, folder.path, pairing);
  await using updater = await startUpdater(server, pairing);
  const first = await heldCertificate(folder.path);
  const serials = new Set<string>();
  const last = await waitUntil(140, updater, async () => {
    updater.signal("SIGHUP");
    await elapsed(3_000);
    assert.equal(await verdict(folder.path), "OK");
    const held = await heldCertificate(folder.path);
    serials.add(held.serial);
    return held.authorityKeyIdentifier === first.authorityKeyIdentifier ? undefined : held;
  });
  assert.ok(serials.size > 3, `${serials.size} certificates`);
  assert.equal(last.issuer, first.issuer);
  assert.equal((await Deno.readTextFile(`${folder.path}/ca.pem`)).split("-----BEGIN").length, 3, "both CAs are known");
  const { status, err } = await updater.stop();
  assert.equal(status, 0);
  assert.doesNotMatch(err, / (warning|error) /);
}

function serverWithLifeSpan(seconds: number, folder: string, { server }: Pairing): Promise<ServerProcess> {
  const options = ["--service-crt-validity", `${seconds / 86_400}`, "--service-auto-approve-count", "1"];
  return startServer({ folder, command: server.server, options });
}

const HOOK = "the hook ran";

/** In the server's folder, for a request that `openssl` made; resolves when it has got the certificate. */
async function startUpdater({ folder, url }: ServerProcess, { client }: Pairing): Promise<RunningProcess> {
  await makeRequest(folder, { name: "host", extensions: ["subjectAltName=DNS:host.example"] });
  const stores = ["--ca-url", url, "--cas-ca", "ca.pem", "--ca", "ca.pem", "--crl", "crl.pem"];
  const pair = ["--csr", "host.csr.pem", "--key", "host.key.pem", "--crt", "host.crt.pem"];
  const updater = new RunningProcess([...client.updater, ...stores, ...pair, "--on-renew", `echo ${HOOK}`], {
    cwd: folder,
  });
  await updater.waitFor(HOOK, 60_000);
  return updater;
}

function hooks(updater: RunningProcess): number {
  return updater.written.out.split(`${HOOK}\n`).length - 1;
}

function heldCertificate(folder: string): Promise<ShownCertificate> {
  return showCertificate(folder, "host.crt.pem");
}

/**
 * At a moment a few seconds ago, at which what was just made is valid: it is back-dated, and some of it lives for
 * seconds.
 */
function verdict(folder: string): Promise<string> {
  const at = Math.floor(Date.now() / 1000) - BACK_DATED + 2;
  return verify(folder, { certificate: "host.crt.pem", ca: "ca.pem", crl: "crl.pem", at });
}

/** What `find` finds. @throws Error with what the updater wrote after that many seconds */
async function waitUntil<T>(
  seconds: number,
  updater: RunningProcess,
  find: () => Promise<T | undefined>,
): Promise<T> {
  for (const end = Date.now() + seconds * 1000; Date.now() < end;) {
    const found = await find();
    if (found !== undefined) return found;
    await elapsed(1_000);
  }
  throw new Error(`nothing came of it within ${seconds} s\n${updater.written.out}${updater.written.err}`);
}

function elapsed(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
