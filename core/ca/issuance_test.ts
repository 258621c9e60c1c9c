import assert from "node:assert/strict";
import { isRefusal } from "../../tests/support/refusals.ts";
import { createMemoryStores } from "./memory_stores.ts";
import { testCas } from "../../tests/support/certificate_authorities.ts";
import { newKey, testKey } from "../../tests/support/keys.ts";
import { csrFor, renewalBody } from "../../tests/support/requests.ts";
import { equalBytes, utf8 } from "../bytes.ts";
import type { ErrorCode } from "../errors.ts";
import { encodePem, onlyPem, PEM_LABEL } from "../pem.ts";
import { certificateFromPem } from "../x509/certificate.ts";
import { findExtension } from "../x509/extension.ts";
import { OID } from "../der/oids.ts";
import { isAutoSigned } from "../profiles/policies.ts";
import type { RevocationMessage } from "../protocol/revocation.ts";
import { by } from "../../tests/support/issuing.ts";

const NOW = 1_800_000_000;
const DAY = 86_400;

function hex(text: string): string {
  return utf8(text).toHex();
}

/** A certificate for services that a person signed. */
async function signedCertificate(
  ca: ReturnType<typeof testCas>["cas"],
  key: Awaited<ReturnType<typeof newKey>>,
) {
  const id = await ca.issuance.submit(await csrFor(key), by(NOW));
  await ca.issuance.approve(id, by(NOW));
  return await ca.issuance.certificate(id, NOW);
}

Deno.test("submit() signs the first user without asking, and nobody after", async () => {
  const { cau } = testCas(createMemoryStores());
  const first = await cau.issuance.submit(await csrFor(await newKey("P-256"), "alice"), by(NOW));
  const second = await cau.issuance.submit(await csrFor(await newKey("P-256"), "bob"), by(NOW));
  assert.equal(isAutoSigned(await certificateFromPem(await cau.issuance.certificate(first, NOW))), true);
  await assert.rejects(cau.issuance.certificate(second, NOW), isRefusal("not-found"));
  await cau.issuance.approve(second, by(NOW));
  assert.equal(isAutoSigned(await certificateFromPem(await cau.issuance.certificate(second, NOW))), false);
});

Deno.test("awaitsFirstRequest() until one came, and never where none is signed without asking", async () => {
  const { cau, cas } = testCas(createMemoryStores());
  assert.equal(await cau.issuance.awaitsFirstRequest(), true);
  assert.equal(await cas.issuance.awaitsFirstRequest(), false);
  await cau.issuance.submit(await csrFor(await newKey("P-256"), "alice"), by(NOW));
  assert.equal(await cau.issuance.awaitsFirstRequest(), false);
});

Deno.test("submit() gives 24 first users at once one automatic signature", async () => {
  const { cau } = testCas(createMemoryStores());
  const requests = await Promise.all(
    Array.from({ length: 24 }, async (_, index) => await csrFor(await newKey("P-256"), `user${index}`)),
  );
  await Promise.all(requests.map((csr) => cau.issuance.submit(csr, by(NOW))));
  assert.equal((await cau.issuance.pending()).length, 23);
});

Deno.test("submit() answers the same bytes with the same id, also 24 times at once", async () => {
  const { cas } = testCas(createMemoryStores());
  const csr = await csrFor(await testKey("P-256"));
  const ids = await Promise.all(Array.from({ length: 24 }, () => cas.issuance.submit(csr, by(NOW))));
  assert.equal(new Set(ids).size, 1);
  assert.equal((await cas.issuance.pending()).length, 1);
});

Deno.test("submit() refuses what no certificate may be made from", async () => {
  const { cas } = testCas(createMemoryStores());
  const good = new TextDecoder().decode(await csrFor(await testKey("P-256")));
  const lines = good.split("\n");
  const [begin = "", body = ""] = lines;
  const der = onlyPem(good, [PEM_LABEL.CSR], "the request").der;
  const tampered = encodePem(PEM_LABEL.CSR, Uint8Array.fromHex(der.toHex().replace(hex("host1"), hex("host2"))));
  const cases: [string, string, ErrorCode][] = [
    ["nothing", "", "malformed"],
    ["garbage", "abc", "malformed"],
    ["a byte above 0x7F in the text around", `é\n${good}`, "malformed"],
    ["two requests", good + good, "malformed"],
    ["cut short", `${begin}\n${body}\n-----END CERTIFICATE REQUEST-----\n`, "malformed"],
    ["another signature", tampered, "untrusted"],
  ];
  for (const [what, text, code] of cases) {
    await assert.rejects(cas.issuance.submit(utf8(text), by(NOW)), isRefusal(code), what);
  }
});

