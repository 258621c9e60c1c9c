import assert from "node:assert/strict";
import fc from "fast-check";
import type { SignedMessage } from "./envelope.ts";
import { isRefusal } from "../../tests/support/refusals.ts";
import { followChain, parseChain, signChain } from "./ca_chain.ts";
import type { Certificate } from "../x509/certificate.ts";
import { LIFE_SPAN as L, newCa, type TestCa, vouching } from "../../tests/support/issuing.ts";

const START = 1_800_000_000;

/** Four CA certificates, each made when the one before had 2 L left. */
const generations: TestCa[] = [];
for (let index = 0; index < 4; index++) generations.push(await newCa({ now: START + index * 2 * L }));
const [a, b, c, d] = generations as [TestCa, TestCa, TestCa, TestCa];

/** A chain of one link, from the certificate of one to that of another; signed by `signer`. */
async function link(from: TestCa, to: TestCa, signer = from): Promise<SignedMessage[]> {
  return parseChain(await signChain([await vouching(from, signer.key), await vouching(to)]));
}

const chain = parseChain(await signChain(await Promise.all(generations.map((one) => vouching(one)))));

function serials(certificates: readonly Certificate[]): bigint[] {
  return certificates.map(({ serial }) => serial);
}

function certificatesOf(...of: readonly TestCa[]): Certificate[] {
  return of.map(({ certificate }) => certificate);
}

const isUntrusted = isRefusal("untrusted");

Deno.test("followChain() leads from any known CA certificate that has not expired to the newest", async () => {
  const cases: [string, TestCa[], number, TestCa[]][] = [
    ["nothing happened", [a], START, [a, b, c, d]],
    ["from the middle", [b], START, [b, c, d]],
    ["the newest is known", [a, b, c, d], START, [a, b, c, d]],
    ["expired ones are dropped", [a, b], START + 5 * L, [b, c, d]],
    ["from one that is about to expire", [a], START + 4 * L - 11, [a, b, c, d]],
    ["new ones that have expired meanwhile are led through, not stored", [d], START + 7 * L, [d]],
  ];
  for (const [situation, known, now, expected] of cases) {
    const found = await followChain(certificatesOf(...known), chain, now);
    assert.deepEqual(serials(found), serials(certificatesOf(...expected)), situation);
  }
});

Deno.test("followChain() leads along what signChain() signed, from any certificate in it to its last", async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(3), fc.nat(3), async (start, other) => {
      const [first, last] = [Math.min(start, other), Math.max(start, other)];
      const members = await Promise.all(generations.slice(0, last + 1).map((one) => vouching(one)));
      const found = await followChain(
        certificatesOf(...generations.slice(first, first + 1)),
        parseChain(await signChain(members)),
        START,
      );
      assert.deepEqual(serials(found), serials(certificatesOf(...generations.slice(first, last + 1))));
    }),
    { numRuns: 20 },
  );
});

Deno.test("followChain() refuses when all known CA certificates have expired", async () => {
  await assert.rejects(followChain(certificatesOf(a), chain, START + 4 * L), isUntrusted);
  await assert.rejects(followChain([], chain, START), isUntrusted);
});

Deno.test("followChain() skips what the old key did not sign", async () => {
  const forged = await link(a, d, d);
  const found = await followChain(certificatesOf(a), [...forged, ...chain], START);
  assert.deepEqual(serials(found), serials(certificatesOf(a, b, c, d)));
  assert.deepEqual(serials(await followChain(certificatesOf(a), forged, START)), serials(certificatesOf(a)));
});

Deno.test("followChain() refuses a chain that breaks after it began", async () => {
  const [first, , third] = chain as [SignedMessage, SignedMessage, SignedMessage];
  await assert.rejects(followChain(certificatesOf(a), [first, third], START), isUntrusted);
});

Deno.test("followChain() changes nothing when the chain says nothing of what is known", async () => {
  assert.deepEqual(serials(await followChain(certificatesOf(a), [], START)), serials(certificatesOf(a)));
  assert.deepEqual(serials(await followChain(certificatesOf(d), chain.slice(0, 1), START)), serials(certificatesOf(d)));
});

Deno.test("parseChain() refuses what is not a list of signed messages", () => {
  for (const text of ["{}", "5", '[{"digest": null, "payload": "{}"}]', "[null]", "[", '["x"]']) {
    assert.throws(() => parseChain(text), isRefusal("malformed"), text);
  }
});
