import assert from "node:assert/strict";
import {
  derBoolean,
  derInteger,
  derOctetString,
  derOid,
  derSequence,
  derUtf8String,
} from "../../core/x509/der_writer.ts";
import { ofEachShape, shapeOf } from "./shape.ts";
import type { Specimen } from "./specimen.ts";

const text = derUtf8String("a");

Deno.test("shapeOf() tells structures, identifiers and truth values apart, and nothing else", () => {
  const shape = shapeOf(derSequence(derInteger(1), text));
  assert.equal(shapeOf(derSequence(derInteger(255), derUtf8String("another"))), shape);
  const others = [
    derSequence(text, derInteger(1)),
    derSequence(derInteger(1), derSequence(text)),
    derSequence(derOid("1.2.3"), text),
    derSequence(derOid("1.2.4"), text),
    derSequence(derBoolean(true), text),
    derSequence(derBoolean(false), text),
    derSequence(derOctetString(text)),
    derSequence(derOctetString(derInteger(1))),
  ].map(shapeOf);
  assert.equal(new Set([shape, ...others]).size, others.length + 1);
});

Deno.test("shapeOf() takes entries in a row that look alike for one, and octets that are no DER for octets", () => {
  assert.equal(shapeOf(derSequence(text, text, text)), shapeOf(derSequence(text)));
  assert.equal(shapeOf(derOctetString(Uint8Array.of(0x30, 0x7f))), shapeOf(derOctetString(Uint8Array.of(1))));
});

Deno.test("ofEachShape() keeps three of each kind and shape", () => {
  const of = (kind: Specimen["kind"], der: Specimen["der"]): Specimen => ({ kind, label: "", der, issuer: der });
  const alike = Array.from({ length: 5 }, (_, index) => of("user", derInteger(index)));
  const others = [of("service", derInteger(1)), of("user", text)];
  assert.deepEqual(ofEachShape([...alike, ...others]), [...alike.slice(0, 3), ...others]);
});
