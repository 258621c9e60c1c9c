/** The encodings beneath everything: PEM and DER. */
import assert from "node:assert/strict";
import { type Bytes, concatBytes, utf8 } from "../../../core/bytes.ts";
import { decodePem, encodePem } from "../../../core/pem.ts";
import {
  type DerElement,
  DerReader,
  readBitString,
  readBoolean,
  readInteger,
  readOid,
  readTime,
} from "../../../core/der/reader.ts";
import { TAG } from "../../../core/der/tags.ts";
import {
  derBitString,
  derBoolean,
  derElement,
  derInteger,
  derOid,
  derSequence,
  derTime,
} from "../../../core/der/writer.ts";
import { storedBlocks } from "../../../core/host/stored_pem.ts";
import { defineTarget } from "../target.ts";

export const pem = defineTarget({
  name: "pem",
  grammar: "pem",
  codes: ["malformed"],
  read: (input) => decodePem(textOf(input)),
  check(blocks, input) {
    const again = decodePem(blocks.map((block) => block.text).join(""));
    assert.deepEqual(again.map(withoutText), blocks.map(withoutText), "what is written is read again");
    for (const [index, { raw, der }] of storedBlocks(textOf(input), blocks[0]?.label ?? "").entries()) {
      assert.deepEqual(decodePem(raw).map((block) => block.der), [der], `block ${index} as it stands in a file`);
    }
  },
  grown: {
    "blocks": (size) => utf8(encodePem("X", Uint8Array.of(1)).repeat(Math.min(9_999, size / 36))),
    "one long body": (size) => utf8(encodePem("CERTIFICATE", new Uint8Array(size * 3 / 4))),
    "text around": (size) => utf8("-----BEGI\n".repeat(size / 10)),
    "a long line of a boundary": (size) => utf8(`-----BEGIN ${"A ".repeat(size / 2)}`),
    "headers": (size) =>
      utf8(`-----BEGIN PRIVATE KEY-----\n${"A: b\n ".repeat(size / 6)}\n-----END PRIVATE KEY-----\n`),
    "blanks": (size) => utf8(`-----BEGIN X-----${" ".repeat(size)}x`),
  },
});

function withoutText({ label, der, headers }: { label: string; der: Bytes; headers: readonly string[] }) {
  return { label, der, headers };
}

/** Readers of primitive types, each with its writer. */
const PRIMITIVES: ReadonlyMap<number, (element: DerElement) => Uint8Array> = new Map([
  [TAG.INTEGER, (element) => derInteger(readInteger(element, "it"))],
  [TAG.BOOLEAN, (element) => derBoolean(readBoolean(element, "it"))],
  [TAG.OID, (element) => derOid(readOid(element, "it"))],
  [TAG.UTC_TIME, (element) => derTime(readTime(element, "it"))],
  [TAG.GENERALIZED_TIME, (element) => derTime(readTime(element, "it"))],
  [TAG.BIT_STRING, (element) => {
    const { bytes, unusedBits } = readBitString(element, "it");
    return derBitString(bytes, unusedBits);
  }],
]);

export const der = defineTarget({
  name: "der",
  grammar: "der",
  codes: ["malformed"],
  read: (input) => reencoded(input, 0),
  check: (encoded, input) => assert.equal(encoded.toHex(), input.toHex(), "DER has one encoding"),
  grown: {
    "elements": (size) => new Uint8Array(size - size % 2).map((_, index) => index % 2 === 0 ? TAG.NULL : 0),
    "one integer": (size) => derInteger(2n ** BigInt(8 * size)),
    "one object identifier": (size) => derElement(TAG.OID, new Uint8Array(size).fill(0xff), Uint8Array.of(1)),
    "one string of bits": (size) => derBitString(new Uint8Array(size).fill(1)),
    "short sequences": (size) =>
      derSequence(...Array.from({ length: size / 20 }, () => derSequence(derInteger(2n ** 100n)))),
  },
});

/** Deeper nesting is the test's trouble, not the reader's: that goes down only where its structures do. */
const DEEPEST = 60;

function reencoded(bytes: Uint8Array, depth: number): Uint8Array {
  const reader = new DerReader(bytes, "it");
  const parts: Uint8Array[] = [];
  while (!reader.done) {
    const element = reader.any();
    const nests = (element.tag & 0x20) !== 0 && depth < DEEPEST;
    parts.push(
      nests
        ? derElement(element.tag, reencoded(element.content, depth + 1))
        : PRIMITIVES.get(element.tag)?.(element) ?? derElement(element.tag, element.content),
    );
  }
  return new Uint8Array(concatBytes(...parts));
}

function textOf(input: Uint8Array): string {
  return new TextDecoder().decode(input);
}
