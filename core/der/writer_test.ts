import assert from "node:assert/strict";
import fc from "fast-check";
import { TAG } from "./tags.ts";
import {
  derBitString,
  derBoolean,
  derElement,
  derExplicit,
  derHeader,
  derIa5String,
  derImplicit,
  derInteger,
  derNamedBits,
  derNull,
  derOid,
  derSequence,
  derSetOf,
  derTime,
  derUtf8String,
} from "./writer.ts";

/** Expected encodings worked out from X.690. */
const ENCODINGS: readonly (readonly [string, Uint8Array, string])[] = [
  ["the number zero", derInteger(0), "020100"],
  ["127", derInteger(127), "02017f"],
  ["128, with a zero byte to stay positive", derInteger(128), "02020080"],
  ["a number of two bytes", derInteger(256n), "02020100"],
  ["-1", derInteger(-1), "0201ff"],
  ["-128", derInteger(-128), "020180"],
  ["-129", derInteger(-129), "0202ff7f"],
  ["true", derBoolean(true), "0101ff"],
  ["false", derBoolean(false), "010100"],
  ["NULL", derNull(), "0500"],
  ["an object identifier", derOid("1.2.840.113549"), "06062a864886f70d"],
  ["one with a large second component", derOid("2.999.3"), "0603883703"],
  ["one of only two components", derOid("2.5"), "060155"],
  ["one whose component exceeds 64 bits", derOid("2.25.18446744073709551616"), "060b6982808080808080808000"],
  ["a bit string", derBitString(Uint8Array.of(0xa0), 5), "030205a0"],
  ["no named bits", derNamedBits([]), "030100"],
  ["named bits without trailing zeros", derNamedBits([0, 2]), "030205a0"],
  ["the ninth named bit", derNamedBits([8]), "0303070080"],
  ["UTF-8 text", derUtf8String("é"), "0c02c3a9"],
  ["ASCII text", derIa5String("a"), "160161"],
  ["an explicit tag", derExplicit(3, derNull()), "a3020500"],
  ["an implicit tag", derImplicit(0, Uint8Array.of(1)), "800101"],
  ["a sequence", derSequence(derNull(), derInteger(1)), "30050500020101"],
  ["an empty sequence", derSequence(), "3000"],
  [
    "a set in the order of its encodings",
    derSetOf(derInteger(256), derInteger(2), derInteger(1)),
    "310a02010102010202020100",
  ],
  ["a length of 127", derHeader(TAG.SEQUENCE, 127), "307f"],
  ["a length of 128", derHeader(TAG.SEQUENCE, 128), "308180"],
  ["a length of 65536", derHeader(TAG.SEQUENCE, 65536), "3083010000"],
  ["a date of this century", derTime(Date.UTC(2026, 10, 23, 8, 29, 52) / 1000), "170d3236313132333038323935325a"],
  ["the last moment of UTCTime", derTime(Date.UTC(2050, 0) / 1000 - 1), "170d3439313233313233353935395a"],
  ["the first of GeneralizedTime", derTime(Date.UTC(2050, 0) / 1000), "180f32303530303130313030303030305a"],
  ["the first moment of UTCTime", derTime(Date.UTC(1950, 0) / 1000), "170d3530303130313030303030305a"],
  ["a date before UTCTime", derTime(Date.UTC(1950, 0) / 1000 - 1), "180f31393439313233313233353935395a"],
];

for (const [name, encoded, hex] of ENCODINGS) {
  Deno.test(`the DER writer encodes ${name}`, () => assert.equal(encoded.toHex(), hex));
}

Deno.test("derSequence() and derSetOf() take as many items as a request has room for", () => {
  const items = Array.from({ length: 50_000 }, () => derNull());
  assert.equal(derSequence(...items).length, 5 + 100_000);
  assert.equal(derSetOf(...items).length, 5 + 100_000);
});

Deno.test("derSetOf() puts a shorter encoding before one that it begins", () => {
  const short = Uint8Array.of(4, 0);
  const long = Uint8Array.of(4, 0, 0);
  assert.equal(derSetOf(long, short).toHex(), "31050400040000");
});

const NOT_OIDS = ["", "1", "1.", ".1", "3.1", "1.40", "0.40.1", "1.2.03", "1.2.-3", "1.2.x", "01.2", "1..2", "1.2 "];

for (const text of NOT_OIDS) {
  Deno.test(`derOid() refuses ${JSON.stringify(text)}`, () => assert.throws(() => derOid(text), RangeError));
}

Deno.test("derTime() refuses what cannot be written", () => {
  for (const time of [NaN, Infinity, 0.5, Date.UTC(10000, 0) / 1000, -1e12]) {
    assert.throws(() => derTime(time), RangeError, String(time));
  }
});

Deno.test("derIa5String() refuses what is not ASCII", () => {
  assert.throws(() => derIa5String("é"), RangeError);
});

Deno.test("derElement() announces the length that follows", () => {
  fc.assert(fc.property(fc.nat({ max: 70000 }), (size) => {
    const encoded = derElement(TAG.OCTET_STRING, new Uint8Array(size));
    const { length } = derHeader(TAG.OCTET_STRING, size);
    assert.equal(encoded.length, length + size);
  }));
});
