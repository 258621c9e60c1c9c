import assert from "node:assert/strict";
import { messageFromJson, messageToJson, type SignedMessage, verifyMessage } from "../core/protocol/envelope.ts";
import { type Certificate, certificateFromPem, certificateToPem } from "../core/x509/certificate.ts";
import { csrFromPem } from "../core/x509/csr.ts";
import { utf8 } from "../core/bytes.ts";
import { leafOf, newGeneration } from "../tests/support/generations.ts";
import { DAY, NOW } from "../tests/support/issuing.ts";
import { newKey } from "../tests/support/keys.ts";
import { isRenewalDue, issuerAmong, renewAt } from "./renewal.ts";

const ca = await newGeneration(NOW);
const otherCa = await newGeneration(NOW);
const key = await newKey("P-256");
const certificate = await leafOf(ca, key.publicKey);
const holder = { certificate, key, authorities: [otherCa.certificate, ca.certificate], keyBits: 2048 };

/** What a renewal asks for. */
async function requestIn(message: SignedMessage) {
  const { crt_pem, renew_csr_pem } = JSON.parse(message.payload);
  return { old: await certificateFromPem(crt_pem), request: await csrFromPem(utf8(renew_csr_pem)) };
}

/** A server that answers a renewal with the certificate that `answer` makes. */
function fakeApi(answer: (message: SignedMessage) => Promise<Certificate>) {
  return {
    renew: async (sent: Parameters<typeof messageToJson>[0]) => {
      const message = messageFromJson(messageToJson(sent));
      assert.ok(message.digest !== null, "a renewal is signed");
      return certificateToPem(await answer(message));
    },
  };
}

Deno.test("renewAt() gives the pair of a new key, asked for with the old one", async () => {
  const api = fakeApi(async (message) => {
    await verifyMessage(message, key.publicKey);
    const { old, request } = await requestIn(message);
    assert.deepEqual(old.der, certificate.der);
    assert.deepEqual(request.subject, certificate.subject);
    assert.deepEqual(request.extensions, []);
    return await leafOf(ca, request.publicKey);
  });
  const renewed = await renewAt(api, holder);
  assert.match(renewed.keyPem, /^-----BEGIN RSA PRIVATE KEY-----\n/);
  assert.equal(renewed.certificate.publicKey.bits, 2048);
  assert.notEqual(renewed.certificate.publicKey.keyId, key.publicKey.keyId);
  assert.equal(renewed.certificatePem, certificateToPem(renewed.certificate));
});

Deno.test("renewAt() says that it is the server whose answer is no certificate", async () => {
  await assert.rejects(renewAt({ renew: () => Promise.resolve("<html>") }, holder), {
    code: "malformed",
    message: "the server answered with no usable certificate: certificate: no PEM block with the label CERTIFICATE",
  });
});

Deno.test("renewAt() refuses a certificate for another key", async () => {
  await assert.rejects(renewAt(fakeApi(() => Promise.resolve(certificate)), holder), {
    code: "untrusted",
    message: "the server answered with a certificate for another key",
  });
});

Deno.test("renewAt() refuses a certificate from a CA that is not known", async () => {
  const api = fakeApi(async (message) => await leafOf(ca, (await requestIn(message)).request.publicKey));
  await assert.rejects(renewAt(api, { ...holder, authorities: [otherCa.certificate] }), {
    code: "untrusted",
    message: /no stored CA certificate vouches for/,
  });
});

Deno.test("issuerAmong() finds the one that signed, of several with the same name", async () => {
  assert.equal(await issuerAmong(holder.authorities, certificate), ca.certificate);
  assert.equal(await issuerAmong([otherCa.certificate], certificate), undefined);
  assert.equal(await issuerAmong([], certificate), undefined);
});

Deno.test("isRenewalDue() is true with less than the threshold left, and after the end", () => {
  const left = (seconds: number) => certificate.notAfter - seconds;
  const cases: [threshold: number, now: number, due: boolean][] = [
    [31 * DAY, left(31 * DAY), false],
    [31 * DAY, left(31 * DAY) + 1, true],
    [31 * DAY, left(-5), true],
    [0, left(0), false],
    [0, left(-1), true],
  ];
  for (const [threshold, now, due] of cases) {
    assert.equal(isRenewalDue(certificate, threshold, now), due, `${threshold} ${now}`);
  }
});
