import assert from "node:assert/strict";
import { bigIntToBytes, concatBytes } from "../bytes.ts";
import { curveByOid, CURVES, isPointOn } from "./ec_curves.ts";
import { testKey } from "../../tests/support/keys.ts";

for (const curve of Object.values(CURVES)) {
  /** The last bytes of a SubjectPublicKeyInfo are the point. */
  const aPoint = async () => (await testKey(curve.name)).publicKey.spki.slice(-(1 + 2 * curve.size));

  Deno.test(`isPointOn() takes a point that WebCrypto made on ${curve.name}`, async () => {
    assert.ok(isPointOn(curve, await aPoint()));
  });

  Deno.test(`isPointOn() refuses what is not a point on ${curve.name}`, async () => {
    const point = await aPoint();
    const moved = point.slice();
    moved[curve.size] = (moved[curve.size] ?? 0) ^ 1;
    const x = point.slice(1, 1 + curve.size);
    assert.equal(isPointOn(curve, moved), false);
    assert.equal(isPointOn(curve, point.subarray(1)), false);
    assert.equal(isPointOn(curve, concatBytes(point, Uint8Array.of(0))), false);
    assert.equal(isPointOn(curve, concatBytes(Uint8Array.of(2), x)), false);
    assert.equal(isPointOn(curve, Uint8Array.of(0)), false);
    assert.equal(isPointOn(curve, concatBytes(Uint8Array.of(6), point.subarray(1))), false);
  });

  Deno.test(`isPointOn() refuses coordinates past the field of ${curve.name}`, async () => {
    const point = await aPoint();
    const p = bigIntToBytes(curve.p);
    assert.equal(p.length, curve.size);
    assert.equal(isPointOn(curve, concatBytes(point.subarray(0, 1), p, point.subarray(1 + curve.size))), false);
    assert.equal(isPointOn(curve, concatBytes(point.subarray(0, 1 + curve.size), p)), false);
  });

  Deno.test(`curveByOid() finds ${curve.name}`, () => assert.equal(curveByOid(curve.oid), curve));
}

Deno.test("curveByOid() does not know secp256k1", () => assert.equal(curveByOid("1.3.132.0.10"), undefined));
