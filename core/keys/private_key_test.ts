import assert from "node:assert/strict";
import { createPrivateKey } from "node:crypto";
import { decodePem, encodePem, PEM_LABEL, type PemBlock } from "../pem.ts";
import { concatBytes, utf8 } from "../bytes.ts";
import { openDer } from "../der/reader.ts";
import { TAG } from "../der/tags.ts";
import {
  derBitString,
  derElement,
  derExplicit,
  derInteger,
  derNull,
  derOctetString,
  derOid,
  derSequence,
} from "../der/writer.ts";
import { CURVES } from "./ec_curves.ts";
import { OID } from "../der/oids.ts";
import { generateRsaKey } from "../host/generate_key.ts";
import {
  isEncryptedKeyBlock,
  isPrivateKeyBlock,
  parsePrivateKeyDer,
  privateKeyFromPem,
  privateKeyToPem,
} from "./private_key.ts";
import { pkcs1FromPkcs8 } from "./private_key_format.ts";
import { verifySignature } from "./verify_signature.ts";
import { signerFor } from "./signer.ts";
import { TEST_KEY_KINDS, testKey } from "../../tests/support/keys.ts";

function block(label: string, der: Uint8Array): PemBlock {
  const [only] = decodePem(encodePem(label, der));
  assert.ok(only);
  return only;
}

/** PKCS#8 of other content than a reader should accept. */
function pkcs8(algorithm: Uint8Array, privateKey: Uint8Array, ...rest: Uint8Array[]): Uint8Array {
  return derSequence(
    derInteger(rest.some((part) => part[0] === 0x81) ? 1 : 0),
    algorithm,
    derOctetString(privateKey),
    ...rest,
  );
}

const ED25519 = derSequence(derOid(OID.ED25519));
const EC_P256 = derSequence(derOid(OID.EC_PUBLIC_KEY), derOid(OID.P256));
const SEED = derOctetString(new Uint8Array(32).fill(7));
const SCALAR = derOctetString(new Uint8Array(32).fill(7));

for (const name of TEST_KEY_KINDS) {
  Deno.test(`privateKeyFromPem() gives back what privateKeyToPem() wrote of ${name}`, async () => {
    const key = await testKey(name);
    const [written] = decodePem(privateKeyToPem(key));
    assert.ok(written);
    assert.equal(written.label, name === "RSA" ? PEM_LABEL.PKCS1 : PEM_LABEL.PKCS8);
    assert.deepEqual(await privateKeyFromPem(written), key);
  });

  Deno.test(`parsePrivateKeyDer() derives the public key of ${name}: what it signs verifies with it`, async () => {
    const key = await parsePrivateKeyDer((await testKey(name)).pkcs8);
    const signer = await signerFor(key);
    const data = utf8("data");
    const signature = await signer.sign(data);
    assert.ok(await verifySignature(key.publicKey, signer.algorithm, { data, signature }));
  });
}

for (const name of ["P-256", "P-384", "P-521"] as const) {
  Deno.test(`privateKeyFromPem() reads SEC1 on ${name}, with and without its public key`, async () => {
    const key = await testKey(name);
    const full = openDer(pkcs1FromPkcs8(key.pkcs8), TAG.SEQUENCE, "SEC1");
    full.integer();
    const scalar = full.expect(TAG.OCTET_STRING).raw;
    const bits = full.expect(TAG.CONTEXT_CONSTRUCTED | 1).raw;
    const curve = derExplicit(0, derOid(CURVES[name].oid));
    for (const parts of [[scalar, curve], [scalar, curve, bits]]) {
      const sec1 = derSequence(derInteger(1), ...parts);
      assert.deepEqual(await privateKeyFromPem(block(PEM_LABEL.SEC1, sec1)), key);
    }
  });
}

Deno.test("privateKeyFromPem() reads PKCS#8 of version 1 with its public key and attributes", async () => {
  const { publicKey } = await parsePrivateKeyDer(pkcs8(ED25519, SEED));
  const attributes = derExplicit(0, derSequence(derOid("1.2.3"), derElement(TAG.SET)));
  const bits = derElement(TAG.CONTEXT | 1, concatBytes(Uint8Array.of(0), publicKey.spki.subarray(-32)));
  assert.equal((await parsePrivateKeyDer(pkcs8(ED25519, SEED, attributes, bits))).publicKey.keyId, publicKey.keyId);
});

