/** libcrypto's memory is nobody's but ours to free. The long version is tests/long/native_signatures_test.ts. */
import assert from "node:assert/strict";
import { utf8 } from "../../core/bytes.ts";
import { ECDSA } from "../../core/keys/signature_algorithm.ts";
import { testKey } from "../support/keys.ts";
import { assertNoLeak } from "../support/leaks.ts";
import { nativeTest } from "../support/native.ts";

/** A verification that kept its key alone would keep a kilobyte: 18 MB. */
const MOST = 12 * 1024 * 1024;

nativeTest("20 000 signatures and verifications keep no memory", async (native) => {
  const key = await testKey("P-256");
  const algorithm = ECDSA["SHA-256"];
  const signer = native.signerFor(key, algorithm);
  assert.ok(signer);
  await assertNoLeak(
    async () => {
      const data = utf8("data");
      const signature = await signer.sign(data);
      assert.equal(await native.verdict(key.publicKey, algorithm, { data, signature }), true);
    },
    20_000,
    MOST,
  );
});

nativeTest("signers that nobody has any more give their memory back", async (native) => {
  const key = await testKey("P-256");
  await assertNoLeak(
    async () => void await native.signerFor(key, ECDSA["SHA-256"])?.sign(utf8("data")),
    10_000,
    MOST,
  );
});
