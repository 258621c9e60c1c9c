import assert from "node:assert/strict";
import fc from "fast-check";
import { concatBytes, utf8 } from "../bytes.ts";
import { CaucaseError } from "../errors.ts";
import { TAG } from "../der/tags.ts";
import { derBitString, derElement, derIa5String, derInteger, derOid, derSequence, derSetOf } from "../der/writer.ts";
import { checkName, commonNameDer, commonNameOf, EMPTY_NAME, nameToText } from "./name.ts";

const CN = "2.5.4.3";
const EMAIL = "1.2.840.113549.1.9.1";

function attribute(type: string, value: Uint8Array): Uint8Array {
  return derSequence(derOid(type), value);
}

function nameOf(...sets: Uint8Array[][]): Uint8Array {
  return derSequence(...sets.map((members) => derSetOf(...members)));
}

function commonName(tag: number, content: Uint8Array): Uint8Array {
  return nameOf([attribute(CN, derElement(tag, content))]);
}

const TEXTS: Record<string, { name: Uint8Array; text: string }> = {
  "an empty name": { name: EMPTY_NAME, text: "" },
  "two parts, last first": {
    name: nameOf([attribute("2.5.4.6", derElement(TAG.PRINTABLE_STRING, utf8("FR")))], [
      attribute(CN, derElement(TAG.UTF8_STRING, utf8("Zoë"))),
    ]),
    text: "CN=Zoë,C=FR",
  },
  "a set of two": {
    name: nameOf([
      attribute(CN, derElement(TAG.UTF8_STRING, utf8("b"))),
      attribute(CN, derElement(TAG.UTF8_STRING, utf8("a"))),
    ]),
    text: "CN=a+CN=b",
  },
  "a type without a short name": { name: nameOf([attribute(EMAIL, derIa5String("a@b"))]), text: `${EMAIL}=a@b` },
  "special characters": { name: commonNameDer(` #a,+"\\<>;= `), text: `CN=\\ #a\\,\\+\\"\\\\\\<\\>\\;=\\ ` },
  "a hash in front": { name: commonNameDer("#b"), text: "CN=\\#b" },
  "one space": { name: commonNameDer(" "), text: "CN=\\ " },
  "an empty string": { name: commonNameDer(""), text: "CN=" },
  "control characters": { name: commonNameDer("a\0\x1b[31m\n\x9b"), text: "CN=a\\00\\1b[31m\\0a\\c2\\9b" },
  "characters that turn the direction": {
    name: commonNameDer("a\u202eb\u2028"),
    text: "CN=a\\e2\\80\\aeb\\e2\\80\\a8",
  },
  "a unique identifier": {
    name: nameOf([attribute("2.5.4.45", derBitString(Uint8Array.of(5)))]),
    text: "2.5.4.45=#03020005",
  },
  "UTF-16": { name: commonName(TAG.BMP_STRING, Uint8Array.of(0, 0x68, 0, 0xe9)), text: "CN=hé" },
  "UTF-32": { name: commonName(TAG.UNIVERSAL_STRING, Uint8Array.of(0, 1, 0xf6, 0)), text: "CN=😀" },
  "ASCII in a Teletex string": { name: commonName(TAG.TELETEX_STRING, utf8("cafe")), text: "CN=cafe" },
};

for (const [label, { name, text }] of Object.entries(TEXTS)) {
  Deno.test(`nameToText() shows ${label}`, () => assert.equal(nameToText(name), text));
}