Deno.test("submit() refuses a user's key that is known, and more pending requests than allowed", async () => {
  const { cau, cas } = testCas(createMemoryStores(), { maxPending: 2 });
  const key = await newKey("P-256");
  await cau.issuance.submit(await csrFor(key, "alice"), by(NOW));
  await assert.rejects(cau.issuance.submit(await csrFor(key, "mallory"), by(NOW)), isRefusal("duplicate-key"));
  for (const name of ["one", "two"]) await cas.issuance.submit(await csrFor(key, name), by(NOW));
  await assert.rejects(cas.issuance.submit(await csrFor(key, "three"), by(NOW)), isRefusal("too-many-pending"));
});

Deno.test("a frozen number of automatic signatures replaces what later starts say", async () => {
  const storage = createMemoryStores();
  assert.equal(await testCas(storage, { serviceAutoApprove: 3, lock: true }).cas.issuance.settleAutoSignAmount(), 3);
  assert.equal(await testCas(storage, { serviceAutoApprove: 9, lock: true }).cas.issuance.settleAutoSignAmount(), 3);
  assert.equal(await testCas(storage, { serviceAutoApprove: 9 }).cas.issuance.settleAutoSignAmount(), 3);
});

Deno.test("approve() signs once however many ask at once, and nothing that is not pending", async () => {
  const { cas } = testCas(createMemoryStores());
  const id = await cas.issuance.submit(await csrFor(await testKey("P-256")), by(NOW));
  const attempts = await Promise.allSettled(Array.from({ length: 24 }, () => cas.issuance.approve(id, by(NOW))));
  assert.equal(attempts.filter(({ status }) => status === "fulfilled").length, 1);
  await assert.rejects(cas.issuance.approve(id, by(NOW)), isRefusal("not-found"));
  await assert.rejects(cas.issuance.reject(id, by(NOW)), isRefusal("not-found"));
  await assert.rejects(cas.issuance.approve(12345n, by(NOW)), isRefusal("not-found"));
});

Deno.test("approve() refuses what was rejected while the certificate was made", async () => {
  const storage = createMemoryStores();
  const store = storage.ca("cas");
  const { cas } = testCas(storage);
  const id = await cas.issuance.submit(await csrFor(await testKey("P-256")), by(NOW));
  const complete = store.certificates.complete.bind(store.certificates);
  store.certificates.complete = async (...row) => {
    await cas.issuance.reject(id, by(NOW));
    return await complete(...row);
  };
  await assert.rejects(cas.issuance.approve(id, by(NOW)), isRefusal("not-found"));
  await assert.rejects(cas.issuance.certificate(id, NOW), isRefusal("not-found"));
});

Deno.test("approve() with a template takes subject and extensions from it, and the key from the request", async () => {
  const { cas } = testCas(createMemoryStores());
  const key = await testKey("P-256");
  const id = await cas.issuance.submit(await csrFor(key, "asked"), by(NOW));
  await cas.issuance.approve(id, { template: await csrFor(await testKey("P-384"), "granted"), ...by(NOW) });
  const certificate = await certificateFromPem(await cas.issuance.certificate(id, NOW));
  assert.equal(certificate.publicKey.keyId, key.publicKey.keyId);
  const names = findExtension(certificate.extensions, OID.SUBJECT_ALT_NAME);
  assert.match(new TextDecoder().decode(names?.value), /granted\.example\.com/);
});

Deno.test("renew() gives a new key the old subject and extensions, and keeps the mark of automatic signing", async () => {
  const { cau } = testCas(createMemoryStores());
  const key = await newKey("P-256");
  const newer = await newKey("P-256");
  const id = await cau.issuance.submit(await csrFor(key, "alice"), by(NOW));
  const old = await cau.issuance.certificate(id, NOW);
  const renewed = await certificateFromPem(
    await cau.issuance.renew(await renewalBody(old, key, await csrFor(newer, "mallory")), NOW + 60 * DAY),
  );
  assert.ok(equalBytes(renewed.subject, (await certificateFromPem(old)).subject));
  assert.equal(renewed.publicKey.keyId, newer.publicKey.keyId);
  assert.equal(renewed.notAfter, NOW - 10 + (60 + 93) * DAY);
  assert.equal(isAutoSigned(renewed), true);
});

Deno.test("renew() answers the same message with the same certificate, also at once", async () => {
  const { cas } = testCas(createMemoryStores());
  const key = await testKey("P-256");
  const old = await signedCertificate(cas, key);
  const body = await renewalBody(old, key, await csrFor(await newKey("P-256")));
  const answers = await Promise.all(Array.from({ length: 8 }, () => cas.issuance.renew(body, NOW)));
  assert.equal(new Set(answers).size, 1);
});

