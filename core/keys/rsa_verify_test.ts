import assert from "node:assert/strict";
import { utf8 } from "../bytes.ts";
import { openDer, readWholeBitString } from "../der/reader.ts";
import { TAG } from "../der/tags.ts";
import type { HashName } from "./hashes.ts";
import { importSigningKey, signWith } from "./private_key.ts";
import { parsePublicKey } from "./public_key.ts";
import { verifySignature } from "./verify_signature.ts";
import { readRsaPublicKey, type RsaPublicNumbers } from "./rsa_numbers.ts";
import { verifyRsa } from "./rsa_verify.ts";
import { longestSalt, RSA_PKCS1, type RsaPkcs1Algorithm, rsaPss, type RsaPssAlgorithm } from "./signature_algorithm.ts";
import { testKey } from "../../tests/support/keys.ts";
import vectors from "../../tests/vectors/keys/rsa_8192.json" with { type: "json" };

const DATA = utf8("signed data");
const HASHES: readonly HashName[] = ["SHA-256", "SHA-384", "SHA-512"];

function numbersOf(spki: Uint8Array): RsaPublicNumbers {
  const reader = openDer(spki, TAG.SEQUENCE, "key");
  reader.enter(TAG.SEQUENCE);
  return readRsaPublicKey(readWholeBitString(reader.expect(TAG.BIT_STRING), "key"), "key");
}

async function signed(algorithm: RsaPkcs1Algorithm | RsaPssAlgorithm) {
  const key = await testKey("RSA");
  const signature = await signWith(await importSigningKey(key, algorithm), algorithm, DATA);
  return { numbers: numbersOf(key.publicKey.spki), signature };
}

const ALGORITHMS = HASHES.flatMap((hash) => [
  RSA_PKCS1[hash],
  ...[0, 20, 32, longestSalt(2048, hash)].map((salt) => rsaPss(hash, salt)),
]);

for (const algorithm of ALGORITHMS) {
  Deno.test(`verifyRsa() agrees with WebCrypto on ${algorithm.name}`, async () => {
    const { numbers, signature } = await signed(algorithm);
    assert.equal(await verifyRsa(numbers, algorithm, { data: DATA, signature }), true);
    assert.equal(await verifyRsa(numbers, algorithm, { data: utf8("other data"), signature }), false);
    for (const index of [0, 100, 255]) {
      const broken = signature.with(index, (signature[index] ?? 0) ^ 1);
      assert.equal(await verifyRsa(numbers, algorithm, { data: DATA, signature: broken }), false, `byte ${index}`);
    }
  });
}

Deno.test("verifyRsa() refuses another hash, salt length or scheme than the one it was made with", async () => {
  const { numbers, signature } = await signed(rsaPss("SHA-256", 32));
  const others = [
    rsaPss("SHA-256", 31),
    rsaPss("SHA-256", 33),
    rsaPss("SHA-256", 0),
    rsaPss("SHA-384", 32),
    RSA_PKCS1["SHA-256"],
  ];
  for (const other of [...others, rsaPss("SHA-256", 300)]) {
    assert.equal(await verifyRsa(numbers, other, { data: DATA, signature }), false, other.name);
  }
});

Deno.test("verifyRsa() refuses a signature of another length, and one past the modulus", async () => {
  const algorithm = RSA_PKCS1["SHA-256"];
  const { numbers, signature } = await signed(algorithm);
  const longer = new Uint8Array([0, ...signature]);
  const past = new Uint8Array(256).fill(0xff);
  for (const wrong of [longer, signature.subarray(1), new Uint8Array(), past]) {
    assert.equal(await verifyRsa(numbers, algorithm, { data: DATA, signature: wrong }), false);
  }
});

Deno.test("verifySignature() verifies with a key of 8192 bits, which the runtime does not take", async () => {
  const key = await parsePublicKey(Uint8Array.fromBase64(vectors.spki), "key");
  assert.equal(key.bits, 8192);
  const pss = rsaPss("SHA-512", longestSalt(8192, "SHA-512"));
  for (
    const [algorithm, base64] of [[RSA_PKCS1["SHA-256"], vectors.pkcs1Sha256], [
      pss,
      vectors.pssSha512LongestSalt,
    ]] as const
  ) {
    const signature = Uint8Array.fromBase64(base64);
    assert.equal(await verifySignature(key, algorithm, { data: DATA, signature }), true);
    assert.equal(await verifySignature(key, algorithm, { data: utf8("other"), signature }), false);
  }
});
