import assert from "node:assert/strict";
import { hexOf } from "../../tests/support/issuing.ts";
import { derSequence } from "../der/writer.ts";
import type { Extension } from "../x509/extension.ts";
import { dnsName, subjectAltNameExtension } from "../x509/general_name.ts";
import { filterExtendedKeyUsage, filterKeyUsage, filterPolicies, filterSubjectAltName } from "./leaf_filters.ts";
import { commonNameDer, EMPTY_NAME } from "../x509/name.ts";
import { AUTO_SIGNED_POLICY, parsePolicies, policiesExtension } from "./policies.ts";
import { extendedKeyUsage, KEY_USAGE, keyUsage } from "../x509/standard_extensions.ts";

type KeyUsageBit = keyof typeof KEY_USAGE;

const KEY_USAGES: [asked: KeyUsageBit[], given: KeyUsageBit[]][] = [
  [["digitalSignature", "keyEncipherment"], ["digitalSignature", "keyEncipherment"]],
  [["digitalSignature", "keyCertSign", "cRLSign"], ["digitalSignature"]],
  [["nonRepudiation", "dataEncipherment"], ["nonRepudiation", "dataEncipherment"]],
  [["keyAgreement", "encipherOnly"], ["keyAgreement", "encipherOnly"]],
  [["keyAgreement", "decipherOnly"], ["keyAgreement", "decipherOnly"]],
  [["digitalSignature", "encipherOnly", "decipherOnly"], ["digitalSignature"]],
  [["keyCertSign"], []],
  [["keyCertSign", "cRLSign", "encipherOnly"], []],
  [[], []],
];

function usage(bits: KeyUsageBit[], critical: boolean): Extension | undefined {
  return bits.length === 0 ? undefined : keyUsage(bits.map((bit) => KEY_USAGE[bit]), critical);
}

for (const [asked, given] of KEY_USAGES) {
  Deno.test(`filterKeyUsage() makes [${asked}] into ${given.length ? `[${given}]` : "nothing"}`, () => {
    for (const critical of [true, false]) {
      const requested = keyUsage(asked.map((bit) => KEY_USAGE[bit]), critical);
      assert.equal(hexOf(filterKeyUsage(requested)), hexOf(usage(given, critical)));
    }
  });
}

const SERVER = "1.3.6.1.5.5.7.3.1";
const OCSP = "1.3.6.1.5.5.7.3.9";
const ANY = "2.5.29.37.0";

const PURPOSES: [asked: string[], given: string[]][] = [
  [[SERVER, ANY], [SERVER, ANY]],
  [[SERVER, OCSP, ANY], [SERVER, ANY]],
  [["1.3.6.1.5.5.7.3.91", "1.3.6.1.5.5.7.3.9.1"], ["1.3.6.1.5.5.7.3.91", "1.3.6.1.5.5.7.3.9.1"]],
  [[OCSP], []],
  [[], []],
];

for (const [asked, given] of PURPOSES) {
  Deno.test(`filterExtendedKeyUsage() makes [${asked}] into ${given.length ? `[${given}]` : "nothing"}`, () => {
    for (const critical of [true, false]) {
      const expected = given.length === 0 ? undefined : extendedKeyUsage(given, critical);
      assert.equal(hexOf(filterExtendedKeyUsage(extendedKeyUsage(asked, critical))), hexOf(expected));
    }
  });
}

const SUBJECT = commonNameDer("a");
/** A subject with a part that says nothing. */
const BLANK = commonNameDer("");

Deno.test("filterSubjectAltName() gives back the very extension beside a subject", () => {
  for (const critical of [true, false]) {
    const requested = subjectAltNameExtension([dnsName("a")], critical);
    assert.equal(filterSubjectAltName({ subject: SUBJECT, extensions: [requested] }), requested);
  }
  assert.equal(filterSubjectAltName({ subject: SUBJECT, extensions: [] }), undefined);
});

Deno.test("filterSubjectAltName() makes it critical where the subject names nothing", () => {
  for (const subject of [EMPTY_NAME, BLANK]) {
    for (const critical of [true, false]) {
      const requested = subjectAltNameExtension([dnsName("a")], critical);
      const given = filterSubjectAltName({ subject, extensions: [requested] });
      assert.deepEqual(given, { ...requested, critical: true });
    }
  }
});

Deno.test("filterSubjectAltName() refuses to name nothing at all", () => {
  for (const subject of [EMPTY_NAME, BLANK]) {
    assert.throws(() => filterSubjectAltName({ subject, extensions: [] }), {
      code: "unacceptable",
      message: /^the subject is empty and there is no subjectAltName/,
    });
  }
});