const REFUSED: Record<string, { label?: string; der: Uint8Array; code?: string; message?: RegExp }> = {
  "nothing of sense": { der: Uint8Array.of(1, 2, 3) },
  "another label": { label: "DSA PRIVATE KEY", der: derSequence(), message: /DSA PRIVATE KEY/ },
  "DSA": { der: pkcs8(derSequence(derOid("1.2.840.10040.4.1")), SEED), code: "unacceptable" },
  "RSA restricted to PSS": { der: pkcs8(derSequence(derOid(OID.RSASSA_PSS)), SEED), code: "unacceptable" },
  "PKCS#8 of version 2": { der: derSequence(derInteger(2), ED25519, derOctetString(SEED)) },
  "version 1 without public key": { der: derSequence(derInteger(1), ED25519, derOctetString(SEED)) },
  "a public key that is another's": {
    der: pkcs8(ED25519, SEED, derElement(TAG.CONTEXT | 1, new Uint8Array(33))),
    message: /not its own/,
  },
  "an Ed25519 seed of 31 bytes": { der: pkcs8(ED25519, derOctetString(new Uint8Array(31))) },
  "an Ed25519 seed without its wrapping": { der: pkcs8(ED25519, new Uint8Array(32)) },
  "Ed25519 with parameters": { der: pkcs8(derSequence(derOid(OID.ED25519), derNull()), SEED) },
  "EC on another curve": {
    der: pkcs8(derSequence(derOid(OID.EC_PUBLIC_KEY), derOid("1.3.132.0.10")), derSequence(derInteger(1), SCALAR)),
    code: "unacceptable",
  },
  "EC of zero": { der: pkcs8(EC_P256, derSequence(derInteger(1), derOctetString(new Uint8Array(32)))) },
  "EC past the order": {
    der: pkcs8(EC_P256, derSequence(derInteger(1), derOctetString(new Uint8Array(32).fill(255)))),
  },
  "EC of 31 bytes": { der: pkcs8(EC_P256, derSequence(derInteger(1), derOctetString(new Uint8Array(31).fill(7)))) },
  "EC of version 2": { der: pkcs8(EC_P256, derSequence(derInteger(2), SCALAR)) },
  "EC that names two curves": {
    der: pkcs8(EC_P256, derSequence(derInteger(1), SCALAR, derExplicit(0, derOid(OID.P384)))),
  },
  "EC with a public key that is another's": {
    der: pkcs8(EC_P256, derSequence(derInteger(1), SCALAR, derExplicit(1, derBitString(new Uint8Array(65).fill(4))))),
    message: /not its own/,
  },
  "SEC1 without a curve": { label: PEM_LABEL.SEC1, der: derSequence(derInteger(1), SCALAR), message: /curve/ },
  "RSA of three primes": { label: PEM_LABEL.PKCS1, der: derSequence(derInteger(1)), code: "unacceptable" },
  "RSA of zeros": { label: PEM_LABEL.PKCS1, der: derSequence(...Array.from({ length: 9 }, () => derInteger(0))) },
};

for (const [name, { label = PEM_LABEL.PKCS8, der, code = "malformed", message = /./ }] of Object.entries(REFUSED)) {
  Deno.test(`privateKeyFromPem() refuses ${name}`, async () => {
    await assert.rejects(privateKeyFromPem(block(label, der)), { code, message });
  });
}

Deno.test("privateKeyFromPem() refuses RSA with any number changed", async () => {
  const { pkcs8 } = await testKey("RSA");
  const reader = openDer(pkcs1FromPkcs8(pkcs8), TAG.SEQUENCE, "key");
  const numbers = Array.from({ length: 9 }, () => reader.integer());
  for (let changed = 1; changed < numbers.length; changed++) {
    const der = derSequence(...numbers.map((number, index) => derInteger(index === changed ? number + 2n : number)));
    await assert.rejects(privateKeyFromPem(block(PEM_LABEL.PKCS1, der)), { code: "malformed" }, `number ${changed}`);
  }
});

for (
  const options of [
    { type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "secret" },
    { type: "pkcs1", format: "pem", cipher: "aes-128-cbc", passphrase: "secret" },
  ] as const
) {
  Deno.test(`privateKeyFromPem() says that an encrypted ${options.type} key is encrypted`, async () => {
    const text = options.type === "pkcs8"
      ? createPrivateKey(privateKeyToPem(await testKey("RSA"))).export(options).toString()
      : privateKeyToPem(await testKey("RSA")).replace(
        "KEY-----\n",
        "KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\n",
      );
    const [encrypted] = decodePem(text);
    assert.ok(encrypted && isEncryptedKeyBlock(encrypted) && isPrivateKeyBlock(encrypted));
    await assert.rejects(privateKeyFromPem(encrypted), { code: "unacceptable", message: /encrypted/ });
  });
}

Deno.test("isPrivateKeyBlock() tells keys from the rest", async () => {
  assert.ok(isPrivateKeyBlock(block("EC PRIVATE KEY", derNull())));
  assert.ok(!isPrivateKeyBlock(block("PUBLIC KEY", derNull())));
  assert.ok(!isPrivateKeyBlock(block("CERTIFICATE", derNull())));
  assert.ok(!isEncryptedKeyBlock(block(PEM_LABEL.PKCS8, (await testKey("P-256")).pkcs8)));
});

Deno.test("generateRsaKey() refuses sizes that are too small, too large or no number of bits", async () => {
  for (const bits of [0, 1024, 2047, 16385, 2048.5, NaN]) {
    await assert.rejects(generateRsaKey(bits), { code: "unacceptable" }, `${bits}`);
  }
});

Deno.test("errors about a private key do not contain it", async () => {
  const { pkcs8 } = await testKey("P-256");
  const scalar = pkcs8.subarray(36, 68).toHex();
  for (let cut = 1; cut < pkcs8.length; cut++) {
    const error: unknown = await parsePrivateKeyDer(pkcs8.subarray(0, cut)).catch((thrown) => thrown);
    assert.ok(error instanceof Error && !error.message.includes(scalar.slice(0, 8)));
  }
});
