import assert from "node:assert/strict";
import { utf8 } from "../../../core/bytes.ts";
import { parsePrivateKeyDer, type PrivateKey } from "../../../core/keys/private_key.ts";
import {
  ECDSA,
  ED25519,
  longestSalt,
  RSA_PKCS1,
  rsaPss,
  type SignatureAlgorithm,
} from "../../../core/keys/signature_algorithm.ts";
import { signerFor } from "../../../core/keys/signer.ts";
import { verifySignature } from "../../../core/keys/verify_signature.ts";
import { testKey, type TestKeyKind } from "../../../tests/support/keys.ts";
import { nativeTest } from "../../../tests/support/native.ts";
import { recordedLog, strictLog } from "../../../tests/support/recorded_log.ts";
import type { NativeKeys } from "./native_keys.ts";
import { nativeOperations } from "./native_operations.ts";

const HASHES = ["SHA-256", "SHA-384", "SHA-512"] as const;

const CASES: readonly (readonly [TestKeyKind, readonly SignatureAlgorithm[]])[] = [
  ["RSA", HASHES.flatMap((hash) => [RSA_PKCS1[hash], rsaPss(hash, longestSalt(2048, hash)), rsaPss(hash, 0)])],
  ["P-256", Object.values(ECDSA)],
  ["P-384", Object.values(ECDSA)],
  ["P-521", Object.values(ECDSA)],
];

/** More than is hashed on the spot, too. */
const TEXTS = [new Uint8Array(), utf8("data"), new Uint8Array(100_000).fill(7)];

for (const [kind, algorithms] of CASES) {
  nativeTest(`what libcrypto signs with ${kind}, WebCrypto verifies, and the other way round`, async (native) => {
    const key = await testKey(kind);
    for (const algorithm of algorithms) {
      const signers = [native.signerFor(key, algorithm), await signerFor(key, algorithm)];
      for (const data of TEXTS) {
        for (const signer of signers) {
          assert.ok(signer);
          assert.equal(signer.algorithm, algorithm);
          const signed = { data, signature: await signer.sign(data) };
          assert.equal(await native.verdict(key.publicKey, algorithm, signed), true, algorithm.name);
          assert.equal(await verifySignature(key.publicKey, algorithm, signed), true, algorithm.name);
        }
      }
    }
  });
}

nativeTest("many signatures at once are each their own", async (native) => {
  const key = await testKey("P-256");
  const signer = native.signerFor(key, ECDSA["SHA-256"]);
  assert.ok(signer);
  await Promise.all(Array.from({ length: 200 }, async (_, index) => {
    const data = utf8(`text ${index}`);
    const signature = await signer.sign(data);
    assert.equal(await verifySignature(key.publicKey, ECDSA["SHA-256"], { data, signature }), true);
  }));
});

nativeTest("Ed25519 is left to WebCrypto", async (native) => {
  const key = await testKey("Ed25519");
  assert.equal(native.signerFor(key, ED25519), undefined);
  const { signerFor, verify } = nativeOperations(native, strictLog);
  const data = utf8("data");
  const signature = await (await signerFor(key)).sign(data);
  assert.equal(await native.verdict(key.publicKey, ED25519, { data, signature }), undefined);
  assert.equal(await verify(key.publicKey, ED25519, { data, signature }), true);
  assert.equal(await verify(key.publicKey, ED25519, { data: utf8("other"), signature }), false);
});

nativeTest("generateRsaKey() makes keys of the bits that were asked for, and no weak ones", async (native) => {
  const key = await native.generateRsaKey(2056);
  assert.equal(key.publicKey.bits, 2056);
  assert.deepEqual(await parsePrivateKeyDer(key.pkcs8), key);
  assert.notEqual((await native.generateRsaKey(2048)).publicKey.keyId, key.publicKey.keyId);
  for (const bits of [0, 1024, 2047, 20_000, 2048.5]) {
    await assert.rejects(native.generateRsaKey(bits), { code: "unacceptable" });
  }
});

nativeTest("WebCrypto signs with a key that libcrypto does not take, which is said", async (native) => {
  const refusing: NativeKeys = {
    ...native,
    signerFor: () => {
      throw new Error("not this one");
    },
  };
  const warnings: string[] = [];
  const isTrusted = () => Promise.resolve(true);
  const key: PrivateKey = await testKey("P-256");
  const signer = await nativeOperations(refusing, recordedLog(warnings), isTrusted).signerFor(key);
  const data = utf8("data");
  const signature = await signer.sign(data);
  assert.ok(await verifySignature(key.publicKey, signer.algorithm, { data, signature }));
  const { keyId } = key.publicKey;
  assert.match(warnings.join(), new RegExp(`^WebCrypto signs with the key ${keyId}, .*: not this one`));
});

nativeTest("where libcrypto cannot tell, WebCrypto does", async (native) => {
  const silent: NativeKeys = { ...native, verdict: () => Promise.resolve(undefined) };
  const key = await testKey("P-256");
  const { signerFor, verify } = nativeOperations(silent, strictLog);
  const data = utf8("data");
  const signature = await (await signerFor(key)).sign(data);
  assert.equal(await verify(key.publicKey, ECDSA["SHA-256"], { data, signature }), true);
  assert.equal(await verify(key.publicKey, ECDSA["SHA-256"], { data: utf8("other"), signature }), false);
});