Deno.test("renew() stores the request without the text around it", async () => {
  const storage = createMemoryStores();
  const { cas } = testCas(storage);
  const [key, newer] = [await testKey("P-256"), await newKey("P-256")];
  const old = await signedCertificate(cas, key);
  const csr = await csrFor(newer);
  const wordy = utf8(`${"text ".repeat(1000)}\n${new TextDecoder().decode(csr)}`);
  const renewed = await cas.issuance.renew(await renewalBody(old, key, wordy), NOW);
  const stored = await storage.ca("cas").requests.findLike(newer.publicKey.keyId, csr, NOW);
  assert.deepEqual(stored.map(({ certificatePem }) => certificatePem), [renewed]);
});

Deno.test("renew() answers a message that was overheard as before, also when its request was sent and fetched like any other", async () => {
  const storage = createMemoryStores();
  const { cas } = testCas(storage);
  const [key, newer] = [await testKey("P-256"), await newKey("P-256")];
  const old = await signedCertificate(cas, key);
  const csr = await csrFor(newer);
  const body = await renewalBody(old, key, csr);
  const renewed = await cas.issuance.renew(body, NOW);
  const { notAfter } = await certificateFromPem(old);
  for (const now of [NOW, notAfter - 2 * DAY, notAfter - DAY / 2, notAfter]) {
    const id = await cas.issuance.submit(csr, by(now));
    assert.equal(await cas.issuance.fetchCertificate(id, now), renewed);
    assert.equal(await cas.issuance.renew(body, Math.min(now + DAY / 10, notAfter)), renewed);
  }
  const sent = await storage.ca("cas").requests.findLike(newer.publicKey.keyId, csr, notAfter + DAY);
  assert.deepEqual(sent, [], "it is not kept for good");
});

Deno.test("renew() refuses without a good old certificate and its holder's signature", async () => {
  const { cas, cau } = testCas(createMemoryStores());
  const key = await testKey("P-256");
  const old = await signedCertificate(cas, key);
  const csr = await csrFor(await newKey("P-256"));
  const body = await renewalBody(old, key, csr);
  await assert.rejects(cas.issuance.renew(body, NOW + 93 * DAY), isRefusal("untrusted"), "expired");
  await assert.rejects(cas.issuance.renew(body, NOW - 11), isRefusal("untrusted"), "not valid yet");
  await assert.rejects(cau.issuance.renew(body, NOW), isRefusal("untrusted"), "of another CA");
  const stranger = await renewalBody(old, await testKey("P-384"), csr);
  await assert.rejects(cas.issuance.renew(stranger, NOW), isRefusal("untrusted"), "signed by somebody else");
  const revocation: RevocationMessage = { by: "user", certificate: await certificateFromPem(old) };
  await cas.revocations.revoke(revocation, by(NOW));
  await assert.rejects(cas.issuance.renew(body, NOW), isRefusal("untrusted"), "revoked");
});

Deno.test("renew() refuses what is not a renewal", async () => {
  const { cas } = testCas(createMemoryStores());
  const payloads = ["{", "[]", "{}", '{"crt_pem": "x"}', '{"crt_pem": "x", "renew_csr_pem": "y"}'];
  for (const payload of payloads) {
    const body = JSON.stringify({ payload, digest: "sha256", signature: "AA==" });
    await assert.rejects(cas.issuance.renew(body, NOW), isRefusal("malformed"), payload);
  }
  await assert.rejects(cas.issuance.renew('{"payload": "{}", "digest": null}', NOW), isRefusal("malformed"));
});

Deno.test("fetchCertificate() keeps a certificate for a day, and about an hour after it was fetched", async () => {
  const { cas } = testCas(createMemoryStores());
  const [fetched = 0n, unread = 0n] = await Promise.all(["fetched", "unread"].map(async (name) => {
    const id = await cas.issuance.submit(await csrFor(await testKey("P-256"), name), by(NOW));
    await cas.issuance.approve(id, by(NOW));
    return id;
  }));
  await cas.issuance.fetchCertificate(fetched, NOW + 100);
  await cas.issuance.certificate(fetched, NOW + 100 + 4320);
  await assert.rejects(cas.issuance.certificate(fetched, NOW + 101 + 4320), isRefusal("not-found"));
  await cas.issuance.certificate(unread, NOW + DAY);
  await assert.rejects(cas.issuance.certificate(unread, NOW + DAY + 1), isRefusal("not-found"));
});