const REFUSED: Record<string, Uint8Array> = {
  "UTF8String that is not UTF-8": commonName(TAG.UTF8_STRING, Uint8Array.of(0xff)),
  "UTF8String with a surrogate": commonName(TAG.UTF8_STRING, Uint8Array.of(0xed, 0xa0, 0x80)),
  "PrintableString outside its alphabet": commonName(TAG.PRINTABLE_STRING, utf8("*.a@b")),
  "PrintableString above ASCII": commonName(TAG.PRINTABLE_STRING, Uint8Array.of(0xe9)),
  "IA5String above ASCII": commonName(TAG.IA5_STRING, Uint8Array.of(0x61, 0xff)),
  "TeletexString in Latin-1": commonName(TAG.TELETEX_STRING, Uint8Array.of(0x63, 0xe9)),
  "NumericString with letters": commonName(TAG.NUMERIC_STRING, utf8("1a")),
  "VisibleString with a control character": commonName(TAG.VISIBLE_STRING, utf8("a\x01")),
  "BMPString of odd length": commonName(TAG.BMP_STRING, Uint8Array.of(0, 0x61, 0x62)),
  "BMPString with a lone surrogate": commonName(TAG.BMP_STRING, Uint8Array.of(0xd8, 0)),
  "UniversalString that is cut short": commonName(TAG.UNIVERSAL_STRING, Uint8Array.of(0, 0, 0)),
  "UniversalString past Unicode": commonName(TAG.UNIVERSAL_STRING, Uint8Array.of(0, 0x11, 0, 0)),
  "UniversalString with a surrogate": commonName(TAG.UNIVERSAL_STRING, Uint8Array.of(0, 0, 0xd8, 0)),
  "a value that is no string": nameOf([attribute(CN, derInteger(5))]),
  "a bit string as common name": nameOf([attribute(CN, derBitString(Uint8Array.of(5)))]),
  "an empty set": nameOf([]),
  "a set out of order": derSequence(
    derElement(TAG.SET, attribute(CN, derIa5String("b")), attribute(CN, derIa5String("a"))),
  ),
  "the same attribute twice": nameOf([attribute(CN, derIa5String("a")), attribute(CN, derIa5String("a"))]),
  "an attribute without a value": nameOf([derSequence(derOid(CN))]),
  "an attribute with two values": nameOf([derSequence(derOid(CN), derIa5String("a"), derIa5String("b"))]),
  "a sequence in place of a set": derSequence(derSequence(attribute(CN, derIa5String("a")))),
  "bytes after its end": concatBytes(commonNameDer("a"), Uint8Array.of(0)),
  "no bytes": new Uint8Array(),
};

for (const [label, name] of Object.entries(REFUSED)) {
  Deno.test(`checkName() refuses ${label}`, () => assert.throws(() => checkName(name), { code: "malformed" }));
}

Deno.test("checkName() takes its time, not the stack, for a set of as many members as a request has room for", () => {
  const members = derElement(TAG.SET, new Uint8Array(100_000).map((_, index) => index % 2 === 0 ? TAG.SEQUENCE : 0));
  assert.throws(() => checkName(derSequence(members)), { code: "malformed", message: /twice/ });
});

const FOREIGN: Record<string, { name: Uint8Array; message: RegExp }> = {
  "a visible one": {
    name: commonName(TAG.PRINTABLE_STRING, utf8("*.a_b@example")),
    message: /string for commonName that has the character "\*", which the type PrintableString has no room for$/,
  },
  "one beyond ASCII": {
    name: commonName(TAG.IA5_STRING, Uint8Array.of(0x61, 0x80)),
    message: /string for commonName that has the byte 0x80, which the type IA5String has no room for$/,
  },
  "a control character": {
    name: commonName(TAG.VISIBLE_STRING, utf8("a\n")),
    message: /has the byte 0x0a, which the type VisibleString has no room for$/,
  },
};

for (const [name, { name: der, message }] of Object.entries(FOREIGN)) {
  Deno.test(`checkName() names a character that the string's type cannot hold, and the attribute: ${name}`, () => {
    assert.throws(() => checkName(der), (error) => {
      assert.ok(error instanceof CaucaseError && error.code === "malformed");
      assert.match(error.message, message);
      assert.equal(error.details.hint, "write a UTF8String");
      return true;
    });
  });
}

Deno.test("checkName() names the type whose string does not decode", () => {
  assert.throws(() => checkName(commonName(TAG.UTF8_STRING, Uint8Array.of(0xff))), {
    message: "distinguished name has a string for commonName that does not decode by its type",
  });
});

Deno.test("commonNameOf() gives back what commonNameDer() wrote", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => assert.equal(commonNameOf(commonNameDer(text)), text)),
  );
});

Deno.test("commonNameOf() takes the most specific one", () => {
  const name = nameOf([attribute(CN, derIa5String("a"))], [attribute(CN, derIa5String("b"))]);
  assert.equal(commonNameOf(name), "b");
});

Deno.test("commonNameOf() is undefined when there is none", () => assert.equal(commonNameOf(EMPTY_NAME), undefined));

Deno.test("nameToText() leaves no control character, whatever the name", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    assert.doesNotMatch(nameToText(commonNameDer(text)), /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
  }));
});

Deno.test("checkName() throws nothing but CaucaseError on any bytes", () => {
  const nested = fc.uint8Array({ maxLength: 40 }).map((bytes) => derSequence(derElement(TAG.SET, derSequence(bytes))));
  fc.assert(fc.property(fc.oneof(fc.uint8Array(), nested), (bytes) => {
    try {
      checkName(bytes);
    } catch (error) {
      assert.ok(error instanceof CaucaseError, String(error));
    }
  }));
});
