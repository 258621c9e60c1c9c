import assert from "node:assert/strict";
import { isRefusal } from "../../tests/support/refusals.ts";
import { createMemoryStores } from "./memory_stores.ts";
import { testCas } from "../../tests/support/certificate_authorities.ts";
import { testKey } from "../../tests/support/keys.ts";
import { csrFor } from "../../tests/support/requests.ts";
import { joinBody } from "../pieces.ts";
import { type Certificate, certificateFromPem } from "../x509/certificate.ts";
import { isCrlSignedBy, parseCrl } from "../x509/crl.ts";
import type { CertificateAuthority } from "./certificate_authority.ts";
import type { Storage } from "./stores.ts";
import { by } from "../../tests/support/issuing.ts";

const NOW = 1_800_000_000;
const DAY = 86_400;
const L = 93 * DAY;
const CRL_LIFE = 0.33 * L;

async function issue(ca: CertificateAuthority, name: string, now = NOW): Promise<Certificate> {
  const id = await ca.issuance.submit(await csrFor(await testKey("P-256"), name), by(now));
  await ca.issuance.approve(id, by(now));
  return await certificateFromPem(await ca.issuance.certificate(id, now));
}

async function currentCrl(ca: CertificateAuthority, now: number) {
  const [published] = await ca.crls.ensureCurrent(now);
  assert.ok(published);
  const der = joinBody(published.der());
  return { published, der, crl: parseCrl(der) };
}

Deno.test("current() is an empty CRL with number 1 at first, the same one until half of its time is over", async () => {
  const { cas } = testCas(createMemoryStores());
  const { published, crl } = await currentCrl(cas, NOW);
  assert.deepEqual([crl.number, crl.thisUpdate, crl.nextUpdate], [1n, NOW - 10, NOW - 10 + CRL_LIFE]);
  assert.deepEqual([...crl.entries()], []);
  const half = NOW - 10 + CRL_LIFE / 2;
  assert.equal((await currentCrl(cas, half - 1)).published, published);
  const renewed = (await currentCrl(cas, half)).crl;
  assert.deepEqual([renewed.number, renewed.thisUpdate], [2n, half - 10]);
});

Deno.test("revoke() puts a certificate on the CRL before it resolves, without moving its dates", async () => {
  const { cas } = testCas(createMemoryStores());
  const before = (await currentCrl(cas, NOW)).crl;
  const certificate = await issue(cas, "host");
  await cas.revocations.revoke({ by: "user", certificate }, by(NOW + DAY));
  const { crl } = await currentCrl(cas, NOW + DAY);
  assert.deepEqual([...crl.entries()], [{ serial: certificate.serial, revocationDate: NOW + DAY }]);
  assert.deepEqual([crl.number, crl.thisUpdate, crl.nextUpdate], [2n, before.thisUpdate, before.nextUpdate]);
  const again = cas.revocations.revoke({ by: "user", certificate }, by(NOW + DAY));
  await assert.rejects(again, isRefusal("already-revoked"));
});

Deno.test("revoke() refuses certificates of others, expired ones, and holders' messages that others signed", async () => {
  const { cas, cau } = testCas(createMemoryStores());
  const certificate = await issue(cas, "host");
  const expired = cas.revocations.revoke({ by: "user", certificate }, by(NOW + L));
  await assert.rejects(expired, isRefusal("untrusted"));
  await assert.rejects(cau.revocations.revoke({ by: "user", certificate }, by(NOW)), isRefusal("untrusted"));
  const message = { payload: "{}", digest: "sha256", signature: new Uint8Array(64) } as const;
  const forged = cas.revocations.revoke({ by: "holder", certificate, message }, by(NOW));
  await assert.rejects(forged, isRefusal("untrusted"));
  assert.equal((await currentCrl(cas, NOW)).crl.number, 1n);
});

Deno.test("24 revocations at once have 24 numbers, and every CRL on the way names one content", async () => {
  const { cas } = testCas(createMemoryStores());
  const seen = new Map<bigint, string>();
  const look = async () => {
    const { published, der } = await currentCrl(cas, NOW);
    const hex = der.toHex();
    assert.equal(seen.get(published.number) ?? hex, hex, `number ${published.number} has two contents`);
    seen.set(published.number, hex);
  };
  await look();
  await Promise.all(Array.from({ length: 24 }, async (_, index) => {
    await cas.revocations.revoke({ by: "user", serial: BigInt(index + 1) }, by(NOW));
    const { crl } = await currentCrl(cas, NOW);
    assert.ok(crl.revoked(BigInt(index + 1)), "what was answered is on the list");
    await look();
  }));
  const { crl } = await currentCrl(cas, NOW);
  assert.equal(crl.number, 25n);
  assert.equal([...crl.entries()].length, 24);
});

