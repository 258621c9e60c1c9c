/** libcrypto and WebCrypto (with our own arithmetic where it has none) must take exactly the same signatures. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { bigIntToPaddedBytes, type Bytes, bytesToBigInt, concatBytes, utf8 } from "../../../core/bytes.ts";
import { derInteger, derSequence } from "../../../core/der/writer.ts";
import { type CurveName, CURVES } from "../../../core/keys/ec_curves.ts";
import { ecdsaFromDer } from "../../../core/keys/ecdsa_signature.ts";
import type { HashName } from "../../../core/keys/hashes.ts";
import { parsePublicKey, type PublicKey, publicKeyBits } from "../../../core/keys/public_key.ts";
import { readRsaPublicKey } from "../../../core/keys/rsa_numbers.ts";
import { ECDSA, RSA_PKCS1, rsaPss, type SignatureAlgorithm } from "../../../core/keys/signature_algorithm.ts";
import { signerFor } from "../../../core/keys/signer.ts";
import { verifySignature } from "../../../core/keys/verify_signature.ts";
import { testKey } from "../../../tests/support/keys.ts";
import { nativeTest } from "../../../tests/support/native.ts";
import vectors from "../../../tests/vectors/keys/rsa_sizes.json" with { type: "json" };
import type { NativeKeys } from "./native_keys.ts";

const DATA = utf8("signed data");

interface Judged {
  readonly key: PublicKey;
  readonly algorithm: SignatureAlgorithm;
  readonly signature: Bytes;
}

/** What both say; libcrypto itself must have said it. */
async function verdictOn(native: NativeKeys, { key, algorithm, signature }: Judged, data = DATA): Promise<boolean> {
  const ours = await verifySignature(key, algorithm, { data, signature });
  const theirs = await native.verdict(key, algorithm, { data, signature });
  assert.equal(theirs, ours, `${algorithm.name}, ${key.kind} of ${key.bits} bits: ${signature.toHex()}`);
  return ours;
}

/** Changes somewhere, cut or longer, or garbage. */
function mutationsOf(good: Bytes): fc.Arbitrary<Bytes> {
  const index = fc.nat(good.length - 1);
  return fc.oneof(
    fc.tuple(index, fc.integer({ min: 1, max: 255 })).map(([at, mask]) => good.with(at, (good[at] ?? 0) ^ mask)),
    index.map((size) => good.slice(0, size)),
    fc.uint8Array({ minLength: 1, maxLength: 3 }).map((more) => concatBytes(good, more)),
    fc.uint8Array({ minLength: 1, maxLength: 3 }).map((more) => concatBytes(more, good)),
    fc.uint8Array({ minLength: good.length, maxLength: good.length }).map((bytes) => new Uint8Array(bytes)),
    fc.uint8Array({ maxLength: good.length + 2 }).map((bytes) => new Uint8Array(bytes)),
  );
}

async function mutated(native: NativeKeys, judged: Judged, numRuns: number): Promise<void> {
  const property = fc.asyncProperty(mutationsOf(judged.signature), async (signature) => {
    await verdictOn(native, { ...judged, signature });
  });
  await fc.assert(property, { numRuns });
}

function rsaAlgorithm({ scheme, hash, saltLength }: { scheme: string; hash: string; saltLength?: number }) {
  const name = hash as HashName;
  return scheme === "RSA-PSS" ? rsaPss(name, saltLength ?? 0) : RSA_PKCS1[name];
}

/** Numbers at the ends of their range, and signatures of other encodings: nothing that a key made. */
function oddRsaSignatures(key: PublicKey): Bytes[] {
  const { modulus } = readRsaPublicKey(publicKeyBits(key), "key");
  const size = Math.ceil(key.bits / 8);
  return [0n, 1n, 2n, modulus - 1n].map((number) => bigIntToPaddedBytes(number, size)).concat(
    modulus + 1n < 1n << BigInt(8 * size) ? [bigIntToPaddedBytes(modulus, size)] : [],
  );
}

for (const { bits, exponent, spki, signatures } of vectors.keys) {
  nativeTest(`both agree on RSA of ${bits} bits with the exponent ${exponent}`, async (native) => {
    const key = await parsePublicKey(Uint8Array.fromBase64(spki), "key");
    assert.equal(key.bits, bits);
    for (const { signature: text, ...described } of signatures) {
      const judged = { key, algorithm: rsaAlgorithm(described), signature: Uint8Array.fromBase64(text) };
      assert.equal(await verdictOn(native, judged), true, judged.algorithm.name);
      assert.equal(await verdictOn(native, judged, utf8("other")), false);
      await mutated(native, judged, bits > 5000 ? 5 : 40);
      const others = [...Object.values(RSA_PKCS1), ...[0, 20, 31, 32, 33, 3000].map((salt) => rsaPss("SHA-256", salt))];
      for (const algorithm of [...others, rsaPss("SHA-512", 64), ECDSA["SHA-256"]]) {
        await verdictOn(native, { ...judged, algorithm });
      }
      for (const signature of oddRsaSignatures(key)) {
        assert.equal(await verdictOn(native, { ...judged, signature }), false);
      }
    }
  });
}

/** Pairs of numbers at the ends of their range, in DER. */
function oddEcdsaSignatures(signature: Bytes, curve: CurveName): Bytes[] {
  const { size, order } = CURVES[curve];
  const raw = ecdsaFromDer(signature, CURVES[curve]);
  const [r, s] = [bytesToBigInt(raw.subarray(0, size)), bytesToBigInt(raw.subarray(size))];
  const pairs = [[0n, s], [r, 0n], [order, s], [r, order], [r, order + s], [-r, s], [1n, 1n], [order - 1n, order - 1n]];
  return [
    ...pairs.map(([a = 0n, b = 0n]) => derSequence(derInteger(a), derInteger(b))),
    derSequence(derInteger(r)),
    derSequence(derInteger(r), derInteger(s), derInteger(s)),
    // Not the shortest form of a length.
    concatBytes(Uint8Array.of(0x30, 0x82, 0), signature.subarray(signature[1] === 0x81 ? 2 : 1)),
    raw,
  ];
}

for (const curve of ["P-256", "P-384", "P-521"] as const) {
  nativeTest(`both agree on ECDSA with ${curve} and every hash`, async (native) => {
    const { publicKey: key } = await testKey(curve);
    for (const algorithm of Object.values(ECDSA)) {
      const signature = await (await signerFor(await testKey(curve), algorithm)).sign(DATA);
      const judged = { key, algorithm, signature };
      assert.equal(await verdictOn(native, judged), true, algorithm.name);
      assert.equal(await verdictOn(native, judged, utf8("other")), false);
      await mutated(native, judged, 60);
      for (const other of [...Object.values(ECDSA), RSA_PKCS1["SHA-256"]]) {
        await verdictOn(native, { ...judged, algorithm: other });
      }
      for (const odd of oddEcdsaSignatures(signature, curve)) {
        assert.equal(await verdictOn(native, { ...judged, signature: odd }), false);
      }
      // The other s of the same signature is as good, for both.
      const { order, size } = CURVES[curve];
      const raw = ecdsaFromDer(signature, CURVES[curve]);
      const [r, s] = [bytesToBigInt(raw.subarray(0, size)), bytesToBigInt(raw.subarray(size))];
      const twin = derSequence(derInteger(r), derInteger(order - s));
      assert.equal(await verdictOn(native, { ...judged, signature: twin }), true);
    }
  });
}
