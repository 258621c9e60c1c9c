import assert from "node:assert/strict";
import fc from "fast-check";
import { CaucaseError, describeError } from "../errors.ts";
import { readDer } from "../der/reader.ts";
import { TAG } from "../der/tags.ts";
import { derBoolean, derInteger, derOctetString, derOid, derSequence } from "../der/writer.ts";
import {
  encodeExtensions,
  type Extension,
  findExtension,
  parseExtensions,
  readExtensionValue,
  sameExtension,
} from "./extension.ts";

const OID = derOid("1.2.3");
const VALUE = derOctetString(Uint8Array.of(1, 2));

function parse(der: Uint8Array): Extension[] {
  return parseExtensions(readDer(der, TAG.SEQUENCE, "thing"), "thing");
}

Deno.test("parseExtensions() gives back what encodeExtensions() wrote", () => {
  const oid = fc.array(fc.bigInt(0n, 1n << 130n), { maxLength: 5 }).map((rest) => ["2", "25", ...rest].join("."));
  const extension = fc.record({ oid, critical: fc.boolean(), value: fc.uint8Array({ maxLength: 200 }) });
  const list = fc.uniqueArray(extension, { selector: (one) => one.oid, maxLength: 8 });
  fc.assert(fc.property(list, (extensions) => {
    const read = parse(encodeExtensions(extensions));
    assert.equal(read.length, extensions.length);
    assert.ok(read.every((one, i) => sameExtension(one, extensions[i] ?? { ...one, oid: "" })));
  }));
});

const REFUSED: Record<string, { der: Uint8Array; message: RegExp }> = {
  "an extension appears twice": {
    der: derSequence(derSequence(OID, VALUE), derSequence(OID, derBoolean(true), VALUE)),
    message: /thing has the extension 1\.2\.3 twice/,
  },
  "the default criticality is written": {
    der: derSequence(derSequence(OID, derBoolean(false), VALUE)),
    message: /1\.2\.3 with its default criticality/,
  },
  "the value is missing": { der: derSequence(derSequence(OID)), message: /ends too early/ },
  "the value is no octet string": { der: derSequence(derSequence(OID, derInteger(1))), message: /has tag 0x02/ },
  "something follows the value": { der: derSequence(derSequence(OID, VALUE, VALUE)), message: /after its end/ },
  "a member is no sequence": { der: derSequence(OID), message: /has tag 0x06/ },
  "the boolean is not DER": {
    der: derSequence(derSequence(OID, Uint8Array.of(1, 1, 7), VALUE)),
    message: /bad boolean/,
  },
};

for (const [when, { der, message }] of Object.entries(REFUSED)) {
  Deno.test(`parseExtensions() refuses when ${when}`, () => {
    assert.throws(() => parse(der), { code: "malformed", message });
  });
}

Deno.test("parseExtensions() refuses an element that is no sequence", () => {
  assert.throws(() => parseExtensions(readDer(OID, TAG.OID, "thing"), "thing"), { code: "malformed" });
});

Deno.test("parseExtensions() takes an empty list", () => assert.deepEqual(parse(derSequence()), []));

Deno.test("findExtension() finds by object identifier", () => {
  const list = parse(derSequence(derSequence(OID, VALUE)));
  assert.equal(findExtension(list, "1.2.3"), list[0]);
  assert.equal(findExtension(list, "1.2"), undefined);
});

Deno.test("sameExtension() compares type, criticality and value", () => {
  const one: Extension = { oid: "1.2", critical: true, value: Uint8Array.of(1) };
  assert.ok(sameExtension(one, { ...one, value: Uint8Array.of(1) }));
  for (const other of [{ oid: "1.3" }, { critical: false }, { value: Uint8Array.of(2) }]) {
    assert.ok(!sameExtension(one, { ...one, ...other }));
  }
});

Deno.test("readExtensionValue() names the extension in what the reader throws", () => {
  const extension: Extension = { oid: "1.2", critical: true, value: Uint8Array.of(1) };
  const refuse = () => {
    throw new CaucaseError("malformed", "list is empty", { hint: "fill it" });
  };
  assert.throws(() => readExtensionValue(extension, "keyUsage", refuse), (error) => {
    assert.ok(error instanceof CaucaseError && error.code === "malformed");
    assert.equal(describeError(error), "extension keyUsage: list is empty (fill it)");
    return true;
  });
});

Deno.test("readExtensionValue() leaves our own faults alone", () => {
  const extension: Extension = { oid: "1.2", critical: true, value: Uint8Array.of(1) };
  const fail = () => {
    throw new RangeError("bug");
  };
  assert.throws(() => readExtensionValue(extension, "keyUsage", fail), RangeError);
});
