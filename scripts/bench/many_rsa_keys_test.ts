import assert from "node:assert/strict";
import { utf8 } from "../../core/bytes.ts";
import { signerFor } from "../../core/keys/signer.ts";
import { verifySignature } from "../../core/keys/verify_signature.ts";
import { manyRsaKeys } from "./many_rsa_keys.ts";

Deno.test("manyRsaKeys() makes different keys that sign", async () => {
  const keys = await manyRsaKeys(6);
  assert.equal(new Set(keys.map(({ publicKey }) => publicKey.keyId)).size, 6);
  const data = utf8("data");
  for (const key of keys) {
    const signer = await signerFor(key);
    const signature = await signer.sign(data);
    assert.equal(await verifySignature(key.publicKey, signer.algorithm, { data, signature }), true);
  }
});
