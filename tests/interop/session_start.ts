/** How every session begins: trust from nothing, the first user, a second one whom the first approves. */
import assert from "node:assert/strict";
import type { ServerProcess } from "../support/server_process.ts";
import type { ClientDesk } from "./client_desk.ts";
import { makeRequest, makeRequests, showCertificate } from "./openssl.ts";

const AUTO_SIGNED_POLICY = "1.3.6.1.4.1.37476.9000.70.0.0";

/**
 * Empty folder → trust stores of both CAs, as the server serves them; nothing changes, and no hook runs, the second
 * time.
 */
export async function bootstrap(desk: ClientDesk, server: ServerProcess): Promise<void> {
  await desk.expect({}, "--update-user");
  for (const ca of ["cas", "cau"]) {
    assert.equal(await desk.read(`${ca}.crt.pem`), await download(server, `/${ca}/crt/ca.crt.pem`));
    assert.equal(await desk.read(`${ca}.crl.pem`), await download(server, `/${ca}/crl`));
    const certificate = await showCertificate(desk.folder, `${ca}.crt.pem`);
    assert.equal(certificate.subject, `CN=Caucase ${ca.toUpperCase()} at localhost:${server.port}`);
    assert.equal(certificate.issuer, certificate.subject);
  }
  await desk.expect({}, "--update-user", "--on-renew", "touch hook-ran");
  assert.equal(await desk.exists("hook-ran"), false, "nothing changed, so no hook");
}

async function download(server: ServerProcess, path: string): Promise<string> {
  const response = await fetch(server.url + path);
  assert.equal(response.status, 200, path);
  return await response.text();
}

/** A user's key and, appended by the client, certificate: `<name>.pem`, signed without anybody's approval. */
export async function firstUser(desk: ClientDesk, name: string): Promise<void> {
  await makeRequest(desk.folder, { name });
  await desk.copy(`${name}.key.pem`, `${name}.pem`);
  const id = await desk.sendOne("user", name);
  const line = `${id} was (originally) automatically approved\n`;
  await desk.expect({ out: line }, "--mode", "user", "--get-crt", id, `${name}.pem`);
  assert.ok(
    (await desk.read(`${name}.pem`)).startsWith(await desk.read(`${name}.key.pem`)),
    "the key is still there, first",
  );
  assert.equal(await desk.mode(`${name}.pem`), 0o600, "a file with a key keeps its mode");
  assert.ok((await showCertificate(desk.folder, `${name}.pem`)).text.includes(AUTO_SIGNED_POLICY));
  assert.deepEqual(await desk.pending(`${name}.pem`, "user"), []);
}

/** The next user waits until `approver` signs. */
export async function anotherUser(desk: ClientDesk, name: string, approver: string): Promise<void> {
  await makeRequest(desk.folder, { name });
  await desk.copy(`${name}.key.pem`, `${name}.pem`);
  const id = await desk.sendOne("user", name);
  const get = ["--mode", "user", "--get-crt", id, `${name}.pem`];
  await desk.expect({ status: 2, out: `${id} CSR still pending\n` }, ...get);
  assert.deepEqual(await desk.pending(`${approver}.pem`, "user"), [id]);
  await desk.expect({}, "--mode", "user", "--user-key", `${approver}.pem`, "--sign-csr", id);
  await desk.expect({ out: `${id} was (originally) manually approved\n` }, ...get);
  assert.ok(!(await showCertificate(desk.folder, `${name}.pem`)).text.includes(AUTO_SIGNED_POLICY));
  assert.deepEqual(await desk.pending(`${name}.pem`), []);
}

/** A key that a user has already is refused to the next who comes with it. */
export async function sameUserKeyAgain(desk: ClientDesk, name: string): Promise<void> {
  await makeRequest(desk.folder, { name: "copycat", key: `${name}.key.pem` });
  await desk.expect({ status: 1 }, "--mode", "user", "--send-csr", "copycat.csr.pem");
}

/** Without a user's certificate, and with one of a service: not listed, not signed. */
export async function strangers(desk: ClientDesk, serviceKeyPair: string, pendingId: string): Promise<void> {
  for (const credentials of [[], ["--user-key", serviceKeyPair]]) {
    await desk.expect({ status: 1, out: /^[^0-9]*$/ }, ...credentials, "--list-csr");
    await desk.expect({ status: 1 }, ...credentials, "--sign-csr", pendingId);
    await desk.expect({ status: 1 }, ...credentials, "--reject-csr", pendingId);
    await desk.expect({ status: 1 }, ...credentials, "--revoke-serial", "4711");
  }
}

/** A service certificate approved by `approver`, in `<name>.crt.pem`, with its key in `<name>.key.pem`. */
export async function signedService(desk: ClientDesk, name: string, approver: string): Promise<string> {
  await makeRequests(desk.folder, name);
  const id = await desk.sendOne("service", name);
  await desk.expect({}, "--user-key", `${approver}.pem`, "--sign-csr", id);
  await desk.expect({ out: `${id} was (originally) manually approved\n` }, "--get-crt", id, `${name}.crt.pem`);
  return id;
}
