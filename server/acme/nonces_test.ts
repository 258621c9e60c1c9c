import assert from "node:assert/strict";
import fc from "fast-check";
import { randomBytes } from "../../core/host/random.ts";
import { Nonces } from "./nonces.ts";

Deno.test("use() takes each nonce once, in whatever order they come", () => {
  fc.assert(fc.property(fc.shuffledSubarray(Array.from({ length: 64 }, (_, index) => index)), (order) => {
    const nonces = new Nonces(randomBytes, 64);
    const issued = Array.from({ length: 64 }, () => nonces.issue());
    for (const index of order) assert.equal(nonces.use(issued[index] ?? ""), true);
    for (const index of order) assert.equal(nonces.use(issued[index] ?? ""), false);
    const unused = issued.filter((_, index) => !order.includes(index));
    for (const nonce of unused) assert.equal(nonces.use(nonce), true);
  }));
});

Deno.test("use() refuses nonces that are too old, used or not, also after their places were taken again", () => {
  const nonces = new Nonces(randomBytes, 8);
  const old = Array.from({ length: 8 }, () => nonces.issue());
  assert.equal(nonces.use(old[3] ?? ""), true);
  const fresh = Array.from({ length: 8 }, () => nonces.issue());
  for (const nonce of old) assert.equal(nonces.use(nonce), false);
  for (const nonce of fresh) assert.equal(nonces.use(nonce), true);
});

Deno.test("use() refuses what another process issued, and what nobody did", () => {
  const nonces = new Nonces(randomBytes);
  nonces.issue();
  assert.equal(nonces.use(new Nonces(randomBytes).issue()), false);
  fc.assert(fc.property(fc.string(), (text) => assert.equal(nonces.use(text), false)));
  fc.assert(fc.property(fc.uint8Array({ minLength: 24, maxLength: 24 }), (bytes) => {
    const text = Uint8Array.from(bytes).toBase64({ alphabet: "base64url", omitPadding: true });
    assert.equal(nonces.use(text), false);
  }));
});
