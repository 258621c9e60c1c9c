import assert from "node:assert/strict";
import fc from "fast-check";
import { leafOf, newCa } from "../../tests/support/issuing.ts";
import { newKey } from "../../tests/support/keys.ts";
import { isRefusal } from "../../tests/support/refusals.ts";
import { certificateToPem } from "../x509/certificate.ts";
import { type Message, messageText, requireHolder, signMessage } from "./envelope.ts";
import {
  holderRevocation,
  MAX_SERIAL,
  readRevocation,
  readRevocationEnvelope,
  serialRevocation,
  userRevocation,
} from "./revocation.ts";

const ca = await newCa();
const key = await newKey("P-256");
const certificate = await leafOf(ca, key.publicKey);
const certificatePem = certificateToPem(certificate);

/** A message after it went over the wire. */
async function received(message: Message) {
  return await readRevocation(readRevocationEnvelope(messageText(message)));
}

Deno.test("readRevocation() reads what the holder of a certificate signed", async () => {
  const read = await received(await holderRevocation(certificatePem, key));
  assert.ok(read.by === "holder");
  assert.deepEqual(read.certificate.der, certificate.der);
  await requireHolder(read.message, read.certificate);
});

Deno.test("requireHolder() refuses a revocation that another key signed", async () => {
  const read = await received(await holderRevocation(certificatePem, ca.key));
  assert.ok(read.by === "holder");
  await assert.rejects(requireHolder(read.message, read.certificate), isRefusal("untrusted"));
});

Deno.test("readRevocation() reads the certificate that a user names", async () => {
  assert.deepEqual(await received(userRevocation(certificatePem)), { by: "user", certificate });
});

Deno.test("readRevocation() reads every serial number that a user names, exactly", async () => {
  await fc.assert(fc.asyncProperty(fc.bigInt({ min: 0n, max: MAX_SERIAL }), async (serial) => {
    assert.deepEqual(await received(serialRevocation(serial)), { by: "user", serial });
  }));
});

Deno.test("readRevocation() takes exact serial numbers from 0 to 2^159 - 1 and nothing else", async () => {
  const read = (payload: string) => readRevocation(readRevocationEnvelope(JSON.stringify({ payload, digest: null })));
  for (const serial of ["0", "9007199254740993", `${(1n << 159n) - 1n}`]) {
    assert.deepEqual(await read(`{"revoke_serial": ${serial}}`), { by: "user", serial: BigInt(serial) });
  }
  for (const serial of ["-1", "1.5", '"5"', "null", `${1n << 159n}`, "1e3", "1e400", "true", "[5]"]) {
    await assert.rejects(read(`{"revoke_serial": ${serial}}`), isRefusal("malformed"), serial);
  }
});

Deno.test("readRevocation() refuses a serial number that somebody signed: it is nobody's to sign for", async () => {
  const { payload } = serialRevocation(5n);
  await assert.rejects(received(await signMessage(payload, key)), isRefusal("malformed"));
});
