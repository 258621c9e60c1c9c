import assert from "node:assert/strict";
import { isRefusal } from "../../tests/support/refusals.ts";
import { readVoucher, vouchForHttps } from "./https_voucher.ts";
import { newCa, vouching } from "../../tests/support/issuing.ts";

const services = await newCa();
const stranger = await newCa();
const https = await newCa({ name: "http_cas" });

const httpsPem = https.certificatePem;
const trusted = [services.certificate];

Deno.test("readVoucher() gives the CA certificates that a known CA vouches for", async () => {
  const text = await vouchForHttps(await vouching(services), [httpsPem, httpsPem]);
  assert.deepEqual(await readVoucher(text, trusted), [httpsPem, httpsPem]);
});

Deno.test("readVoucher() refuses the voucher of a CA that is not known, or that another key signed", async () => {
  const foreign = await vouchForHttps(await vouching(stranger), [httpsPem]);
  await assert.rejects(readVoucher(foreign, trusted), isRefusal("untrusted"));
  const forged = await vouchForHttps(await vouching(services, stranger.key), [httpsPem]);
  await assert.rejects(readVoucher(forged, trusted), isRefusal("untrusted"));
});

Deno.test("readVoucher() refuses what is no voucher", async () => {
  const voucher = await vouching(services);
  const good = JSON.parse(await vouchForHttps(voucher, [httpsPem]));
  const cases = ["", "[]", JSON.stringify({ ...good, digest: null }), JSON.stringify({ ...good, payload: "{}" })];
  for (const text of [...cases, await vouchForHttps(voucher, []), await vouchForHttps(voucher, ["text"])]) {
    await assert.rejects(readVoucher(text, trusted), isRefusal("malformed"), text.slice(0, 80));
  }
});
