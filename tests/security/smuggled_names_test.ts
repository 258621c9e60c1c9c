/** Requests that can be read in two ways, and names that are not what they seem. */
import assert from "node:assert/strict";
import { utf8 } from "../../core/bytes.ts";
import { TAG } from "../../core/der/tags.ts";
import { derElement, derExplicit, derImplicit, derInteger, derOid, derSequence } from "../../core/der/writer.ts";
import { encodeExtensions, type Extension } from "../../core/x509/extension.ts";
import { dnsName, subjectAltNameExtension } from "../../core/x509/general_name.ts";
import { commonNameDer } from "../../core/x509/name.ts";
import { OID } from "../../core/der/oids.ts";
import { basicConstraints, keyUsage } from "../../core/x509/standard_extensions.ts";
import { holderFrom, runAgedServer } from "../support/aged_server.ts";
import { type Asked, attribute, nameOf, unknown, WAYS } from "./smuggled_requests.ts";

const GOOD = encodeExtensions([subjectAltNameExtension([dnsName("host1.example.com")], false)]);
const BAD = encodeExtensions([basicConstraints({})]);

function extensionsOf(...list: readonly Extension[]): Asked {
  return { extensions: list };
}

/** Requests that one reader could take for something else than another does. */
const AMBIGUOUS: Readonly<Record<string, Asked>> = {
  "basicConstraints twice": extensionsOf(basicConstraints(false), basicConstraints({})),
  "keyUsage twice": extensionsOf(keyUsage([0], true), keyUsage([5], true)),
  "the same extension twice": extensionsOf(keyUsage([0], true), keyUsage([0], true)),
  "two lists of extensions": {
    attributes: [attribute(OID.EXTENSION_REQUEST, GOOD), attribute(OID.EXTENSION_REQUEST, BAD)],
  },
  "one attribute with two lists": { attributes: [attribute(OID.EXTENSION_REQUEST, GOOD, BAD)] },
  "one attribute without a list": { attributes: [attribute(OID.EXTENSION_REQUEST)] },
  "a list that is a set": { attributes: [attribute(OID.EXTENSION_REQUEST, derElement(TAG.SET))] },
  "an extension that is no sequence": { attributes: [attribute(OID.EXTENSION_REQUEST, derSequence(derInteger(1)))] },
  "a criticality that is half true": {
    attributes: [
      attribute(
        OID.EXTENSION_REQUEST,
        derSequence(derSequence(derOid(OID.KEY_USAGE), Uint8Array.of(1, 1, 1), Uint8Array.of(4, 4, 3, 2, 5, 160))),
      ),
    ],
  },
  "keyUsage with bits that have no name": extensionsOf(unknown(OID.KEY_USAGE, Uint8Array.of(3, 3, 5, 0x80, 0x20))),
  "keyUsage with text after it": extensionsOf(unknown(OID.KEY_USAGE, Uint8Array.of(3, 2, 7, 0x80, 5, 0))),
  "keyUsage with unused bits that are set": extensionsOf(unknown(OID.KEY_USAGE, Uint8Array.of(3, 2, 7, 0x84))),
  "a purpose in a longer encoding": extensionsOf(
    unknown(OID.EXTENDED_KEY_USAGE, Uint8Array.fromHex("300b06092b0601050507038009")),
  ),
  "a policy in a longer encoding": extensionsOf(
    unknown(OID.CERTIFICATE_POLICIES, Uint8Array.fromHex("300730050603805503")),
  ),
  "two lists that differ, one of them Microsoft's": {
    attributes: [attribute(OID.EXTENSION_REQUEST, GOOD), attribute(OID.MICROSOFT_EXTENSION_REQUEST, BAD)],
  },
  "an empty list of names": extensionsOf(subjectAltNameExtension([], true)),
  "a name beyond ASCII": extensionsOf(subjectAltNameExtension([derImplicit(2, utf8("hôst"))], true)),
  "a zero byte in a DNS name": extensionsOf(
    subjectAltNameExtension([derImplicit(2, utf8("host1.example.com\0.mallory.example"))], true),
  ),
  "a line end in a mailbox": extensionsOf(subjectAltNameExtension([derImplicit(1, utf8("a@b.example\n"))], true)),
  "an address of five bytes": extensionsOf(subjectAltNameExtension([derImplicit(7, new Uint8Array(5))], true)),
  "a subject whose bytes are not UTF-8": { subject: nameOf(TAG.UTF8_STRING, Uint8Array.of(0x61, 0xff)) },
  "a subject beyond PrintableString": { subject: nameOf(TAG.PRINTABLE_STRING, utf8("a*")) },
  "a subject with half a BMPString": { subject: nameOf(TAG.BMP_STRING, Uint8Array.of(0, 0x61, 0)) },
  "a subject with half a surrogate pair": { subject: nameOf(TAG.BMP_STRING, Uint8Array.of(0xd8, 0)) },
  "a subject that is an octet string": { subject: nameOf(TAG.OCTET_STRING, utf8("a")) },
};

Deno.test("a request or template that can be read in two ways makes no certificate", async () => {
  await using aged = await runAgedServer();
  const user = await holderFrom(aged.cau);
  for (const [name, asked] of Object.entries(AMBIGUOUS)) {
    for (const [way, go] of Object.entries(WAYS)) {
      const { reply, certificate } = await go(aged, user, asked);
      assert.equal(reply.status, 400, `${way} with ${name}: ${reply.text}`);
      assert.equal(certificate, undefined);
    }
  }
  assert.deepEqual(aged.server.warnings, []);
});

/** Names that a filter or a screen elsewhere may take for others. */
const DECEPTIVE: Readonly<Record<string, { subject?: Uint8Array; name?: Uint8Array }>> = {
  "a zero byte in the subject": { subject: commonNameDer("host1.example.com\0.mallory.example") },
  "line ends and a change of direction": { subject: commonNameDer("mallory\r\n\u202eelpmaxe") },
  "BMPString": { subject: nameOf(TAG.BMP_STRING, Uint8Array.of(0, 0x61, 0, 0)) },
  "UniversalString": { subject: nameOf(TAG.UNIVERSAL_STRING, Uint8Array.of(0, 1, 0xf6, 0)) },
  "TeletexString": { subject: nameOf(TAG.TELETEX_STRING, utf8("a")) },
  "otherName": {
    name: derExplicit(0, derOid("1.3.6.1.4.1.311.20.2.3"), derExplicit(0, derElement(12, utf8("admin@x")))),
  },
  "the name of the CA among the names": { name: derExplicit(4, commonNameDer("Caucase CAS at ca.example.com:8009")) },
  "every host": { name: dnsName("*") },
  "no subject": { subject: derSequence(), name: dnsName("host1.example.com") },
};

Deno.test("names get into a certificate byte for byte or not at all: none is cut, joined or decoded on its way", async () => {
  await using aged = await runAgedServer();
  const user = await holderFrom(aged.cau);
  for (const [name, { subject = derSequence(), name: general }] of Object.entries(DECEPTIVE)) {
    const names = general && subjectAltNameExtension([general], true);
    for (const [way, go] of Object.entries(WAYS)) {
      const { certificate } = await go(aged, user, { subject, extensions: names ? [names] : [] });
      assert.ok(certificate, `${way} with ${name}`);
      assert.equal(certificate.subject.toHex(), subject.toHex(), name);
      const given = certificate.extensions.find(({ oid }) => oid === OID.SUBJECT_ALT_NAME);
      assert.deepEqual(given?.value.toHex(), names?.value.toHex(), name);
    }
  }
});
