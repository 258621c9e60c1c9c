import assert from "node:assert/strict";
import vector from "../../tests/vectors/oaep/rsa_4160.json" with { type: "json" };
import { newKey, testKey } from "../../tests/support/keys.ts";
import { parsePrivateKeyDer } from "../keys/private_key.ts";
import type { PublicKey } from "../keys/public_key.ts";
import { addressBackup, audienceOf, openAddressed } from "./recipients.ts";
import { decryptOaep, encryptOaep, maxOaepMessage } from "./rsa_oaep.ts";

const KEYS = {
  hmacKey: new Uint8Array(32).fill(1),
  aesKey: new Uint8Array(32).fill(2),
  iv: new Uint8Array(16).fill(3),
};

function random(size: number) {
  return crypto.getRandomValues(new Uint8Array(size));
}

Deno.test("audienceOf() takes RSA keys once each, and names the holders of all others as left out", async () => {
  const rsa = (await testKey("RSA")).publicKey;
  const ec = (await testKey("P-256")).publicKey;
  const edwards = (await testKey("Ed25519")).publicKey;
  const short: PublicKey = { ...rsa, keyId: "00".repeat(20), bits: 840 };
  const enough: PublicKey = { ...rsa, keyId: "11".repeat(20), bits: 848 };
  assert.deepEqual(audienceOf([ec, rsa, edwards, { ...rsa }, short, enough, { ...ec }]), {
    recipients: [rsa, enough],
    leftOut: [ec, edwards, short],
  });
  assert.deepEqual(audienceOf([]), { recipients: [], leftOut: [] });
});

Deno.test("openAddressed() gives each recipient the keys that addressBackup() took", async () => {
  const holders = [await testKey("RSA"), await newKey("RSA"), await largeKey()];
  const header = await addressBackup(KEYS, holders.map(({ publicKey }) => publicKey), random);
  assert.deepEqual(header.recipients.map(({ keyId }) => keyId), holders.map(({ publicKey }) => publicKey.keyId));
  for (const holder of holders) assert.deepEqual(await openAddressed(header, holder), KEYS);
});

Deno.test("openAddressed() refuses the key of somebody else, and says how to find who can", async () => {
  const header = await addressBackup(KEYS, [(await testKey("RSA")).publicKey], random);
  for (const other of [await newKey("RSA"), await testKey("P-256")]) {
    await assert.rejects(openAddressed(header, other), {
      code: "unacceptable",
      message: `the backup is not encrypted to the key ${other.publicKey.keyId}`,
    });
  }
});

Deno.test("openAddressed() refuses what was not encrypted to the key it is listed for", async () => {
  const key = await testKey("RSA");
  const { keyId } = key.publicKey;
  const size = key.publicKey.bits / 8;
  const cases: [name: string, encryptedKey: Uint8Array<ArrayBuffer>][] = [
    ["a number that is no message", new Uint8Array(size)],
    ["too short", new Uint8Array(size - 1)],
    ["too long", new Uint8Array(size + 1)],
    ["larger than the modulus", new Uint8Array(size).fill(0xff)],
    ["63 bytes", await encryptOaep(key.publicKey, new Uint8Array(63), random)],
    ["65 bytes", await encryptOaep(key.publicKey, new Uint8Array(65), random)],
    ["to another key", await encryptOaep((await newKey("RSA")).publicKey, new Uint8Array(64), random)],
  ];
  for (const [name, encryptedKey] of cases) {
    const header = { iv: KEYS.iv, recipients: [{ keyId, cipher: "rsa_oaep_sha1_mgf1_sha1", encryptedKey }] } as const;
    await assert.rejects(openAddressed(header, key), {
      code: "malformed",
      message: `backup: what its header has for the key ${keyId} cannot be decrypted with that key`,
    }, name);
  }
});

Deno.test("openAddressed() refuses a key that is listed and cannot decrypt at all", async () => {
  const key = await testKey("P-256");
  const { keyId } = key.publicKey;
  const recipient = { keyId, cipher: "rsa_oaep_sha1_mgf1_sha1", encryptedKey: new Uint8Array(256) } as const;
  await assert.rejects(openAddressed({ iv: KEYS.iv, recipients: [recipient] }, key), { code: "malformed" });
});

Deno.test("addressBackup() refuses to make a backup that nobody can open", async () => {
  await assert.rejects(addressBackup(KEYS, [], random), { code: "unacceptable", message: /^no user has a key/ });
});

Deno.test("decryptOaep() reads what OpenSSL encrypted to a key that WebCrypto does not take", async () => {
  const message = await decryptOaep(await largeKey(), Uint8Array.fromBase64(vector.encrypted));
  assert.deepEqual(message, Uint8Array.fromBase64(vector.message));
});

Deno.test("encryptOaep() to such a key takes messages of all lengths, and differs each time", async () => {
  const key = await largeKey();
  const longest = maxOaepMessage(key.publicKey);
  assert.equal(longest, 4160 / 8 - 42);
  for (const length of [0, 1, longest]) {
    const message = random(length);
    const encrypted = await encryptOaep(key.publicKey, message, random);
    assert.equal(encrypted.length, 4160 / 8);
    assert.deepEqual(await decryptOaep(key, encrypted), message);
    assert.notDeepEqual(await encryptOaep(key.publicKey, message, random), encrypted);
  }
});

Deno.test("decryptOaep() with such a key refuses changed messages", async () => {
  const key = await largeKey();
  const encrypted = Uint8Array.fromBase64(vector.encrypted);
  for (const index of [1, 20, 21, 300, encrypted.length - 1]) {
    const changed = encrypted.slice();
    changed[index] = (changed[index] ?? 0) ^ 1;
    assert.equal(await decryptOaep(key, changed), undefined, `byte ${index}`);
  }
  assert.equal(await decryptOaep(key, new Uint8Array(520).fill(0xff)), undefined, "over the modulus");
  assert.equal(await decryptOaep(key, encrypted.subarray(1)), undefined, "too short");
});

function largeKey() {
  return parsePrivateKeyDer(Uint8Array.fromBase64(vector.pkcs8));
}
