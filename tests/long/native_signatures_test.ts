/** A million signatures by libcrypto, and as many verifications, of every kind: memory stays flat. */
import assert from "node:assert/strict";
import { utf8 } from "../../core/bytes.ts";
import { ECDSA, longestSalt, RSA_PKCS1, rsaPss, type SignatureAlgorithm } from "../../core/keys/signature_algorithm.ts";
import { testKey, type TestKeyKind } from "../support/keys.ts";
import { assertNoLeak } from "../support/leaks.ts";
import { nativeTest } from "../support/native.ts";

/** 13 bytes for each time of the most frequent kind. */
const MOST = 12 * 1024 * 1024;

const CASES: readonly (readonly [TestKeyKind, SignatureAlgorithm, count: number])[] = [
  ["P-256", ECDSA["SHA-256"], 900_000],
  ["RSA", RSA_PKCS1["SHA-256"], 40_000],
  ["RSA", rsaPss("SHA-256", longestSalt(2048, "SHA-256")), 40_000],
  ["P-384", ECDSA["SHA-384"], 10_000],
  ["P-521", ECDSA["SHA-512"], 10_000],
];

for (const [kind, algorithm, count] of CASES) {
  nativeTest(`${count} times signed and verified: ${algorithm.name}, ${kind}`, async (native) => {
    const { publicKey, ...key } = await testKey(kind);
    const signer = native.signerFor({ publicKey, ...key }, algorithm);
    assert.ok(signer);
    const data = utf8("data");
    await assertNoLeak(
      async () => {
        const signature = await signer.sign(data);
        assert.equal(await native.verdict(publicKey, algorithm, { data, signature }), true);
        const forged = signature.with(-1, (signature.at(-1) ?? 0) ^ 1);
        assert.equal(await native.verdict(publicKey, algorithm, { data, signature: forged }), false);
      },
      count,
      MOST,
    );
  });
}

nativeTest("a thousand new RSA keys", async (native) => {
  await assertNoLeak(async () => void await native.generateRsaKey(2048), 1_000, MOST);
});
