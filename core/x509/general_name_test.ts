import assert from "node:assert/strict";
import fc from "fast-check";
import { CaucaseError } from "../errors.ts";
import { derElement, derExplicit, derInteger, derOid, derSequence, derUtf8String } from "../der/writer.ts";
import {
  checkGeneralNames,
  dnsName,
  emailName,
  hostName,
  ipAddress,
  parseGeneralNames,
  subjectAltNameExtension,
  uriName,
} from "./general_name.ts";
import { commonNameDer } from "./name.ts";

const NAMES: Record<string, { der: Uint8Array; form: string; text: string }> = {
  "a DNS name": { der: dnsName("a.example"), form: "DNS", text: "a.example" },
  "an address": { der: emailName("a@example"), form: "email", text: "a@example" },
  "a URI": { der: uriName("https://a/"), form: "URI", text: "https://a/" },
  "an IPv4 address": { der: ipAddress("192.0.2.1"), form: "IP", text: "192.0.2.1" },
  "an IPv6 address": { der: ipAddress("2001:db8::1"), form: "IP", text: "2001:db8::1" },
  "a directory name": { der: derExplicit(4, commonNameDer("x")), form: "DirName", text: "CN=x" },
  "a registered id": { der: Uint8Array.fromHex("88032a0304"), form: "RID", text: "1.2.3.4" },
  "an other name": {
    der: derExplicit(0, derOid("1.2.3"), derExplicit(0, derUtf8String("a"))),
    form: "otherName",
    text: "1.2.3=0c0161",
  },
  "an X.400 name": { der: derExplicit(3, derInteger(1)), form: "X400Name", text: "020101" },
  "an EDI party": { der: derExplicit(5, derInteger(1)), form: "EdiPartyName", text: "020101" },
  "control characters in a directory name": {
    der: derExplicit(4, commonNameDer("a\n\x1b")),
    form: "DirName",
    text: "CN=a\\0a\\1b",
  },
};

for (const [label, { der, form, text }] of Object.entries(NAMES)) {
  Deno.test(`parseGeneralNames() reads ${label}`, () => {
    assert.deepEqual(parseGeneralNames(derSequence(der)), [{ form, text }]);
  });
}

const REFUSED: Record<string, Uint8Array> = {
  "no names": derSequence(),
  "no sequence": dnsName("a"),
  "a tag that is no form": derSequence(Uint8Array.fromHex("8900")),
  "a universal tag": derSequence(derUtf8String("a")),
  "a constructed DNS name": derSequence(derExplicit(2, derInteger(1))),
  "a DNS name above ASCII": derSequence(Uint8Array.fromHex("8202c3a9")),
  "a DNS name with a zero byte": derSequence(Uint8Array.fromHex("8203610062")),
  "a mailbox with a line end": derSequence(Uint8Array.fromHex("8102610a")),
  "a URI with a control character": derSequence(Uint8Array.fromHex("8602617f")),
  "an IP address of five bytes": derSequence(Uint8Array.fromHex("87050102030405")),
  "a directory name that is none": derSequence(derExplicit(4, derInteger(1))),
  "an other name without a value": derSequence(derExplicit(0, derOid("1.2.3"))),
  "an other name with something left over": derSequence(
    derExplicit(0, derOid("1.2.3"), derExplicit(0, derInteger(1)), derInteger(1)),
  ),
  "an other name of two values": derSequence(
    derExplicit(0, derOid("1.2.3"), derExplicit(0, derInteger(1), derInteger(1))),
  ),
  "an other name with garbage inside": derSequence(
    derExplicit(0, derOid("1.2.3"), derExplicit(0, derElement(0x30, Uint8Array.of(2)))),
  ),
  "a registered id that is cut short": derSequence(Uint8Array.fromHex("880181")),
};

for (const [label, value] of Object.entries(REFUSED)) {
  Deno.test(`parseGeneralNames() refuses ${label}`, () => {
    assert.throws(() => parseGeneralNames(value), { code: "malformed" });
  });
}

const LABEL = "a".repeat(63);
/** 253 characters. */
const LONGEST_HOST = `${LABEL}.${LABEL}.${LABEL}.${"a".repeat(61)}`;

const USABLE: Record<string, Uint8Array> = {
  "a host name": dnsName("a.example"),
  "one label": dnsName("localhost"),
  "underscores": dnsName("_acme.under_score.example"),
  "a wildcard": dnsName("*.a.example"),
  "a wildcard alone": dnsName("*"),
  "the longest label": dnsName(`${LABEL}.example`),
  "the longest host name": dnsName(LONGEST_HOST),
  "a mailbox": emailName("a b@example"),
  "a mailbox without @": emailName("somebody"),
  "a URI": uriName("urn:x"),
  "an address": ipAddress("::"),
};

