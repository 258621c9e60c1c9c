import assert from "node:assert/strict";
import fc from "fast-check";
import { bigIntToBytes, concatBytes } from "../bytes.ts";
import { derInteger, derNull, derSequence } from "../der/writer.ts";
import { CURVES } from "./ec_curves.ts";
import { ecdsaFromDer, ecdsaToDer } from "./ecdsa_signature.ts";

const P256 = CURVES["P-256"];

function pair(r: bigint, s: bigint): Uint8Array {
  return derSequence(derInteger(r), derInteger(s));
}

Deno.test("ecdsaFromDer() pads small numbers to the curve's size", () => {
  const raw = ecdsaFromDer(pair(1n, 0x8000n), P256);
  assert.equal(raw.toHex(), "01".padStart(64, "0") + "8000".padStart(64, "0"));
});

const REFUSED: Record<string, Uint8Array> = {
  "nothing": new Uint8Array(),
  "r of zero": pair(0n, 1n),
  "s of zero": pair(1n, 0n),
  "a negative number": pair(-1n, 1n),
  "r of the order": pair(P256.order, 1n),
  "s of the order": pair(1n, P256.order),
  "one number": derSequence(derInteger(1)),
  "three numbers": derSequence(derInteger(1), derInteger(1), derInteger(1)),
  "something that is no number": derSequence(derInteger(1), derNull()),
  "something after it": concatBytes(pair(1n, 1n), Uint8Array.of(0)),
  "a number with a zero too many": Uint8Array.fromHex("300702020001020101"),
  "both numbers side by side": concatBytes(bigIntToBytes(P256.order - 1n), bigIntToBytes(P256.order - 1n)),
};

for (const [name, signature] of Object.entries(REFUSED)) {
  Deno.test(`ecdsaFromDer() refuses ${name}`, () => {
    assert.throws(() => ecdsaFromDer(signature, P256), { code: "malformed" });
  });
}

for (const curve of Object.values(CURVES)) {
  Deno.test(`ecdsaToDer() and ecdsaFromDer() undo each other on ${curve.name}`, () => {
    const number = fc.oneof(fc.bigInt({ min: 1n, max: 300n }), fc.bigInt({ min: 1n, max: curve.order - 1n }));
    fc.assert(fc.property(number, number, (r, s) => {
      const der = pair(r, s);
      assert.deepEqual(ecdsaToDer(ecdsaFromDer(der, curve)), der);
    }));
  });
}
