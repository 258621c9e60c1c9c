/**
 * Runs as a process of its own, with `--v8-flags=--expose-gc`: does one kind of work with libcrypto COUNT times, and
 * prints by how many bytes the process has grown since the first fifth of it.
 */
import { utf8 } from "../../core/bytes.ts";
import { ECDSA, longestSalt, RSA_PKCS1, rsaPss, type SignatureAlgorithm } from "../../core/keys/signature_algorithm.ts";
import { Libcrypto } from "../../server/keys/native/libcrypto.ts";
import { nativeKeys } from "../../server/keys/native/native_keys.ts";
import { testKey, type TestKeyKind } from "../support/keys.ts";

const [path = "", kind = "", count = ""] = Deno.args;
const native = nativeKeys(new Libcrypto(path));
const data = utf8("data");

async function signing(kind: TestKeyKind, algorithm: SignatureAlgorithm): Promise<() => Promise<void>> {
  const { publicKey, ...rest } = await testKey(kind);
  const signer = native.signerFor({ publicKey, ...rest }, algorithm);
  return async () => {
    const signature = await signer?.sign(data) ?? new Uint8Array();
    const forged = signature.with(-1, (signature.at(-1) ?? 0) ^ 1);
    for (const [one, good] of [[signature, true], [forged, false]] as const) {
      const verdict = await native.verdict(publicKey, algorithm, { data, signature: one });
      if (verdict !== good) throw new Error(`${algorithm.name}: ${verdict}`);
    }
  };
}

const WORK: Readonly<Record<string, () => Promise<() => Promise<void>>>> = {
  "P-256": () => signing("P-256", ECDSA["SHA-256"]),
  "P-384": () => signing("P-384", ECDSA["SHA-384"]),
  "P-521": () => signing("P-521", ECDSA["SHA-512"]),
  "RSA": () => signing("RSA", RSA_PKCS1["SHA-256"]),
  "PSS": () => signing("RSA", rsaPss("SHA-256", longestSalt(2048, "SHA-256"))),
  "signers": async () => {
    const key = await testKey("P-256");
    return async () => void await native.signerFor(key, ECDSA["SHA-256"])?.sign(data);
  },
  "keys": () => Promise.resolve(async () => void await native.generateRsaKey(2048)),
};

const gc = (globalThis as { gc?: () => void }).gc ?? (() => {});
const work = await WORK[kind]?.() ?? (() => Promise.reject(new Error(`what is ${kind}?`)));
const sizes: number[] = [];
for (let fifth = 0; fifth < 5; fifth++) {
  for (let done = 0; done < Number(count) / 5; done++) {
    await work();
    if (done % 200 === 0) gc();
  }
  // What became garbage is given back after the turn in which that was seen.
  await new Promise((resolve) => setTimeout(resolve, 50));
  gc();
  sizes.push(Deno.memoryUsage().rss);
}
console.log((sizes.at(-1) ?? 0) - (sizes[0] ?? 0));
