import assert from "node:assert/strict";
import { setImmediate } from "node:timers";
import { joinBytes } from "../../core/bytes.ts";
import { verifySignature } from "../../core/keys/verify_signature.ts";
import { ECDSA, RSA_PKCS1, rsaPss } from "../../core/keys/signature_algorithm.ts";
import { type DataToSign, signerFor } from "../../core/keys/signer.ts";
import { testKey } from "../../tests/support/keys.ts";
import { eachSlice, piecewiseSigner } from "./piecewise_signer.ts";

const MEBIBYTE = 1 << 20;

function pieces(...sizes: number[]): Uint8Array[] {
  return sizes.map((size, index) => new Uint8Array(size).fill(index + 1));
}

const KEYS = [
  ["RSA", RSA_PKCS1["SHA-256"]],
  ["RSA", RSA_PKCS1["SHA-512"]],
  ["P-256", ECDSA["SHA-256"]],
  ["P-384", ECDSA["SHA-384"]],
  ["P-521", ECDSA["SHA-512"]],
  ["RSA", rsaPss("SHA-256", 32)],
] as const;

for (const [kind, algorithm] of KEYS) {
  Deno.test(`piecewiseSigner() signs pieces as one: ${kind}, ${algorithm.name}`, async () => {
    const key = await testKey(kind);
    const signer = piecewiseSigner(await signerFor(key, algorithm), key);
    for (const data of [pieces(3, 5), pieces(MEBIBYTE - 1, 1), pieces(7, 3 * MEBIBYTE, 0, 100, MEBIBYTE)]) {
      for (let time = 1; time <= 2; time++) {
        const signed = { data: joinBytes(data), signature: await signer.sign(data) };
        assert.equal(await verifySignature(key.publicKey, algorithm, signed), true);
      }
    }
    const one = new Uint8Array(2 * MEBIBYTE);
    const signed = { data: one, signature: await signer.sign(one) };
    assert.equal(await verifySignature(key.publicKey, algorithm, signed), true);
  });
}

Deno.test("piecewiseSigner() joins no megabytes, and leaves what is small to WebCrypto", async () => {
  const key = await testKey("RSA");
  const asked: DataToSign[] = [];
  const webCrypto = await signerFor(key);
  const signer = piecewiseSigner({
    ...webCrypto,
    sign(data) {
      asked.push(data);
      return webCrypto.sign(data);
    },
  }, key);
  const small = pieces(10, 20);
  for (const data of [pieces(MEBIBYTE, 5), small]) await signer.sign(data);
  assert.deepEqual(asked, [small]);
});

Deno.test("eachSlice() lets others go on after each mebibyte", async () => {
  let turns = 0;
  let running = true;
  const count = () => {
    turns++;
    if (running) setImmediate(count);
  };
  setImmediate(count);
  const taken: [length: number, turn: number][] = [];
  const data = pieces(10, 20, 3 * MEBIBYTE, 30);
  await eachSlice(data, (slice) => taken.push([slice.length, turns]));
  running = false;
  assert.deepEqual(taken.map(([length]) => length), [10, 20, MEBIBYTE, MEBIBYTE, MEBIBYTE, 30]);
  const [first, second, ...others] = taken.map(([, turn]) => turn);
  assert.equal(first, second, "few bytes need no pause");
  for (const [index, turn] of others.entries()) assert.ok(turn > ([second, ...others][index] ?? Infinity));
});
