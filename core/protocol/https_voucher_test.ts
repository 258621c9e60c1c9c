import assert from "node:assert/strict";
import { isRefusal } from "../../tests/support/refusals.ts";
import { readVoucher, vouchForHttps } from "./https_voucher.ts";
import { certificateToPem, parseCertificate } from "../x509/certificate.ts";
import { messageSignerFor } from "../keys/signer.ts";
import { newCa, type TestCa } from "../../tests/support/issuing.ts";

const services = await newCa();
const stranger = await newCa();
const https = await newCa("ca.example.com");

async function certificateOf({ der }: TestCa) {
  return await parseCertificate(der);
}

async function voucherOf(ca: TestCa) {
  return { certificatePem: certificateToPem(await certificateOf(ca)), messageSigner: await messageSignerFor(ca.key) };
}

const httpsPem = certificateToPem(await certificateOf(https));
const trusted = [await certificateOf(services)];

Deno.test("readVoucher() gives the CA certificates that a known CA vouches for", async () => {
  const text = await vouchForHttps(await voucherOf(services), [httpsPem, httpsPem]);
  assert.deepEqual(await readVoucher(text, trusted), [httpsPem, httpsPem]);
});

Deno.test("readVoucher() refuses the voucher of a CA that is not known, or that another key signed", async () => {
  const foreign = await vouchForHttps(await voucherOf(stranger), [httpsPem]);
  await assert.rejects(readVoucher(foreign, trusted), isRefusal("untrusted"));
  const { certificatePem } = await voucherOf(services);
  const forged = await vouchForHttps({ certificatePem, messageSigner: await messageSignerFor(stranger.key) }, [
    httpsPem,
  ]);
  await assert.rejects(readVoucher(forged, trusted), isRefusal("untrusted"));
});

Deno.test("readVoucher() refuses what is no voucher", async () => {
  const voucher = await voucherOf(services);
  const good = JSON.parse(await vouchForHttps(voucher, [httpsPem]));
  const cases = ["", "[]", JSON.stringify({ ...good, digest: null }), JSON.stringify({ ...good, payload: "{}" })];
  for (const text of [...cases, await vouchForHttps(voucher, []), await vouchForHttps(voucher, ["text"])]) {
    await assert.rejects(readVoucher(text, trusted), isRefusal("malformed"), text.slice(0, 80));
  }
});
