/**
 * Private keys for tests, one of each kind, made when first asked for and then shared: an RSA key costs a third of a
 * second.
 */
import { generateRsaKey } from "../../core/host/generate_key.ts";
import { parsePrivateKeyDer, type PrivateKey } from "../../core/keys/private_key.ts";

export type TestKeyKind = "RSA" | "P-256" | "P-384" | "P-521" | "Ed25519";

export const TEST_KEY_KINDS: readonly TestKeyKind[] = ["RSA", "P-256", "P-384", "P-521", "Ed25519"];

const keys = new Map<TestKeyKind, Promise<PrivateKey>>();

/** The shared key of a kind; RSA has 2048 bits. */
export function testKey(kind: TestKeyKind): Promise<PrivateKey> {
  const key = keys.get(kind) ?? newKey(kind);
  keys.set(kind, key);
  return key;
}

/** A key that no other test has. */
export async function newKey(kind: TestKeyKind): Promise<PrivateKey> {
  if (kind === "RSA") return await generateRsaKey(2048);
  const algorithm = kind === "Ed25519" ? { name: kind } : { name: "ECDSA", namedCurve: kind };
  const pair = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  if (!("privateKey" in pair)) throw new TypeError(`${kind} gave no pair of keys`);
  return await parsePrivateKeyDer(new Uint8Array(await crypto.subtle.exportKey("pkcs8", pair.privateKey)));
}
