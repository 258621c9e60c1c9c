/** What the profiles make, read back by our own parsers: both halves of `core/x509` agree. */
import assert from "node:assert/strict";
import { bytesToBigInt } from "../../core/bytes.ts";
import { checkCaSuccessor, prepareCaSuccessor } from "../../core/profiles/ca_profile.ts";
import { isIssuedBy, isValidAt, parseCertificate } from "../../core/x509/certificate.ts";
import { isCrlSignedBy, parseCrl } from "../../core/x509/crl.ts";
import { buildCrl } from "../../core/x509/crl_builder.ts";
import { CrlEntries } from "../../core/x509/crl_entries.ts";
import { newSerial, signCertificate } from "../../core/x509/tbs_certificate.ts";
import { prepareLeaf } from "../../core/profiles/leaf_profile.ts";
import { nameToText } from "../../core/x509/name.ts";
import { isAutoSigned, policiesExtension } from "../../core/profiles/policies.ts";
import { signerFor } from "../../core/keys/signer.ts";
import { DAY, hexOf, issueLeaf, leafOrder, LIFE_SPAN, newCa, newEcKey, NOW, random } from "../support/issuing.ts";

const OLD_MARK = { oid: "2.25.285541874270823339875695650038637483517.0", qualifiers: undefined };

Deno.test("a CA certificate reads as a CA that issued itself", async () => {
  const ca = await newCa();
  const { certificate } = ca;
  assert.ok(certificate.isCa && await isIssuedBy(certificate, certificate));
  assert.equal(certificate.keyIdentifier, ca.key.publicKey.keyId);
  assert.equal(nameToText(certificate.subject), "CN=Caucase CAS at ca.example.com:8009");
  assert.equal(certificate.notAfter - certificate.notBefore, 4 * LIFE_SPAN);
});

Deno.test("a normal certificate reads as what was ordered", async () => {
  const ca = await newCa();
  const { certificate: issuer } = ca;
  const { publicKey } = await newEcKey();
  const order = leafOrder(issuer, publicKey);
  const prepared = prepareLeaf(order);
  const leaf = await issueLeaf(order, ca);
  assert.ok(!leaf.isCa && await isIssuedBy(leaf, issuer));
  assert.equal(leaf.serial, bytesToBigInt(order.serial));
  assert.equal(hexOf(leaf.extensions), hexOf(prepared.extensions));
  assert.deepEqual([NOW - 11, NOW, NOW + LIFE_SPAN].map((now) => isValidAt(leaf, now)), [false, true, false]);
});

Deno.test("the auto-signed mark survives renewals, also from the former arc, and a request cannot bring it", async () => {
  const ca = await newCa();
  const { publicKey } = await newEcKey();
  const issued = async (change: object) => {
    const order = { ...leafOrder(ca.certificate, publicKey, [policiesExtension([OLD_MARK], false)]), ...change };
    return await issueLeaf(order, ca);
  };
  assert.ok(!isAutoSigned(await issued({})));
  assert.ok(isAutoSigned(await issued({ autoSigned: true })));
  const first = await issued({ keepCaucasePolicies: true });
  const second = await issued({ keepCaucasePolicies: true, content: first });
  assert.ok(isAutoSigned(first) && isAutoSigned(second));
  assert.equal(hexOf(first.extensions), hexOf(second.extensions));
});

Deno.test("a CA's successor has its subject and a key identifier of its own", async () => {
  const predecessor = (await newCa({ name: "http_cas", host: "192.0.2.1" })).certificate;
  const key = await newEcKey();
  const order = { predecessor, publicKey: key.publicKey, now: NOW, lifeSpan: 4 * LIFE_SPAN, serial: newSerial(random) };
  const checked = checkCaSuccessor(prepareCaSuccessor(order), order);
  const successor = await parseCertificate(await signCertificate(checked, await signerFor(key)));
  assert.ok(successor.isCa && await isIssuedBy(successor, successor));
  assert.deepEqual(successor.subject, predecessor.subject);
  assert.equal(successor.keyIdentifier, key.publicKey.keyId);
  assert.equal(hexOf(successor.extensions.slice(2)), hexOf(predecessor.extensions.slice(2)));
});

Deno.test("a CRL reads as what was built", async () => {
  const ca = await newCa();
  const serials = [0n, 1n, 255n, 1n << 158n];
  const entries = CrlEntries.NONE.with(serials.map((serial, index) => ({ serial, revocationDate: NOW - index })));
  const content = { issuer: ca.certificate, thisUpdate: NOW, nextUpdate: NOW + DAY, number: 12n, entries };
  const crl = parseCrl((await buildCrl(content, ca.signer)).join());
  assert.ok(await isCrlSignedBy(crl, ca.certificate));
  assert.deepEqual([crl.thisUpdate, crl.nextUpdate, crl.number], [NOW, NOW + DAY, 12n]);
  assert.deepEqual([...crl.entries()], serials.map((serial, index) => ({ serial, revocationDate: NOW - index })));
  assert.deepEqual([1n, 2n].map((serial) => crl.revoked(serial)), [true, false]);
});
