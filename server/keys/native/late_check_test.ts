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

nativeTest(
  "lateCheck() checks RSA and P-256 at once, when any key is used, and a rare curve for itself",
  async (keys) => {
    let signatures = 0;
    const counted: NativeKeys = { ...keys, signerFor: (...given) => (signatures++, keys.signerFor(...given)) };
    const { isTrusted } = lateCheck(counted, strictLog);
    for (const kind of ["RSA", "P-256"] as const) assert.ok(await isTrusted((await testKey(kind)).publicKey));
    assert.equal(signatures, 3);
    const { publicKey } = await testKey("P-384");
    assert.deepEqual(await Promise.all([isTrusted(publicKey), isTrusted(publicKey)]), [true, true]);
    assert.ok(await isTrusted(publicKey));
    assert.equal(signatures, 4);
  },
);

nativeTest("a curve that libcrypto fails at is WebCrypto's, with one warning", async (keys) => {
  const records: LogRecord[] = [];
  const wrong: NativeKeys = {
    ...keys,
    verdict: (key, ...signed) => key.curve === "P-384" ? Promise.resolve(true) : keys.verdict(key, ...signed),
  };
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

nativeTest("a libcrypto that fails at what every server needs gets no key, and makes none", async (keys) => {
  let used = 0;
  const wrong: NativeKeys = {
    ...keys,
    verdict: () => Promise.resolve(true),
    signerFor: (key, algorithm) => {
      if (key === mine) used++;
      return keys.signerFor(key, algorithm);
    },
  };
  const mine = await testKey("RSA");
  const { check, isTrusted } = lateCheck(wrong, strictLog);
  const operations = nativeOperations(wrong, strictLog, isTrusted);
  const signer = await operations.signerFor(mine);
  const signed = { data: utf8("data"), signature: await signer.sign(utf8("data")) };
  assert.equal(await operations.verify(mine.publicKey, signer.algorithm, { ...signed, data: utf8("other") }), false);
  assert.equal((await operations.generateRsaKey(2048)).publicKey.bits, 2048);
  assert.equal(used, 0);
  await assert.rejects(check(), /it takes wrong signatures for good ones/);
});
