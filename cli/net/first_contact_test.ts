import assert from "node:assert/strict";
import { openCaStore } from "../../core/host/trust_store.ts";
import { parseCertificate } from "../../core/x509/certificate.ts";
import { newCa, NOW, type TestCa } from "../../tests/support/issuing.ts";
import { chainJson, pemOf } from "../../tests/support/probed_server.ts";
import { tempFolder } from "../../tests/support/temp_folder.ts";
import { caFingerprint } from "../ca_fingerprint.ts";
import { type CaRefresh, refreshCaStore, type TrustApi } from "./trust_refresh.ts";

const OTHER = `sha256:${"00".repeat(32)}`;

/** A server with a CA certificate, or with two. */
async function serverWith(first: TestCa, next?: TestCa): Promise<TrustApi> {
  const chain = next === undefined ? "[]" : await chainJson(first, next);
  return {
    serverUrl: "http://ca.example.com/",
    caCertificate: () => Promise.resolve(pemOf(first)),
    caChain: () => Promise.resolve(chain),
    crls: () => Promise.reject(new Error("nobody asks")),
  };
}

async function fingerprintOf(ca: TestCa): Promise<string> {
  return await caFingerprint(await parseCertificate(ca.der));
}

interface ContactCase {
  readonly name: string;
  readonly stored: readonly TestCa[];
  readonly refresh: Omit<CaRefresh, "now">;
  /** What is stored in the end. */
  readonly found: readonly TestCa[];
  readonly refusal?: RegExp;
}

Deno.test("refreshCaStore() begins an empty store only with the CA certificate of the fingerprint", async () => {
  const [first, next, foreign] = [await newCa(), await newCa(), await newCa()];
  const fingerprint = await fingerprintOf(first);
  const [none, both] = [[], [first, next]];
  const cases: ContactCase[] = [
    { name: "unpinned", stored: none, refresh: {}, found: both },
    { name: "pinned", stored: none, refresh: { fingerprint }, found: both },
    { name: "pinned alone", stored: none, refresh: { fingerprint, trustOnFirstUse: false }, found: both },
    {
      name: "another",
      stored: none,
      refresh: { fingerprint: OTHER },
      found: none,
      refusal: /has the fingerprint sha256:/,
    },
    {
      name: "the successor's, which is not what newcomers get",
      stored: none,
      refresh: { fingerprint: await fingerprintOf(next) },
      found: none,
      refusal: /has the fingerprint sha256:/,
    },
    {
      name: "none where one is needed",
      stored: none,
      refresh: { trustOnFirstUse: false },
      found: none,
      refusal: /no fingerprint was given/,
    },
    { name: "a store that has begun", stored: [first], refresh: { fingerprint: OTHER }, found: both },
    { name: "a store of another CA", stored: [foreign], refresh: { fingerprint }, found: [foreign] },
    { name: "a store that has begun, unpinned", stored: [first], refresh: { trustOnFirstUse: false }, found: both },
  ];
  const server = await serverWith(first, next);
  for (const { name, stored, refresh, found, refusal } of cases) {
    await using folder = await tempFolder();
    const store = openCaStore(`${folder.path}/ca.pem`);
    if (stored.length > 0) await store.write(stored.map(pemOf));
    const refreshed = refreshCaStore(server, store, { now: NOW, ...refresh });
    if (refusal === undefined) await assert.doesNotReject(refreshed, name);
    else await assert.rejects(refreshed, { code: "untrusted", message: refusal }, name);
    assert.deepEqual(await store.read(), found.map(pemOf), name);
  }
});
