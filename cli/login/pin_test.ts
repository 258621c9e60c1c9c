import assert from "node:assert/strict";
import { openCaStore } from "../../core/host/trust_store.ts";
import { chainOf, newCa, NOW, type TestCa } from "../../tests/support/issuing.ts";
import { isRefusal } from "../../tests/support/refusals.ts";
import { tempFolder } from "../../tests/support/temp_folder.ts";
import { caFingerprint } from "../ca_fingerprint.ts";
import { pinned } from "./pin.ts";

const OTHER = `sha256:${"0".repeat(64)}`;

async function serverOf(ca: TestCa) {
  const chain = await chainOf([ca]);
  return {
    serverUrl: "http://ca/",
    caCertificate: () => Promise.resolve(ca.certificatePem),
    caChain: () => Promise.resolve(chain),
    crls: () => Promise.resolve(""),
  };
}

Deno.test("pinned() begins a store with what the fingerprint names, and with nothing else", async () => {
  await using folder = await tempFolder();
  const ca = await newCa();
  const api = await serverOf(ca);
  const store = openCaStore(`${folder.path}/cas.pem`);
  const pin = (fingerprint: string) => pinned(api, store, { fingerprint, isTrusting: false, now: NOW });
  await assert.rejects(pin(OTHER), isRefusal("untrusted"));
  assert.deepEqual(await store.read(), []);
  const [first, ...others] = await pin(await caFingerprint(ca.certificate));
  assert.deepEqual([first?.der, others], [ca.certificate.der, []]);
  assert.equal((await store.read()).length, 1);
});

Deno.test("pinned() takes no store for that of another CA", async () => {
  await using folder = await tempFolder();
  const ca = await newCa();
  const api = await serverOf(ca);
  const store = openCaStore(`${folder.path}/cas.pem`);
  await store.write([ca.certificatePem]);
  await assert.rejects(pinned(api, store, { fingerprint: OTHER, isTrusting: true, now: NOW }), isRefusal("untrusted"));
  const fingerprint = await caFingerprint(ca.certificate);
  assert.equal((await pinned(api, store, { fingerprint, isTrusting: false, now: NOW })).length, 1);
  assert.equal((await pinned(api, store, { fingerprint: undefined, isTrusting: false, now: NOW })).length, 1);
});

Deno.test("pinned() takes what the server shows only where that was asked for", async () => {
  await using folder = await tempFolder();
  const api = await serverOf(await newCa());
  const trusting = { fingerprint: undefined, isTrusting: true, now: NOW };
  assert.equal((await pinned(api, openCaStore(`${folder.path}/cas.pem`), trusting)).length, 1);
});
