import assert from "node:assert/strict";
import { utf8 } from "../../../core/bytes.ts";
import { ECDSA } from "../../../core/keys/signature_algorithm.ts";
import { createLog, type LogRecord, sentenceOf } from "../../../core/log.ts";
import { testKey } from "../../../tests/support/keys.ts";
import { nativeTest } from "../../../tests/support/native.ts";
import { strictLog } from "../../../tests/support/recorded_log.ts";
import { lateCheck } from "./late_check.ts";
import type { NativeKeys } from "./native_keys.ts";
import { nativeOperations } from "./native_operations.ts";

nativeTest("lateCheck() checks a rare curve once, when a key on it is used, and RSA and P-256 never", async (keys) => {
  let signatures = 0;
  const counted: NativeKeys = { ...keys, signerFor: (...given) => (signatures++, keys.signerFor(...given)) };
  const isTrusted = lateCheck(counted, strictLog);
  for (const kind of ["RSA", "P-256"] as const) assert.ok(await isTrusted((await testKey(kind)).publicKey));
  assert.equal(signatures, 0);
  const { publicKey } = await testKey("P-384");
  assert.deepEqual(await Promise.all([isTrusted(publicKey), isTrusted(publicKey)]), [true, true]);
  assert.ok(await isTrusted(publicKey));
  assert.equal(signatures, 1);
});

nativeTest("a curve that libcrypto fails at is WebCrypto's, with one warning", async (keys) => {
  const records: LogRecord[] = [];
  const wrong: NativeKeys = { ...keys, verdict: () => Promise.resolve(true) };
  const operations = nativeOperations(wrong, createLog((record) => records.push(record)));
  const key = await testKey("P-384");
  const signer = await operations.signerFor(key);
  const signed = { data: utf8("data"), signature: await signer.sign(utf8("data")) };
  const algorithm = ECDSA["SHA-384"];
  assert.equal(await operations.verify(key.publicKey, algorithm, signed), true);
  assert.equal(await operations.verify(key.publicKey, algorithm, { ...signed, data: utf8("other") }), false);
  assert.deepEqual(records.map(sentenceOf), [
    "WebCrypto does what is done with keys on P-384, as libcrypto fails at it: " +
    "it takes wrong signatures for good ones (ECDSA with SHA-384, P-384)",
  ]);
});
