/** What happens to certificates in their life: renewed, revoked in all three ways, and what others then see. */
import assert from "node:assert/strict";
import type { ServerProcess } from "../support/server_process.ts";
import type { ClientDesk } from "./client_desk.ts";
import { publicKeyOf, showCertificate, showCrl } from "./openssl.ts";

/** So that every certificate of 93 days is due. */
const ALWAYS_DUE = ["--threshold", "100"];

/** Key and certificate in two files, and in one; only when due; subject and extensions stay. */
export async function renew(desk: ClientDesk): Promise<void> {
  const notDue = /^alpha\.crt\.pem did not reach renew threshold, not renewing\n$/;
  const before = await desk.read("alpha.crt.pem");
  await desk.expect({ out: notDue }, "--renew-crt", "alpha.crt.pem", "alpha.key.pem");
  assert.equal(await desk.read("alpha.crt.pem"), before);
  await renewsPair(desk, "gamma.crt.pem", "gamma.key.pem");
  await renewsPair(desk, "beta.pem", "");
  assert.equal(await desk.mode("gamma.key.pem"), 0o600);
  assert.equal(await desk.mode("beta.pem"), 0o600);
  const { text } = await showCertificate(desk.folder, "gamma.crt.pem");
  assert.match(text, /DNS:a\.example, IP Address:192\.0\.2\.7/);
  await desk.expect({ status: 1 }, ...ALWAYS_DUE, "--renew-crt", "alpha.crt.pem", "beta.pem");
}

async function renewsPair(desk: ClientDesk, certificate: string, key: string): Promise<void> {
  const old = await showCertificate(desk.folder, certificate);
  await desk.expect({}, ...ALWAYS_DUE, "--renew-crt", certificate, key);
  const renewed = await showCertificate(desk.folder, certificate);
  assert.equal(renewed.subject, old.subject);
  assert.notEqual(renewed.serial, old.serial);
  assert.notEqual(renewed.publicKey, old.publicKey, "a new key each time");
  assert.equal(await publicKeyOf(desk.folder, key || certificate), renewed.publicKey);
  assert.equal(await desk.verdict(certificate), "OK");
}

/** A user's certificate is renewed the same way, stays marked as auto-signed, and works. */
export async function renewUser(desk: ClientDesk, name: string): Promise<void> {
  const old = await showCertificate(desk.folder, `${name}.pem`);
  const other = `${name}.pem was not signed by this CA, revoked or otherwise invalid, skipping\n`;
  await desk.expect({ out: other }, ...ALWAYS_DUE, "--renew-crt", `${name}.pem`, "");
  await desk.expect({}, ...ALWAYS_DUE, "--mode", "user", "--renew-crt", `${name}.pem`, "");
  const renewed = await showCertificate(desk.folder, `${name}.pem`);
  assert.notEqual(renewed.serial, old.serial);
  assert.match(renewed.text, /Auto-signed caucase certificate/);
  assert.deepEqual(await desk.pending(`${name}.pem`), []);
}

/** By who holds it, by a user who has it, by a user who knows its serial; each is in the CRL that the call fetches. */
export async function revoke(desk: ClientDesk, userKey: string): Promise<void> {
  const serials = await Promise.all(["alpha.crt.pem", "beta.pem", "gamma.crt.pem"].map((file) => desk.serial(file)));
  const [alpha, beta, gamma = ""] = serials;
  await desk.expect({ status: 1 }, "--revoke-crt", "alpha.crt.pem", "beta.pem");
  await desk.expect({ status: 1 }, "--revoke-other-crt", "alpha.crt.pem");
  assert.deepEqual((await showCrl(desk.folder, "cas.crl.pem")).serials, []);
  const steps: [string[], string, (string | undefined)[]][] = [
    [["--revoke-crt", "alpha.crt.pem", "alpha.key.pem"], "alpha.crt.pem", [alpha]],
    [["--user-key", userKey, "--revoke-other-crt", "beta.pem"], "beta.pem", [alpha, beta]],
    [["--user-key", userKey, "--revoke-serial", gamma], "gamma.crt.pem", [alpha, beta, gamma]],
  ];
  for (const [args, certificate, revoked] of steps) await revokes(desk, { args, certificate, revoked });
  await desk.expect({ status: 1 }, ...ALWAYS_DUE, "--renew-crt", "gamma.crt.pem", "gamma.key.pem");
}

interface RevocationCall {
  readonly args: readonly string[];
  readonly certificate: string;
  readonly revoked: readonly (string | undefined)[];
}

async function revokes(desk: ClientDesk, { args, certificate, revoked }: RevocationCall): Promise<void> {
  assert.equal(await desk.verdict(certificate), "OK");
  const before = await showCrl(desk.folder, "cas.crl.pem");
  await desk.expect({}, ...args);
  const after = await showCrl(desk.folder, "cas.crl.pem");
  assert.deepEqual(after.serials.toSorted(), revoked.toSorted());
  assert.equal(after.number, before.number + 1);
  assert.equal(await desk.verdict(certificate), "certificate revoked");
  await desk.expect({ status: 1 }, ...args);
  await desk.expect({});
  assert.deepEqual(await showCrl(desk.folder, "cas.crl.pem"), after, "refused the second time: nothing changes");
}

/** Several serials in one call, and the hook: once when the CRL changed, its failure is exit status 3. */
export async function revokeManyWithHook(desk: ClientDesk, userKey: string): Promise<void> {
  const hook = ["--on-renew", "echo ran >> hook.log"];
  await desk.expect({}, "--user-key", userKey, "--revoke-serial", "1001", "1002", ...hook);
  assert.equal(await desk.read("hook.log"), "ran\n");
  const { serials } = await showCrl(desk.folder, "cas.crl.pem");
  assert.ok(serials.includes("1001") && serials.includes("1002"), serials.join());
  await desk.expect({}, ...hook);
  assert.equal(await desk.read("hook.log"), "ran\n", "nothing changed, so no hook");
  await desk.expect({ status: 3 }, "--user-key", userKey, "--revoke-serial", "1003", "--on-renew", "exit 7");
}

/** A revoked user is refused at once, and who revoked goes on. */
export async function revokeUser(desk: ClientDesk, revoked: string, by: string): Promise<void> {
  const asUser = ["--mode", "user", "--update-user"];
  await desk.expect({}, ...asUser, "--user-key", `${by}.pem`, "--revoke-other-crt", `${revoked}.pem`);
  await desk.expect({ status: 1, out: /^[^0-9]*$/ }, "--user-key", `${revoked}.pem`, "--list-csr");
  assert.deepEqual(await desk.pending(`${by}.pem`), []);
  assert.deepEqual((await showCrl(desk.folder, "cau.crl.pem")).serials, [await desk.serial(`${revoked}.pem`)]);
}

/** The chain and CRL that others fetch are what this desk has after all of it. */
export async function sameForOthers(desk: ClientDesk, other: ClientDesk, server: ServerProcess): Promise<void> {
  await desk.expect({}, "--update-user");
  await other.expect({}, "--update-user");
  for (const file of ["cas.crt.pem", "cas.crl.pem", "cau.crt.pem", "cau.crl.pem"]) {
    assert.equal(await other.read(file), await desk.read(file), `${file} of ${server.url}`);
  }
}
