/** Private keys: plain, encrypted, and in files. */
import assert from "node:assert/strict";
import { type Bytes, utf8 } from "../../../core/bytes.ts";
import { decodePem } from "../../../core/pem.ts";
import { parseKeyFile } from "../../../core/host/key_file.ts";
import { TAG } from "../../../core/der/tags.ts";
import { derElement, derInteger, derSequence } from "../../../core/der/writer.ts";
import { decryptPrivateKey } from "../../../core/keys/encrypted_key.ts";
import {
  isEncryptedKeyBlock,
  isPrivateKeyBlock,
  parsePrivateKeyDer,
  type PrivateKey,
  privateKeyFromPem,
  privateKeyToPem,
} from "../../../core/keys/private_key.ts";
import { signerFor } from "../../../core/keys/signer.ts";
import { parsePublicKey } from "../../../core/keys/public_key.ts";
import { verifyMessageBytes, verifySignature } from "../../../core/keys/verify_signature.ts";
import { defineTarget } from "../target.ts";
import { parseNodes } from "../mutate/der.ts";

/** What the encrypted keys of the corpus open with. */
export const PASSPHRASE = "fuzz";

/** Rounds of PBKDF2 that a run can wait for; more is what a key may ask for. */
const MOST_ITERATIONS = 5000n;

export const privateKey = defineTarget({
  name: "private-key",
  grammar: "der",
  codes: ["malformed", "unacceptable"],
  read: parsePrivateKeyDer,
  check: checkKey,
  openssl: ["pkey", "-inform", "DER", "-noout", "-in"],
  grown: {
    "RSA numbers": (size) =>
      derSequence(
        derInteger(0),
        derSequence(Uint8Array.fromHex("06092a864886f70d010101"), Uint8Array.of(5, 0)),
        derElement(TAG.OCTET_STRING, rsaKey(BigInt(size))),
      ),
  },
});

/** Numbers of `size` bytes together that fit, as far as that is looked at before anything is computed. */
function rsaKey(size: bigint): Uint8Array {
  const prime = 2n ** (size / 2n) + 1n;
  const numbers = [0n, prime * prime, 3n, prime, prime, prime, prime, prime, prime];
  return derSequence(...numbers.map((number) => derInteger(number)));
}

export const keyFile = defineTarget({
  name: "key-file",
  grammar: "pem",
  codes: ["file"],
  read: (input) => parseKeyFile(input, "k.pem"),
  check: async ({ key, keyPem }) => {
    if (key === undefined) return;
    assert.ok(keyPem !== undefined);
    assert.deepEqual((await parseKeyFile(utf8(keyPem), "k.pem")).key, key);
    await checkKey(key);
  },
});

export const encryptedKey = defineTarget({
  name: "encrypted-key",
  grammar: "pem",
  codes: ["malformed", "unacceptable"],
  read: async (input) => {
    const keys: PrivateKey[] = [];
    for (const block of decodePem(new TextDecoder().decode(input))) {
      const readable = isPrivateKeyBlock(block) && isEncryptedKeyBlock(block) && isSoonDone(block.der);
      if (readable) keys.push(await decryptPrivateKey(block, PASSPHRASE));
    }
    return keys;
  },
  check: async (keys) => {
    for (const key of keys) await checkKey(key);
  },
});

export const publicKey = defineTarget({
  name: "public-key",
  grammar: "der",
  codes: ["malformed", "unacceptable"],
  openssl: ["pkey", "-pubin", "-inform", "DER", "-noout", "-in"],
  read: (input) => parsePublicKey(input, "it"),
  check: async (key, input) => {
    assert.equal(key.spki.toHex(), input.toHex());
    // Whatever is taken for a key can be verified with: garbage is then no signature, and no error.
    const signed = { data: utf8("data"), signature: new Uint8Array(Math.ceil(key.bits / 8)).fill(0x55) };
    assert.equal(await verifyMessageBytes(key, { hash: "SHA-256", ...signed }), false);
  },
});

async function checkKey(key: PrivateKey): Promise<void> {
  assert.deepEqual(await parsePrivateKeyDer(key.pkcs8), key, "the form that is kept is read again");
  const [written] = decodePem(privateKeyToPem(key));
  assert.ok(written);
  assert.deepEqual(await privateKeyFromPem(written), key, "what is written is read again");
  const signer = await signerFor(key);
  const data: Bytes = utf8("data");
  const genuine = await verifySignature(key.publicKey, signer.algorithm, { data, signature: await signer.sign(data) });
  assert.ok(genuine, "what it signs is verified with its public key");
}

/** Whether nothing in it that may be a number of iterations takes minutes. */
function isSoonDone(der: Uint8Array): boolean {
  const nodes = parseNodes(der) ?? [];
  for (const { tag, prefix, children } of nodes) {
    nodes.push(...children ?? []);
    if (tag === TAG.INTEGER && prefix.length > 0 && BigInt(`0x${prefix.toHex()}`) > MOST_ITERATIONS) return false;
  }
  return true;
}
