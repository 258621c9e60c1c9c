import assert from "node:assert/strict";
import fc from "fast-check";
import { CaucaseError } from "../errors.ts";
import { derElement, derExplicit, derInteger, derOid, derSequence, derUtf8String } from "../der/writer.ts";
import {
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