for (const [label, name] of Object.entries(USABLE)) {
  Deno.test(`checkGeneralNames() takes ${label}`, () => checkGeneralNames(derSequence(dnsName("a"), name)));
}

const UNUSABLE: Record<string, { name: Uint8Array; message: RegExp }> = {
  "an empty host name": { name: dnsName(""), message: /^the host name "" is empty$/ },
  "an empty label": { name: dnsName("a..b"), message: /"a\.\.b" has an empty label$/ },
  "an empty label in front": { name: dnsName(".a.b"), message: /has an empty label$/ },
  "an empty label at the end": { name: dnsName("a.b."), message: /has an empty label$/ },
  "a label that is too long": { name: dnsName(`${LABEL}a.b`), message: /has a label of more than 63 characters$/ },
  "a host name that is too long": {
    name: dnsName(`${LONGEST_HOST}a`),
    message: /^the host name "a{63}\.a{16}…" has more than 253 characters$/,
  },
  "a blank in a host name": { name: dnsName("a b"), message: /has a blank$/ },
  "an empty mailbox": { name: emailName(""), message: /^the mailbox "" is empty$/ },
  "a mailbox of nobody": { name: emailName("@example"), message: /^the mailbox "@example" has nothing before the @$/ },
  "a mailbox nowhere": { name: emailName("a@"), message: /has nothing after the @$/ },
  "an empty URI": { name: uriName(""), message: /^the URI "" is empty$/ },
  "an empty directory name": { name: derExplicit(4, derSequence()), message: /^the DirName "" is empty$/ },
};

for (const [label, { name, message }] of Object.entries(UNUSABLE)) {
  Deno.test(`checkGeneralNames() refuses ${label} by name, and reading it is fine`, () => {
    const value = derSequence(dnsName("a"), name);
    assert.throws(() => checkGeneralNames(value), { code: "malformed", message });
    assert.equal(parseGeneralNames(value).length, 2);
  });
}

Deno.test("checkGeneralNames() takes just the host names whose labels have 1 to 63 characters, 253 in all", () => {
  const label = fc.oneof(fc.string({ unit: fc.constantFrom("a", "-", "_", "9"), maxLength: 80 }));
  fc.assert(fc.property(fc.array(label, { minLength: 1, maxLength: 5 }), (labels) => {
    const isHost = labels.every(({ length }) => length > 0 && length < 64) && labels.join(".").length < 254;
    const check = () => checkGeneralNames(derSequence(dnsName(labels.join("."))));
    if (isHost) check();
    else assert.throws(check, { code: "malformed" });
  }));
});

Deno.test("parseGeneralNames() throws nothing but CaucaseError on any bytes", () => {
  const value = fc.oneof(fc.uint8Array(), fc.uint8Array().map((bytes) => derSequence(bytes)));
  fc.assert(fc.property(value, (bytes) => {
    try {
      parseGeneralNames(bytes);
    } catch (error) {
      assert.ok(error instanceof CaucaseError, String(error));
    }
  }));
});

Deno.test("hostName() is an address for numeric hosts, else a DNS name", () => {
  const forms = ["localhost", "127.0.0.1", "::1", "[::1]"].map((host) =>
    parseGeneralNames(derSequence(hostName(host)))[0]
  );
  assert.deepEqual(forms, [
    { form: "DNS", text: "localhost" },
    { form: "IP", text: "127.0.0.1" },
    { form: "IP", text: "::1" },
    { form: "IP", text: "::1" },
  ]);
});

Deno.test("dnsName() and ipAddress() refuse what they cannot hold", () => {
  assert.throws(() => dnsName("é"), { code: "malformed" });
  assert.throws(() => ipAddress("1.2.3"), { code: "malformed", message: /1\.2\.3 is not/ });
  assert.throws(() => ipAddress(Uint8Array.of(1, 2)), { code: "malformed" });
});

Deno.test("subjectAltNameExtension() holds its names in order", () => {
  const extension = subjectAltNameExtension([dnsName("a"), ipAddress(Uint8Array.of(1, 2, 3, 4))], true);
  assert.deepEqual([extension.oid, extension.critical], ["2.5.29.17", true]);
  assert.equal(extension.value.toHex(), "300982016187040102" + "0304");
});
