import assert from "node:assert/strict";
import fc from "fast-check";
import type { Extension } from "./extension.ts";
import {
  authorityKeyIdentifierExtension,
  basicConstraints,
  crlDistributionPoints,
  extendedKeyUsage,
  KEY_USAGE,
  keyUsage,
  nameConstraints,
  readExtendedKeyUsage,
  readKeyUsage,
  subjectKeyIdentifierExtension,
} from "./standard_extensions.ts";

const KEY_ID = "21ed053e7f19dc9671842599525cda510a1c7fe3";

// Values as other implementations write them.
const ENCODINGS: Record<string, { extension: Extension; oid: string; critical: boolean; hex: string }> = {
  "basicConstraints of an end entity": {
    extension: basicConstraints(false),
    oid: "2.5.29.19",
    critical: true,
    hex: "3000",
  },
  "basicConstraints of a CA": { extension: basicConstraints({}), oid: "2.5.29.19", critical: true, hex: "30030101ff" },
  "basicConstraints with a path length": {
    extension: basicConstraints({ pathLength: 0 }),
    oid: "2.5.29.19",
    critical: true,
    hex: "30060101ff020100",
  },
  "subjectKeyIdentifier": {
    extension: subjectKeyIdentifierExtension(KEY_ID),
    oid: "2.5.29.14",
    critical: false,
    hex: "0414" + KEY_ID,
  },
  "authorityKeyIdentifier": {
    extension: authorityKeyIdentifierExtension(KEY_ID),
    oid: "2.5.29.35",
    critical: false,
    hex: "30168014" + KEY_ID,
  },
  "cRLDistributionPoints": {
    extension: crlDistributionPoints("http://a/"),
    oid: "2.5.29.31",
    critical: false,
    hex: "3011300fa00da00b8609687474703a2f2f612f",
  },
  "keyUsage of a CA": {
    extension: keyUsage([KEY_USAGE.keyCertSign, KEY_USAGE.cRLSign], true),
    oid: "2.5.29.15",
    critical: true,
    hex: "03020106",
  },
  "keyUsage with the ninth bit": {
    extension: keyUsage([KEY_USAGE.keyAgreement, KEY_USAGE.decipherOnly], false),
    oid: "2.5.29.15",
    critical: false,
    hex: "0303070880",
  },
  "extKeyUsage": {
    extension: extendedKeyUsage(["1.3.6.1.5.5.7.3.1"], true),
    oid: "2.5.29.37",
    critical: true,
    hex: "300a06082b06010505070301",
  },
  "nameConstraints for a DNS name": {
    extension: nameConstraints("localhost"),
    oid: "2.5.29.30",
    critical: true,
    hex: "300fa00d300b82096c6f63616c686f7374",
  },
  "nameConstraints for an IPv4 address": {
    extension: nameConstraints("127.0.0.1"),
    oid: "2.5.29.30",
    critical: true,
    hex: "3014a00c300a87087f000001ffffffffa10430028200",
  },
  "nameConstraints for an IPv6 address": {
    extension: nameConstraints("[::1]"),
    oid: "2.5.29.30",
    critical: true,
    hex: `302ca02430228720${"0".repeat(31)}1${"f".repeat(32)}a10430028200`,
  },
};

for (const [label, { extension, oid, critical, hex }] of Object.entries(ENCODINGS)) {
  Deno.test(`${label} has the encoding of RFC 5280`, () => {
    assert.deepEqual({ ...extension, value: extension.value.toHex() }, { oid, critical, value: hex });
  });
}

Deno.test("readKeyUsage() gives back the bits that keyUsage() wrote", () => {
  const bits = fc.uniqueArray(fc.integer({ min: 0, max: 8 }));
  fc.assert(fc.property(bits, (list) => assert.deepEqual(readKeyUsage(keyUsage(list, true).value), new Set(list))));
});

Deno.test("readKeyUsage() takes zero bits at the end, and no bits", () => {
  assert.deepEqual(readKeyUsage(Uint8Array.fromHex("030200a0")), new Set([0, 2]));
  assert.deepEqual(readKeyUsage(Uint8Array.fromHex("030100")), new Set());
});

for (const hex of ["", "0300", "030208ff", "030206a1", "0401a0", "030205a000", "0303064040", "0304000080" + "01"]) {
  Deno.test(`readKeyUsage() refuses ${hex || "nothing"}`, () => {
    assert.throws(() => readKeyUsage(Uint8Array.fromHex(hex)), { code: "malformed" });
  });
}

Deno.test("readExtendedKeyUsage() gives back the purposes that extendedKeyUsage() wrote", () => {
  const purposes = ["1.3.6.1.5.5.7.3.9", "2.5.29.37.0", "2.25.285541874270823339875695650038637483517"];
  assert.deepEqual(readExtendedKeyUsage(extendedKeyUsage(purposes, true).value), purposes);
  assert.deepEqual(readExtendedKeyUsage(Uint8Array.fromHex("3000")), []);
});

for (const hex of ["", "0500", "3002", "30020c00", "30020600", "300006"]) {
  Deno.test(`readExtendedKeyUsage() refuses ${hex || "nothing"}`, () => {
    assert.throws(() => readExtendedKeyUsage(Uint8Array.fromHex(hex)), { code: "malformed" });
  });
}
