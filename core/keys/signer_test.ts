import assert from "node:assert/strict";
import { utf8 } from "../bytes.ts";
import { derBitString, derInteger, derNull, derOid, derSequence } from "../der/writer.ts";
import { OID } from "../der/oids.ts";
import { importSigningKey } from "./private_key.ts";
import { parsePublicKey } from "./public_key.ts";
import { ECDSA, ED25519, RSA_PKCS1, rsaPss, type SignatureAlgorithm } from "./signature_algorithm.ts";
import { messageSignerFor, signerFor } from "./signer.ts";
import { TEST_KEY_KINDS, testKey } from "../../tests/support/keys.ts";
import type { TestKeyKind } from "../../tests/support/keys.ts";

const EXPECTED: Record<TestKeyKind, SignatureAlgorithm> = {
  "RSA": RSA_PKCS1["SHA-256"],
  "P-256": ECDSA["SHA-256"],
  "P-384": ECDSA["SHA-384"],
  "P-521": ECDSA["SHA-512"],
  "Ed25519": ED25519,
};

for (const kind of TEST_KEY_KINDS) {
  Deno.test(`signerFor() signs with ${EXPECTED[kind].name} for ${kind}`, async () => {
    const key = await testKey(kind);
    const signer = await signerFor(key);
    assert.deepEqual(signer.algorithm, EXPECTED[kind]);
    assert.equal(signer.publicKey, key.publicKey);
  });

  Deno.test(`importSigningKey() makes a key of ${kind} that cannot be exported`, async () => {
    const imported = await importSigningKey(await testKey(kind), EXPECTED[kind]);
    assert.equal(imported.extractable, false);
    await assert.rejects(crypto.subtle.exportKey("pkcs8", imported));
  });
}

Deno.test("signerFor() signs many at once, RSA PKCS#1 always with the same bytes", async () => {
  const signer = await signerFor(await testKey("RSA"));
  const signatures = await Promise.all(Array.from({ length: 8 }, () => signer.sign(utf8("data"))));
  assert.equal(new Set(signatures.map((signature) => signature.toHex())).size, 1);
});

Deno.test("signerFor() takes another algorithm when asked to", async () => {
  const algorithm = rsaPss("SHA-512", 64);
  const signer = await signerFor(await testKey("RSA"), algorithm);
  assert.equal(signer.algorithm, algorithm);
  assert.equal((await signer.sign(utf8("data"))).length, 256);
});

Deno.test("messageSignerFor() refuses an RSA key that is too short for the hash", async () => {
  const numbers = derSequence(derInteger(2n ** 511n + 1n), derInteger(3));
  const spki = derSequence(derSequence(derOid(OID.RSA_ENCRYPTION), derNull()), derBitString(numbers));
  const key = { pkcs8: new Uint8Array(), publicKey: await parsePublicKey(spki, "it") };
  await assert.rejects(messageSignerFor(key, "SHA-512"), { code: "unacceptable", message: /512 bits is too short/ });
});
