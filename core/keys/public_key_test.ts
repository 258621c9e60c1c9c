import assert from "node:assert/strict";
import { concatBytes, utf8 } from "../bytes.ts";
import { TAG } from "../der/tags.ts";
import { derBitString, derElement, derInteger, derNull, derOid, derSequence } from "../der/writer.ts";
import { OID } from "../der/oids.ts";
import { checkKeyStrength, parsePublicKey } from "./public_key.ts";
import { verifyMessageBytes, verifySignature } from "./verify_signature.ts";
import { ECDSA, ED25519, longestSalt, RSA_PKCS1, rsaPss } from "./signature_algorithm.ts";
import { messageSignerFor, signerFor } from "./signer.ts";
import { newKey, TEST_KEY_KINDS, testKey } from "../../tests/support/keys.ts";

const RSA = derSequence(derOid(OID.RSA_ENCRYPTION), derNull());
const ODD_2048 = 2n ** 2047n + 1n;

function spki(algorithm: Uint8Array, bits: Uint8Array): Uint8Array {
  return derSequence(algorithm, derBitString(bits));
}

function rsa(modulus: bigint, exponent: bigint): Uint8Array {
  return spki(RSA, derSequence(derInteger(modulus), derInteger(exponent)));
}

function ec(curve: Uint8Array, point: Uint8Array): Uint8Array {
  return spki(derSequence(derOid(OID.EC_PUBLIC_KEY), curve), point);
}

const SHAPES = {
  "RSA": { kind: "RSA", bits: 2048, curve: undefined },
  "P-256": { kind: "EC", bits: 256, curve: "P-256" },
  "P-384": { kind: "EC", bits: 384, curve: "P-384" },
  "P-521": { kind: "EC", bits: 521, curve: "P-521" },
  "Ed25519": { kind: "Ed25519", bits: 255, curve: undefined },
} as const;

for (const name of TEST_KEY_KINDS) {
  Deno.test(`parsePublicKey() reads a key of the kind ${name}`, async () => {
    const { publicKey } = await testKey(name);
    const { kind, bits, curve } = await parsePublicKey(publicKey.spki, "it");
    assert.deepEqual({ kind, bits, curve }, SHAPES[name]);
    checkKeyStrength(publicKey);
  });
}

Deno.test("parsePublicKey() takes SHA-1 of the key's bits as its identifier", async () => {
  // The key of RFC 8410 10.1; the digest is that of sha1sum.
  const key = await parsePublicKey(
    Uint8Array.fromHex("302a300506032b657003210019bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1"),
    "it",
  );
  assert.equal(key.keyId, "a28cc1f86e5960d3e03ae75c962c97a8d448293c");
});

Deno.test("parsePublicKey() keeps bytes of its own", async () => {
  const der = rsa(ODD_2048, 65537n);
  const key = await parsePublicKey(der, "it");
  der.fill(0);
  assert.deepEqual(key.spki, rsa(ODD_2048, 65537n));
});

for (
  const [modulus, exponent] of [[2n ** 511n + 1n, 3n], [2n ** 16384n - 1n, 2n ** 64n - 1n], [ODD_2048, 65537n]] as const
) {
  const bits = modulus.toString(2).length;
  Deno.test(`parsePublicKey() reads RSA of ${bits} bits with the exponent ${exponent}`, async () => {
    assert.equal((await parsePublicKey(rsa(modulus, exponent), "it")).bits, bits);
  });
}

const UNACCEPTABLE: Record<string, { der: Uint8Array; message: RegExp }> = {
  "RSA of 511 bits": { der: rsa(2n ** 510n + 1n, 3n), message: /511 bits/ },
  "RSA of 16385 bits": { der: rsa(2n ** 16384n + 1n, 3n), message: /16385 bits/ },
  "RSA of a million bits": { der: rsa(2n ** 1000000n + 1n, 3n), message: /more than 16384 bits/ },
  "an even modulus": { der: rsa(ODD_2048 + 1n, 3n), message: /even RSA modulus/ },
  "an even exponent": { der: rsa(ODD_2048, 65536n), message: /exponent/ },
  "an exponent of one": { der: rsa(ODD_2048, 1n), message: /exponent/ },
  "an exponent over 64 bits": { der: rsa(ODD_2048, 2n ** 64n + 1n), message: /exponent/ },
  "RSA restricted to PSS": { der: spki(derSequence(derOid(OID.RSASSA_PSS)), rsa(ODD_2048, 3n)), message: /RSASSA-PSS/ },
  "Ed448": { der: spki(derSequence(derOid("1.3.101.113")), new Uint8Array(57)), message: /key of the kind Ed448$/ },
  "secp256k1": { der: ec(derOid("1.3.132.0.10"), new Uint8Array(65)), message: /curve secp256k1$/ },
  "a curve with parameters of its own": {
    der: ec(derSequence(derInteger(1)), new Uint8Array(65)),
    message: /named curve/,
  },
  "EC without a curve": { der: ec(new Uint8Array(), new Uint8Array(65)), message: /named curve/ },
  "a compressed point": { der: ec(derOid(OID.P256), new Uint8Array(33).fill(2)), message: /compressed/ },
  "a point off the curve": { der: ec(derOid(OID.P256), new Uint8Array(65).fill(4)), message: /not a point on P-256/ },
  "the point at infinity": { der: ec(derOid(OID.P256), Uint8Array.of(0)), message: /not a point/ },
};

