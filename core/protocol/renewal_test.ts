import assert from "node:assert/strict";
import fc from "fast-check";
import { leafOf, newCa } from "../../tests/support/issuing.ts";
import { newKey } from "../../tests/support/keys.ts";
import { isRefusal } from "../../tests/support/refusals.ts";
import { certificateToPem } from "../x509/certificate.ts";
import { messageText, requireHolder, signMessage } from "./envelope.ts";
import { readRenewal, signRenewal } from "./renewal.ts";

const ca = await newCa();
const key = await newKey("P-256");
const certificate = await leafOf(ca, key.publicKey);
const certificatePem = certificateToPem(certificate);

Deno.test("readRenewal() reads what signRenewal() wrote, whatever the request is", async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: "binary" }), async (csrPem) => {
      const read = await readRenewal(messageText(await signRenewal({ certificatePem, csrPem }, key)));
      assert.deepEqual(read.certificate.der, certificate.der);
      assert.equal(read.csrPem, csrPem);
      await requireHolder(read.message, read.certificate);
    }),
    { numRuns: 30 },
  );
});

Deno.test("requireHolder() refuses a renewal that another key signed", async () => {
  const { message, certificate } = await readRenewal(
    messageText(await signRenewal({ certificatePem, csrPem: "" }, ca.key)),
  );
  await assert.rejects(requireHolder(message, certificate), isRefusal("untrusted"));
});

Deno.test("readRenewal() refuses what is no renewal", async () => {
  const bodies = ["", "[]", JSON.stringify({ digest: null, payload: "{}" })];
  for (const payload of ["{", "[]", "{}", '{"crt_pem": "x"}', '{"crt_pem": "x", "renew_csr_pem": "y"}']) {
    bodies.push(messageText(await signMessage(payload, key)));
  }
  for (const body of bodies) await assert.rejects(readRenewal(body), isRefusal("malformed"), body);
});
