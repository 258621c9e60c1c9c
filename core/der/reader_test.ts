import assert from "node:assert/strict";
import fc from "fast-check";
import { CaucaseError } from "../errors.ts";
import {
  checkNested,
  DerReader,
  openDer,
  readBitString,
  readBoolean,
  readDer,
  readInteger,
  readNamedBits,
  readOid,
  readWholeBitString,
} from "./reader.ts";
import { TAG } from "./tags.ts";
import { derBitString, derElement, derInteger, derNamedBits, derNull, derOid, derSequence } from "./writer.ts";

function bytes(hex: string): Uint8Array {
  return Uint8Array.fromHex(hex);
}

const REFUSED: Record<string, { read: () => unknown; message: RegExp }> = {
  "nothing": { read: () => new DerReader(bytes(""), "it").any(), message: /^it is cut short/ },
  "a tag alone": { read: () => readDer(bytes("30"), 0x30, "it"), message: /is cut short/ },
  "content that is cut short": { read: () => readDer(bytes("300205"), 0x30, "it"), message: /is cut short/ },
  "a length that is cut short": { read: () => readDer(bytes("3082ff"), 0x30, "it"), message: /is cut short/ },
  "another tag": { read: () => readDer(bytes("0500"), 0x30, "it"), message: /^it has tag 0x05 where 0x30 belongs/ },
  "something after it": { read: () => readDer(bytes("05000500"), 5, "it"), message: /after its end/ },
  "an end too early": { read: () => openDer(bytes("3000"), 0x30, "it").integer(), message: /ends too early/ },
  "a tag of two bytes": { read: () => new DerReader(bytes("1f8100"), "it").any(), message: /more than one byte/ },
  "an indefinite length": { read: () => readDer(bytes("30800000"), 0x30, "it"), message: /indefinite/ },
  "a long length for a short one": { read: () => readDer(bytes("30817f"), 0x30, "it"), message: /not minimal/ },
  "a length with a leading zero": { read: () => readDer(bytes("30820080"), 0x30, "it"), message: /not minimal/ },
  "a length of five bytes": { read: () => readDer(bytes("30850100000000"), 0x30, "it"), message: /4 GiB/ },
  "an empty integer": { read: () => readInteger(readDer(bytes("0200"), 2, "it"), "it"), message: /empty integer/ },
  "a zero too many": { read: () => readInteger(readDer(bytes("02020001"), 2, "it"), "it"), message: /not minimal/ },
  "a sign byte too many": {
    read: () => readInteger(readDer(bytes("0202ff80"), 2, "it"), "it"),
    message: /not minimal/,
  },
  "a boolean that is neither": { read: () => readBoolean(readDer(bytes("010101"), 1, "it"), "it"), message: /boolean/ },
  "a boolean of two bytes": { read: () => readBoolean(readDer(bytes("0102ffff"), 1, "it"), "it"), message: /boolean/ },
  "an empty object identifier": { read: () => readOid(readDer(bytes("0600"), 6, "it"), "it"), message: /cut short/ },
  "one that breaks off": { read: () => readOid(readDer(bytes("06022a86"), 6, "it"), "it"), message: /cut short/ },
  "one with padding": { read: () => readOid(readDer(bytes("06032a8001"), 6, "it"), "it"), message: /not minimal/ },
  "one with padding at its start": {
    read: () => readOid(readDer(bytes("0602802a"), 6, "it"), "it"),
    message: /not minimal/,
  },
  "one without end": {
    read: () => readOid({ tag: 6, raw: bytes(""), content: new Uint8Array(129) }, "it"),
    message: /over 128/,
  },
  "a bit string without count": {
    read: () => readBitString(readDer(bytes("0300"), 3, "it"), "it"),
    message: /bad bit string/,
  },
  "eight unused bits": {
    read: () => readBitString(readDer(bytes("03020800"), 3, "it"), "it"),
    message: /bad bit string/,
  },
  "unused bits of nothing": {
    read: () => readBitString(readDer(bytes("030101"), 3, "it"), "it"),
    message: /bad bit string/,
  },
  "unused bits that are set": {
    read: () => readBitString(readDer(bytes("03020501"), 3, "it"), "it"),
    message: /stray bits/,
  },
  "half a byte": {
    read: () => readWholeBitString(readDer(bytes("030204f0"), 3, "it"), "it"),
    message: /end on a byte/,
  },
  "a million named bits": {
    read: () => readNamedBits(readDer(derBitString(new Uint8Array(125000)), 3, "it"), "it"),
    message: /named bits/,
  },
};

for (const [name, { read, message }] of Object.entries(REFUSED)) {
  Deno.test(`the DER reader refuses ${name}`, () => assert.throws(read, { code: "malformed", message }));
}

