/** What the server keeps of its keys: nothing that any of its code could show, write or send. */
import assert from "node:assert/strict";
import type { Issuer } from "../../core/ca/issuer.ts";
import { onlyPem, PEM_LABEL } from "../../core/pem.ts";
import { privateKeyFromPem } from "../../core/keys/private_key.ts";
import { createMemoryStores } from "../../core/ca/memory_stores.ts";
import { NOW } from "../support/issuing.ts";
import { testCas } from "../support/certificate_authorities.ts";
import { testKey } from "../support/keys.ts";
import { type Secret, secretsIn, secretsOfKey } from "./secret_search.ts";

/** All bytes and texts that can be reached from `root` by its members. */
function reachable(root: object): Uint8Array[] {
  const found: Uint8Array[] = [];
  const seen = new Set<unknown>([root]);
  for (const value of seen) {
    if (typeof value === "string") found.push(new TextEncoder().encode(value));
    if (value instanceof Uint8Array) found.push(value);
    else if (typeof value === "object" && value !== null) {
      for (const name of Reflect.ownKeys(value)) seen.add(Reflect.get(value, name));
    }
  }
  return found;
}

function secretsWithin(root: object, secrets: readonly Secret[]): string[] {
  return reachable(root).flatMap((content) => secretsIn(content, secrets));
}

Deno.test("an open CA cannot show its private key", async () => {
  const storage = createMemoryStores();
  const { cas } = testCas(storage);
  const [issuer] = await cas.issuers.ensureValid(NOW);
  const [row] = (await storage.ca("cas").issuers.list()).issuers;
  assert.ok(issuer && row);
  const key = await privateKeyFromPem(onlyPem(row.key.pem, [PEM_LABEL.PKCS1], "key"));
  const secrets = secretsOfKey("the CA's key", key);
  assert.deepEqual(secretsWithin(issuer, secrets), []);
  const shown = new TextEncoder().encode(
    Deno.inspect(issuer, { depth: 10, showHidden: true, iterableLimit: Infinity }),
  );
  assert.deepEqual(secretsIn(shown, secrets), []);
  // The search would find it.
  assert.notDeepEqual(secretsWithin({ key }, secrets), []);
});

Deno.test("keys are imported so that they cannot be exported again, whatever signs with them", async () => {
  const { importKey } = crypto.subtle;
  const extractable: boolean[] = [];
  crypto.subtle.importKey = function (...args: Parameters<SubtleCrypto["importKey"]>) {
    if (args[0] === "pkcs8") extractable.push(args[3]);
    return importKey.apply(crypto.subtle, args);
  } as SubtleCrypto["importKey"];
  try {
    const { cas, http_cas } = testCas(createMemoryStores());
    const issuers: Issuer[] = [...await cas.issuers.ensureValid(NOW), ...await http_cas.issuers.ensureValid(NOW)];
    for (const { signer, messageSigner } of issuers) {
      await signer.sign(new Uint8Array(1));
      await messageSigner.sign(new Uint8Array(1));
    }
    await testKey("P-256");
    await testKey("Ed25519");
  } finally {
    crypto.subtle.importKey = importKey;
  }
  assert.ok(extractable.length > 0);
  assert.ok(!extractable.includes(true));
});
