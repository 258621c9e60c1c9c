/** Requests and what becomes of them: pending, fetched, signed, signed with a template, rejected. */
import assert from "node:assert/strict";
import type { ClientDesk } from "./client_desk.ts";
import { makeRequest, makeRequests, publicKeyOf, showCertificate } from "./openssl.ts";

/** The requests of one session, by name. */
export interface SentRequests {
  readonly alpha: string;
  readonly beta: string;
  readonly gamma: string;
  readonly delta: string;
}

/** Four at once; all wait; sent again they have the same ids; what is stored is what was sent. */
export async function sendAndWait(desk: ClientDesk, userKey: string): Promise<SentRequests> {
  await makeRequests(desk.folder, "alpha", "beta", "gamma", "delta");
  const ids = await desk.send("service", "alpha", "beta", "gamma", "delta");
  const [alpha = "", beta = "", gamma = "", delta = ""] = ids;
  assert.deepEqual(await desk.send("service", "delta", "alpha", "delta"), [delta, alpha, delta]);
  assert.deepEqual((await desk.pending(userKey)).toSorted(), ids.toSorted());
  await desk.expect({ status: 2, out: `${beta} CSR still pending\n` }, "--get-crt", beta, "beta.crt.pem");
  assert.equal(await desk.exists("beta.crt.pem"), false);
  await desk.expect({}, "--get-csr", gamma, "gamma.back.pem");
  assert.equal(await desk.read("gamma.back.pem"), await desk.read("gamma.csr.pem"));
  await desk.expect({ status: 1 }, "--get-csr", "12345", "nothing.pem");
  return { alpha, beta, gamma, delta };
}

/** Two signed in one call, one signed with other names than it asked for, one rejected. */
export async function decide(desk: ClientDesk, sent: SentRequests, userKey: string): Promise<void> {
  const { alpha, beta, gamma, delta } = sent;
  await makeRequest(desk.folder, {
    name: "template",
    subject: "/O=Example/CN=templated",
    extensions: ["subjectAltName=DNS:a.example,IP:192.0.2.7", "keyUsage=critical,digitalSignature"],
  });
  await desk.expect(
    { status: 1 },
    ...["--user-key", userKey, "--sign-csr", alpha, "--reject-csr", alpha],
  );
  assert.equal((await desk.pending(userKey)).length, 4, "a contradiction is refused before anything is done");
  await desk.expect({}, "--user-key", userKey, "--sign-csr", alpha, beta);
  await desk.expect({}, "--user-key", userKey, "--sign-csr-with", gamma, "template.csr.pem", "--reject-csr", delta);
  assert.deepEqual(await desk.pending(userKey), []);
  for (const id of [alpha, delta, "12345"]) {
    await desk.expect({ status: 1 }, "--user-key", userKey, "--sign-csr", id);
    await desk.expect({ status: 1 }, "--user-key", userKey, "--reject-csr", id);
  }
}

/** Certificates come to new files and behind matching keys, and nowhere else. */
export async function fetchCertificates(desk: ClientDesk, sent: SentRequests): Promise<void> {
  const { alpha, beta, gamma, delta } = sent;
  const approved = (id: string) => `${id} was (originally) manually approved\n`;
  const gone = `${delta} not found - maybe CSR was rejected ?\n`;
  await desk.copy("beta.key.pem", "beta.pem");
  await desk.expect(
    { status: 1, out: approved(alpha) + gone + approved(gamma) },
    ...["--get-crt", alpha, "alpha.crt.pem", "--get-crt", delta, "delta.crt.pem", "--get-crt", gamma, "gamma.crt.pem"],
  );
  await desk.expect({ out: approved(beta) }, "--get-crt", beta, "beta.pem");
  assert.equal(await desk.exists("delta.crt.pem"), false);
  for (const [certificate, key] of [["alpha.crt.pem", "alpha.key.pem"], ["beta.pem", "beta.pem"]] as const) {
    const shown = await showCertificate(desk.folder, certificate);
    assert.equal(shown.publicKey, await publicKeyOf(desk.folder, key));
    assert.equal(await desk.verdict(certificate), "OK");
  }
  await keepsUnfitFiles(desk, alpha);
}

/** A file with another key, or with a certificate already, is left as it is. */
async function keepsUnfitFiles(desk: ClientDesk, alpha: string): Promise<void> {
  const said = new RegExp(`^(${alpha} was \\(originally\\) manually approved\n)?.*\n?$`);
  for (const file of ["beta.key.pem", "beta.pem", "alpha.crt.pem"]) {
    const before = await desk.read(file);
    await desk.expect({ status: 1, out: said }, "--get-crt", alpha, file);
    assert.equal(await desk.read(file), before, file);
  }
}

/** Subject and extensions are the template's, the key is the request's. */
export async function checkTemplated(desk: ClientDesk): Promise<void> {
  const shown = await showCertificate(desk.folder, "gamma.crt.pem");
  assert.equal(shown.subject, "CN=templated,O=Example");
  assert.match(shown.text, /Subject Alternative Name:\s+DNS:a\.example, IP Address:192\.0\.2\.7/);
  assert.match(shown.text, /Key Usage: critical\s+Digital Signature\s/);
  assert.equal(shown.publicKey, await publicKeyOf(desk.folder, "gamma.key.pem"));
  assert.equal(await desk.verdict("gamma.crt.pem"), "OK");
}