const ARC = "1.3.6.1.4.1.37476.9000.70.0";
const OLD_ARC = "2.25.285541874270823339875695650038637483517";
const MARK = `${ARC}.0`;

interface PolicyCase {
  asked?: string[];
  autoSigned?: boolean;
  keep?: boolean;
  given: string[];
  critical?: boolean;
}

/** The extension that is asked for is critical in all of them. */
const POLICIES: Record<string, PolicyCase> = {
  "nothing of nothing": { given: [] },
  "the mark alone, not critical": { autoSigned: true, given: [MARK] },
  "other policies as they are": { asked: ["1.2.3", "2.5.29.32.0"], given: ["1.2.3", "2.5.29.32.0"], critical: true },
  "the mark after others": { asked: ["1.2.3"], autoSigned: true, given: ["1.2.3", MARK], critical: true },
  "none of ours": { asked: [MARK, ARC, `${ARC}.5`, OLD_ARC, `${OLD_ARC}.0.3`], given: [] },
  "neighbours of ours": {
    asked: [`${OLD_ARC}0`, MARK, "1.3.6.1.4.1.37476.9000.70.1"],
    given: [`${OLD_ARC}0`, "1.3.6.1.4.1.37476.9000.70.1"],
    critical: true,
  },
  "our mark for a smuggled one": { asked: [`${OLD_ARC}.0`, MARK], autoSigned: true, given: [MARK] },
  "all in a renewal": {
    asked: ["1.2.3", MARK, `${ARC}.5`],
    keep: true,
    given: ["1.2.3", MARK, `${ARC}.5`],
    critical: true,
  },
  "the former arc as today's in a renewal": {
    asked: [OLD_ARC, `${OLD_ARC}.0`, "1.2.3", `${OLD_ARC}.0.3`],
    keep: true,
    given: [ARC, MARK, "1.2.3", `${ARC}.0.3`],
    critical: true,
  },
  "each policy once": {
    asked: [MARK, "1.2.3", `${OLD_ARC}.0`, "1.2.3"],
    keep: true,
    given: [MARK, "1.2.3"],
    critical: true,
  },
  "nothing of an empty list": { asked: [], given: [] },
  "the mark for an empty list": { asked: [], autoSigned: true, given: [MARK] },
};

function policies(oids: string[] | undefined): Extension | undefined {
  return oids && policiesExtension(oids.map((oid) => ({ oid, qualifiers: undefined })), true);
}

for (const [label, { asked, autoSigned = false, keep = false, given, critical = false }] of Object.entries(POLICIES)) {
  Deno.test(`filterPolicies() gives ${label}`, () => {
    const extension = filterPolicies(policies(asked), { autoSigned, keepCaucasePolicies: keep });
    assert.deepEqual(extension === undefined ? [] : parsePolicies(extension.value).map(({ oid }) => oid), given);
    if (given.length > 0) assert.equal(extension?.critical, critical);
    else assert.equal(extension, undefined);
  });
}

Deno.test("filterPolicies() keeps qualifiers, also those of the former arc", () => {
  const requested = policiesExtension([{ ...AUTO_SIGNED_POLICY, oid: `${OLD_ARC}.0` }], true);
  const renewed = filterPolicies(requested, { autoSigned: false, keepCaucasePolicies: true });
  assert.equal(hexOf(renewed), hexOf(policiesExtension([AUTO_SIGNED_POLICY], true)));
});

function onlyNames(extension: Extension) {
  return filterSubjectAltName({ subject: SUBJECT, extensions: [{ ...extension, oid: "2.5.29.17" }] });
}

const FILTERS: Record<string, (extension: Extension) => unknown> = {
  keyUsage: filterKeyUsage,
  extKeyUsage: filterExtendedKeyUsage,
  subjectAltName: onlyNames,
  certificatePolicies: (extension) => filterPolicies(extension, { autoSigned: false, keepCaucasePolicies: false }),
};

for (const [name, filter] of Object.entries(FILTERS)) {
  Deno.test(`a malformed ${name} is refused by name`, () => {
    for (const value of ["", "05", "3003", "300005", "04020500", "30020c05"].map((hex) => Uint8Array.fromHex(hex))) {
      const refused = { code: "malformed", message: new RegExp(`^extension ${name}: `) };
      assert.throws(() => filter({ oid: "2.5.29.1", critical: false, value }), refused);
    }
  });
}

Deno.test("filterSubjectAltName() refuses an empty list", () => {
  const empty = { ...subjectAltNameExtension([], false), value: derSequence() };
  assert.throws(() => onlyNames(empty), { code: "malformed", message: /subjectAltName: .* is empty/ });
});