for (const [name, { der, message }] of Object.entries(UNACCEPTABLE)) {
  Deno.test(`parsePublicKey() refuses ${name} and says so`, async () => {
    await assert.rejects(parsePublicKey(der, "it"), { code: "unacceptable", message });
  });
}

const GOOD_RSA = derSequence(derInteger(ODD_2048), derInteger(3));

const MALFORMED: Record<string, Uint8Array> = {
  "nothing": new Uint8Array(),
  "RSA without NULL": spki(derSequence(derOid(OID.RSA_ENCRYPTION)), GOOD_RSA),
  "RSA with a full NULL": spki(derSequence(derOid(OID.RSA_ENCRYPTION), derElement(TAG.NULL, derNull())), GOOD_RSA),
  "RSA with something after NULL": spki(derSequence(derOid(OID.RSA_ENCRYPTION), derNull(), derNull()), GOOD_RSA),
  "RSA with a third number": spki(RSA, derSequence(derInteger(ODD_2048), derInteger(3), derInteger(3))),
  "RSA with something after it": spki(RSA, concatBytes(GOOD_RSA, derNull())),
  "a negative modulus": rsa(-ODD_2048, 3n),
  "a negative exponent": rsa(ODD_2048, -3n),
  "Ed25519 of 31 bytes": spki(derSequence(derOid(OID.ED25519)), new Uint8Array(31)),
  "Ed25519 with NULL": spki(derSequence(derOid(OID.ED25519), derNull()), new Uint8Array(32)),
  "EC with something after the curve": ec(concatBytes(derOid(OID.P256), derNull()), new Uint8Array(65)),
  "bits that end within a byte": derSequence(RSA, derBitString(Uint8Array.of(0xf0), 4)),
  "something after the key": derSequence(RSA, derBitString(GOOD_RSA), derNull()),
};

for (const [name, der] of Object.entries(MALFORMED)) {
  Deno.test(`parsePublicKey() refuses ${name}`, async () => {
    await assert.rejects(parsePublicKey(der, "it"), { code: "malformed" });
  });
}

Deno.test("checkKeyStrength() refuses RSA under 2048 bits, with the reason and what to use", async () => {
  const weak = await parsePublicKey(rsa(2n ** 2046n + 1n, 65537n), "it");
  assert.throws(() => checkKeyStrength(weak), { code: "unacceptable", message: /2047 bits is too weak/ });
  checkKeyStrength(await parsePublicKey(rsa(ODD_2048, 65537n), "it"));
});

for (const name of TEST_KEY_KINDS) {
  Deno.test(`verifySignature() verifies what a signer with ${name} signed, and nothing else`, async () => {
    const data = utf8("signed data");
    const signer = await signerFor(await testKey(name));
    const { publicKey, algorithm } = signer;
    const signature = await signer.sign(data);
    assert.equal(await verifySignature(publicKey, algorithm, { data, signature }), true);
    assert.equal(await verifySignature(publicKey, algorithm, { data: utf8("other"), signature }), false);
    assert.equal(await verifySignature(publicKey, algorithm, { data, signature: new Uint8Array() }), false);
    assert.equal(
      await verifySignature(publicKey, algorithm, { data, signature: concatBytes(signature, signature) }),
      false,
    );
    const stranger = (await newKey(name === "RSA" ? "P-256" : name)).publicKey;
    assert.equal(await verifySignature(stranger, algorithm, { data, signature }), false);
  });

  Deno.test(`verifySignature() is false for algorithms that do not go with ${name}`, async () => {
    const { publicKey } = await testKey(name);
    const signed = { data: utf8("data"), signature: new Uint8Array(256).fill(1) };
    for (const algorithm of [RSA_PKCS1["SHA-256"], rsaPss("SHA-256", 32), ECDSA["SHA-256"], ED25519]) {
      assert.equal(await verifySignature(publicKey, algorithm, signed), false);
    }
  });

  Deno.test(`verifyMessageBytes() verifies what messageSignerFor() signed with ${name}`, async () => {
    const key = await testKey(name);
    const data = utf8("message");
    for (const hash of ["SHA-256", "SHA-384", "SHA-512"] as const) {
      const signature = await (await messageSignerFor(key, hash)).sign(data);
      assert.equal(await verifyMessageBytes(key.publicKey, { hash, data, signature }), true, hash);
      assert.equal(await verifyMessageBytes(key.publicKey, { hash, data: utf8("else"), signature }), false, hash);
    }
  });
}

Deno.test("verifyMessageBytes() wants the longest salt", async () => {
  const key = await testKey("RSA");
  const data = utf8("message");
  for (const [saltLength, expected] of [[longestSalt(2048, "SHA-256"), true], [32, false], [221, false]] as const) {
    const signature = await (await signerFor(key, rsaPss("SHA-256", saltLength))).sign(data);
    assert.equal(
      await verifyMessageBytes(key.publicKey, { hash: "SHA-256", data, signature }),
      expected,
      `${saltLength}`,
    );
  }
});

Deno.test("verifyMessageBytes() is false for an RSA key too short for the hash", async () => {
  const tiny = await parsePublicKey(rsa(2n ** 511n + 1n, 3n), "it");
  const signed = { data: utf8("message"), signature: new Uint8Array(64) };
  assert.equal(await verifyMessageBytes(tiny, { hash: "SHA-512", ...signed }), false);
});