Deno.test("the CRL after a restart is the same, byte for byte", async () => {
  const storage = createMemoryStores();
  const { cas } = testCas(storage);
  for (const serial of [3n, 1n, 2n]) await cas.revocations.revoke({ by: "user", serial }, by(NOW));
  const before = await currentCrl(cas, NOW);
  const after = await currentCrl(testCas(storage).cas, NOW + DAY);
  assert.equal(after.der.toHex(), before.der.toHex());
  assert.equal(after.published.modifiedAt >= NOW, true);
});

Deno.test("a revocation leaves the list after its certificate's end and 0.33 L more, with a new number only", async () => {
  const { cas } = testCas(createMemoryStores());
  const certificate = await issue(cas, "host");
  await cas.revocations.revoke({ by: "user", certificate }, by(NOW));
  const end = certificate.notAfter + CRL_LIFE;
  let now = NOW;
  let last = (await currentCrl(cas, now)).crl;
  while (now < end + CRL_LIFE) {
    now += 5 * DAY;
    const { crl } = await currentCrl(cas, now);
    const listed = crl.revoked(certificate.serial);
    assert.equal(listed, crl.thisUpdate <= end, `at ${(now - NOW) / DAY} days`);
    if (listed !== last.revoked(certificate.serial)) assert.equal(crl.number, (last.number ?? 0n) + 1n);
    last = crl;
  }
  assert.equal(last.revoked(certificate.serial), false);
});

Deno.test("a clock that jumps ten years ahead and back loses neither revocations nor CA keys", async () => {
  const storage = createMemoryStores();
  const { cas } = testCas(storage);
  const certificate = await issue(cas, "host");
  await cas.revocations.revoke({ by: "user", certificate }, by(NOW));
  const [authority] = await cas.issuers.ensureValid(NOW);
  const ahead = await currentCrl(cas, NOW + 3650 * DAY);
  assert.equal(ahead.crl.revoked(certificate.serial), false);
  for (const ca of [cas, testCas(storage).cas]) {
    const { crl } = await currentCrl(ca, NOW + DAY);
    assert.equal(crl.revoked(certificate.serial), true);
    assert.ok((crl.number ?? 0n) > (ahead.crl.number ?? 0n));
    assert.equal((await ca.issuers.ensureSigning(NOW + DAY)).certificatePem, authority?.certificatePem);
  }
});

Deno.test("all CA certificates of one CA list the same revocations, each in a CRL of its own", async () => {
  const { cas } = testCas(createMemoryStores());
  await cas.issuers.ensureValid(NOW);
  await cas.revocations.revoke({ by: "user", serial: 7n }, by(NOW));
  const crls = await cas.crls.ensureCurrent(NOW + 2 * L);
  const authorities = await cas.issuers.ensureValid(NOW + 2 * L);
  assert.equal(crls.length, 2);
  for (const [index, authority] of authorities.entries()) {
    const crl = parseCrl(joinBody(crls[index]?.der() ?? new Uint8Array()));
    assert.equal(await isCrlSignedBy(crl, authority.certificate), true);
    assert.equal(crl.revoked(7n), true);
    assert.equal(crl.number, crls[0]?.number);
  }
});

Deno.test("a CRL that could not be signed is made up for by whoever asks next", async () => {
  const storage = createMemoryStores();
  const { cas } = testCas(storage);
  await currentCrl(cas, NOW);
  const [authority] = await cas.issuers.ensureValid(NOW);
  assert.ok(authority);
  const { signer } = authority;
  const sign = signer.sign;
  Object.defineProperty(signer, "sign", { configurable: true, value: () => Promise.reject(new Error("no key")) });
  await assert.rejects(cas.revocations.revoke({ by: "user", serial: 5n }, by(NOW)), /no key/);
  Object.defineProperty(signer, "sign", { configurable: true, value: sign });
  assert.equal((await currentCrl(cas, NOW)).crl.revoked(5n), true);
});

/** Two CAs that share a storage never mix up their revocations. */
Deno.test("a revocation at one CA says nothing of the other", async () => {
  const storage: Storage = createMemoryStores();
  const { cas, cau } = testCas(storage);
  await cas.revocations.revoke({ by: "user", serial: 9n }, by(NOW));
  assert.equal(await storage.ca("cau").revocations.isRevoked(9n), false);
  assert.equal((await currentCrl(cau, NOW)).crl.revoked(9n), false);
});