Deno.test("DerReader walks, looks ahead and ends", () => {
  const reader = new DerReader(derSequence(derInteger(5), derNull(), derSequence(derOid("1.2.3"))), "it").enter(
    TAG.SEQUENCE,
  );
  assert.equal(reader.optional(TAG.NULL), undefined);
  assert.equal(reader.integer(), 5n);
  assert.equal(reader.peekTag(), TAG.NULL);
  assert.equal(reader.optional(TAG.NULL)?.raw.toHex(), "0500");
  assert.equal(reader.enter(TAG.SEQUENCE).oid(), "1.2.3");
  assert.equal(reader.peekTag(), undefined);
  assert.ok(reader.done);
  reader.end();
});

Deno.test("DerReader gives views of the bytes it was given", () => {
  const der = derSequence(derInteger(5));
  const { raw, content } = readDer(der, TAG.SEQUENCE, "it");
  assert.equal(raw.buffer, der.buffer);
  assert.equal(content.buffer, der.buffer);
});

Deno.test("DerReader stays within the element that it entered", () => {
  const inner = new DerReader(bytes("30020401ff"), "it");
  assert.throws(() => inner.enter(TAG.SEQUENCE).any(), { code: "malformed", message: /cut short/ });
});

Deno.test("readInteger() gives back what derInteger() wrote", () => {
  fc.assert(fc.property(fc.bigInt({ min: -(2n ** 300n), max: 2n ** 300n }), (value) => {
    assert.equal(new DerReader(derInteger(value), "it").integer(), value);
  }));
});

Deno.test("readOid() gives back what derOid() wrote, whatever the size of the components", () => {
  const component = fc.oneof(fc.bigInt({ min: 0n, max: 300n }), fc.bigInt({ min: 0n, max: 2n ** 130n }));
  const start = fc.oneof(
    fc.tuple(fc.constantFrom(0n, 1n), fc.bigInt({ min: 0n, max: 39n })),
    fc.tuple(fc.constant(2n), component),
  );
  fc.assert(fc.property(start, fc.array(component, { maxLength: 4 }), (first, rest) => {
    const dotted = [...first, ...rest].join(".");
    assert.equal(new DerReader(derOid(dotted), "it").oid(), dotted);
  }));
});

for (
  const dotted of [
    "0.0",
    "0.39",
    "1.0",
    "1.39",
    "2.0",
    "2.39",
    "2.40",
    "2.47",
    "2.48",
    "2.25.285541874270823339875695650038637483517.0",
  ]
) {
  Deno.test(`readOid() reads ${dotted}`, () => assert.equal(new DerReader(derOid(dotted), "it").oid(), dotted));
}

Deno.test("readNamedBits() gives back what derNamedBits() wrote", () => {
  fc.assert(fc.property(fc.uniqueArray(fc.nat({ max: 20 })), (bits) => {
    const read = readNamedBits(readDer(derNamedBits(bits), TAG.BIT_STRING, "it"), "it");
    assert.deepEqual([...read], bits.toSorted((a, b) => a - b));
  }));
});

Deno.test("DerReader never fails but as malformed, and rebuilds exactly what it accepts", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), (garbage) => {
    const reader = new DerReader(garbage, "garbage");
    const parts: Uint8Array[] = [];
    try {
      while (!reader.done) {
        const { tag, content, raw } = reader.any();
        assert.deepEqual(derElement(tag, content), new Uint8Array(raw));
        parts.push(raw);
      }
      assert.equal(parts.reduce((size, part) => size + part.length, 0), garbage.length);
    } catch (error) {
      assert.ok(error instanceof CaucaseError && error.code === "malformed", String(error));
    }
  }));
});

function checkThing(der: Uint8Array): void {
  checkNested(new DerReader(der, "thing").any(), "thing");
}

function nested(levels: number): Uint8Array {
  return levels === 0 ? derInteger(1) : derSequence(nested(levels - 1));
}

Deno.test("checkNested() takes what is well formed down to 16 levels", () => checkThing(nested(16)));

Deno.test("checkNested() refuses one level more", () => {
  assert.throws(() => checkThing(nested(17)), { code: "malformed", message: "thing is nested too deeply" });
});

for (const inner of ["02", "0205", "028000", "1f01"]) {
  Deno.test(`checkNested() refuses ${inner} inside`, () => {
    assert.throws(() => checkThing(derSequence(derSequence(Uint8Array.fromHex(inner)))), { code: "malformed" });
  });
}

Deno.test("checkNested() does not look into primitive values", () => checkThing(Uint8Array.of(0x04, 1, 0x02)));
