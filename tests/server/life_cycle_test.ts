/** The life of a service over the network: issued, renewed while the CA changes its key, revoked. */
import assert from "node:assert/strict";
import { decodePem } from "../../core/pem.ts";
import { followChain, parseChain } from "../../core/protocol/ca_chain.ts";
import { type Certificate, certificateFromPem, isIssuedBy } from "../../core/x509/certificate.ts";
import { parseCrl } from "../../core/x509/crl.ts";
import { nativeOperations } from "../../server/keys/native/native_operations.ts";
import { type KeyOperations, WEBCRYPTO } from "../../server/keys/operations.ts";
import {
  certify,
  fetchCertificate,
  firstUser,
  type Holder,
  holderOf,
  JSON_TYPE,
  type Reply,
  submit,
} from "../support/desk.ts";
import { DAY, LIFE_SPAN, newEcKey, NOW } from "../support/issuing.ts";
import { csrFor, renewalBody, revocationBody } from "../support/requests.ts";
import { nativeTest } from "../support/native.ts";
import { strictLog } from "../support/recorded_log.ts";
import { runServer, type TestServer } from "../support/running_server.ts";

async function renew(server: TestServer, { cert, privateKey }: Holder): Promise<Holder> {
  const key = await newEcKey();
  const body = await renewalBody(cert, privateKey, await csrFor(key));
  const { status, text } = await server.ask("PUT", "/cas/crt/renew", { headers: JSON_TYPE, body });
  assert.equal(status, 200, text);
  return await holderOf(key, text);
}

/** A certificate from a server that signs every service's request unasked. */
async function issueUnasked(server: TestServer): Promise<Holder> {
  const key = await newEcKey();
  const id = await submit(server, "cas", await csrFor(key));
  return await holderOf(key, await fetchCertificate(server, "cas", id));
}

async function revoke(server: TestServer, { cert, privateKey }: Holder): Promise<Reply> {
  const body = await revocationBody(cert, privateKey);
  return await server.ask("PUT", "/cas/crt/revoke", { headers: JSON_TYPE, body });
}

/** The CA certificates that somebody who trusts `known` comes to trust. */
async function follow(server: TestServer, known: readonly Certificate[]): Promise<Certificate[]> {
  const { text } = await server.ask("GET", "/cas/crt/ca.crt.json");
  return await followChain(known, parseChain(text), server.clock.now());
}

async function anchor(server: TestServer): Promise<Certificate> {
  return await certificateFromPem((await server.ask("GET", "/cas/crt/ca.crt.pem")).text);
}

/** With the keys in the hands of WebCrypto, and in those of libcrypto. */
function lifeTest(name: string, test: (keyOperations: KeyOperations) => Promise<void>): void {
  Deno.test(`${name} (WebCrypto)`, () => test(WEBCRYPTO));
  nativeTest(`${name} (libcrypto)`, (keys) => test(nativeOperations(keys, strictLog)));
}

lifeTest("a service that renews in time never meets a CA certificate that it does not know", async (keyOperations) => {
  await using server = await runServer({ serve: { thresholdDays: 0 }, keyOperations });
  let holder = await certify(server, await firstUser(server));
  let trusted = [await anchor(server)];
  const [first] = trusted;
  const issuers = new Set<string>();
  // Every 62 days until the first CA certificate has expired.
  for (let now = NOW + 62 * DAY; now < NOW + 4 * LIFE_SPAN + 62 * DAY; now += 62 * DAY) {
    server.clock.set(now);
    trusted = await follow(server, trusted);
    holder = await renew(server, holder);
    const issuer = await Promise.all(trusted.map((ca) => isIssuedBy(holder.certificate, ca)));
    assert.equal(issuer.filter(Boolean).length, 1, `at day ${(now - NOW) / DAY}`);
    issuers.add(trusted[issuer.indexOf(true)]?.keyIdentifier ?? "");
  }
  assert.ok(issuers.size > 1, "the CA changed its key");
  assert.notDeepEqual((await anchor(server)).der, first?.der, "the first one is gone");
});

lifeTest("while there are two CA certificates, both have a CRL with the same revocations", async (keyOperations) => {
  await using server = await runServer({
    serve: { service: { validityDays: 93, maxPending: 0, autoApproveCount: 99 } },
    keyOperations,
  });
  const first = await anchor(server);
  const user = await firstUser(server);
  server.clock.set(NOW + 2 * LIFE_SPAN);
  const [old, next] = await follow(server, [first]);
  assert.ok(old && next);
  assert.deepEqual((await anchor(server)).der, first.der, "newcomers begin with the oldest");
  assert.equal((await server.ask("GET", "/cas/csr", { as: user })).status, 401, "the user was away for too long");
  const service = await issueUnasked(server);
  assert.ok(await isIssuedBy(service.certificate, old), "passive: the old one still signs");
  server.clock.set(NOW + 3 * LIFE_SPAN);
  assert.equal((await revoke(server, service)).status, 400, "expired");
  const later = await issueUnasked(server);
  assert.ok(await isIssuedBy(later.certificate, next), "active: the new one signs");
  assert.equal((await revoke(server, later)).status, 204);
  const crls = decodePem((await server.ask("GET", "/cas/crl")).text);
  assert.equal(crls.length, 2);
  for (const [index, ca] of [old, next].entries()) {
    const { text } = await server.ask("GET", `/cas/crl/${BigInt(`0x${ca.keyIdentifier}`)}`);
    assert.equal(text, crls[index]?.text, "oldest first");
    const crl = await parseCrl(crls[index]?.der ?? new Uint8Array());
    assert.deepEqual([crl.authorityKeyIdentifier, crl.revoked(later.certificate.serial)], [ca.keyIdentifier, true]);
  }
});
