import assert from "node:assert/strict";
import { concatBytes } from "../bytes.ts";
import { encodePem, PEM_LABEL } from "../pem.ts";
import { certificateFromPem, certificateToPem, isIssuedBy, isValidAt, parseCertificate } from "./certificate.ts";
import { TAG } from "../der/tags.ts";
import {
  derBitString,
  derElement,
  derExplicit,
  derInteger,
  derNull,
  derOctetString,
  derOid,
  derSequence,
} from "../der/writer.ts";
import { encodeExtensions, type Extension } from "./extension.ts";
import { commonNameDer } from "./name.ts";
import { OID } from "../der/oids.ts";
import { RSA_PKCS1 } from "../keys/signature_algorithm.ts";
import { type Signer, signerFor } from "../keys/signer.ts";
import { TEST_KEY_KINDS, testKey } from "../../tests/support/keys.ts";
import { certificateDer, NOW, type WantedCertificate } from "../../tests/support/structures.ts";

function extension(oid: string, hex: string, critical = false): Extension {
  return { oid, critical, value: Uint8Array.fromHex(hex) };
}

const IS_CA = extension(OID.BASIC_CONSTRAINTS, "30030101ff", true);
const SKI = extension(OID.SUBJECT_KEY_IDENTIFIER, "0402aa01");
const AKI = extension(OID.AUTHORITY_KEY_IDENTIFIER, "30048002bb02");
const UNKNOWN = extension("2.25.285541874270823339875695650038637483517.1", "0500", true);

async function aSigner(): Promise<Signer> {
  return await signerFor(await testKey("P-256"));
}

async function parsed(wanted: WantedCertificate) {
  return await parseCertificate(await certificateDer(await aSigner(), wanted));
}

for (const kind of TEST_KEY_KINDS) {
  Deno.test(`parseCertificate() reads a certificate of ${kind}, which issued itself`, async () => {
    const signer = await signerFor(await testKey(kind));
    const certificate = await parseCertificate(await certificateDer(signer));
    assert.deepEqual(certificate.publicKey, signer.publicKey);
    assert.deepEqual(certificate.signatureAlgorithm, signer.algorithm);
    assert.ok(await isIssuedBy(certificate, certificate));
  });
}

Deno.test("parseCertificate() tells everything in it", async () => {
  const issuer = commonNameDer("the CA");
  const subject = commonNameDer("the holder");
  const extensions = [UNKNOWN, SKI, IS_CA, AKI];
  const certificate = await parsed({
    serial: 2n ** 158n,
    issuer,
    subject,
    notBefore: NOW,
    notAfter: NOW + 5,
    extensions,
  });
  assert.deepEqual(certificate.extensions, extensions);
  assert.deepEqual([certificate.issuer, certificate.subject], [issuer, subject]);
  assert.deepEqual([certificate.version, certificate.serial], [3, 2n ** 158n]);
  assert.deepEqual([certificate.notBefore, certificate.notAfter], [NOW, NOW + 5]);
  assert.deepEqual([certificate.subjectKeyIdentifier, certificate.authorityKeyIdentifier], ["aa01", "bb02"]);
  assert.ok(certificate.isCa);
});

Deno.test("keyIdentifier is the authority's, else the subject's, else that of the key", async () => {
  assert.equal((await parsed({ extensions: [SKI, AKI] })).keyIdentifier, "bb02");
  assert.equal((await parsed({ extensions: [SKI] })).keyIdentifier, "aa01");
  const emptyAki = extension(OID.AUTHORITY_KEY_IDENTIFIER, "3000");
  assert.equal((await parsed({ extensions: [SKI, emptyAki] })).keyIdentifier, "aa01");
  assert.equal((await parsed({})).keyIdentifier, (await aSigner()).publicKey.keyId);
});

const CA_CASES: Record<string, { extensions: readonly Extension[]; isCa: boolean }> = {
  "no extension": { extensions: [], isCa: false },
  "basicConstraints without a word": { extensions: [extension(OID.BASIC_CONSTRAINTS, "3000")], isCa: false },
  "basicConstraints that says no": { extensions: [extension(OID.BASIC_CONSTRAINTS, "3003010100")], isCa: false },
  "basicConstraints that says yes": { extensions: [IS_CA], isCa: true },
  "a path length": { extensions: [extension(OID.BASIC_CONSTRAINTS, "30060101ff020100")], isCa: true },
  "keyUsage keyCertSign and cRLSign": { extensions: [IS_CA, extension(OID.KEY_USAGE, "03020106")], isCa: true },
  "keyUsage cRLSign alone": { extensions: [IS_CA, extension(OID.KEY_USAGE, "03020102")], isCa: false },
  "an empty keyUsage": { extensions: [IS_CA, extension(OID.KEY_USAGE, "030100")], isCa: false },
  "keyUsage keyCertSign alone": { extensions: [extension(OID.KEY_USAGE, "03020204")], isCa: false },
};

for (const [name, { extensions, isCa }] of Object.entries(CA_CASES)) {
  Deno.test(`isCa is ${isCa} with ${name}`, async () => assert.equal((await parsed({ extensions })).isCa, isCa));
}

const TAKEN: Record<string, WantedCertificate> = {
  "version 1": { version: "absent" },
  "version 2 with unique ids": {
    version: derInteger(1),
    tail: concatBytes(derElement(0x81, Uint8Array.of(0, 1)), derElement(0x82, Uint8Array.of(4, 0xf0))),
  },
  "a negative serial number": { serial: -5n },
  "serial number 0": { serial: 0n },
  "a serial number of 21 bytes": { serial: 2n ** 160n },
  "an end before its beginning": { notBefore: NOW, notAfter: NOW - 1 },
  "the end of all times": { notAfter: 253402300799 },
};

for (const [name, wanted] of Object.entries(TAKEN)) {
  Deno.test(`parseCertificate() takes ${name}`, async () => assert.ok(await parsed(wanted)));
}

const REFUSED: Record<string, WantedCertificate> = {
  "version 1 written out": { version: derInteger(0) },
  "version 4": { version: derInteger(3) },
  "a version that is no number": { version: derNull() },
  "a serial number of 65 bytes": { serial: 2n ** 512n },
  "extensions in version 2": { version: derInteger(1), extensions: [SKI] },
  "extensions in version 1": { version: "absent", extensions: [SKI] },
  "unique ids in version 1": { version: "absent", tail: derElement(0x81, Uint8Array.of(0)) },
  "an empty list of extensions": { tail: derExplicit(3, derSequence()) },
  "two lists of extensions": { tail: derExplicit(3, encodeExtensions([SKI]), encodeExtensions([AKI])) },
  "an extension twice": { extensions: [SKI, AKI, SKI] },
  "something after the extensions": { tail: concatBytes(derExplicit(3, encodeExtensions([SKI])), derNull()) },
  "another algorithm inside": { innerAlgorithm: RSA_PKCS1["SHA-256"].der },
  "an issuer that is no name": { issuer: derSequence(derNull()) },
  "a subject that is no name": { subject: derSequence(derInteger(1)) },
  "an empty key identifier": { extensions: [extension(OID.SUBJECT_KEY_IDENTIFIER, "0400")] },
  "a key identifier that is none": { extensions: [extension(OID.SUBJECT_KEY_IDENTIFIER, "0500")] },
  "an authority's serial number without its issuer": {
    extensions: [extension(OID.AUTHORITY_KEY_IDENTIFIER, "3003820101")],
  },
  "basicConstraints that are no sequence": { extensions: [extension(OID.BASIC_CONSTRAINTS, "0101ff")] },
  "a path length of no CA": { extensions: [extension(OID.BASIC_CONSTRAINTS, "3003020100")] },
  "a negative path length": { extensions: [extension(OID.BASIC_CONSTRAINTS, "30060101ff0201ff")] },
  "a CA with a broken keyUsage": { extensions: [IS_CA, extension(OID.KEY_USAGE, "0400")] },
};

for (const [name, wanted] of Object.entries(REFUSED)) {
  Deno.test(`parseCertificate() refuses ${name}`, async () => {
    await assert.rejects(parsed(wanted), { code: "malformed" });
  });
}

Deno.test("parseCertificate() does not repeat a version of many digits", async () => {
  await assert.rejects(parsed({ version: derInteger(2n ** 400_000n) }), { code: "malformed", message: /^.{1,100}$/ });
});

Deno.test("parseCertificate() refuses a key that it does not know", async () => {
  const spki = derSequence(derSequence(derOid("1.3.101.113")), derBitString(new Uint8Array(57)));
  await assert.rejects(parsed({ spki }), { code: "unacceptable" });
});

Deno.test("isIssuedBy() wants the issuer's name, key and key identifier", async () => {
  const caName = commonNameDer("ca");
  const ca = await parsed({ subject: caName, extensions: [SKI] });
  const aki = { ...AKI, value: derSequence(derElement(TAG.CONTEXT, Uint8Array.fromHex("aa01"))) };
  const cases: Record<string, { wanted: WantedCertificate; issued: boolean }> = {
    "all fits": { wanted: { issuer: caName, extensions: [aki] }, issued: true },
    "no authority key identifier": { wanted: { issuer: caName }, issued: true },
    "another name": { wanted: { issuer: commonNameDer("Ca") }, issued: false },
    "another key identifier": { wanted: { issuer: caName, extensions: [AKI] }, issued: false },
  };
  for (const [name, { wanted, issued }] of Object.entries(cases)) {
    const certificate = await parsed({ ...wanted, subject: commonNameDer("x") });
    assert.equal(await isIssuedBy(certificate, ca), issued, name);
  }
  const stranger = await signerFor(await testKey("P-384"));
  const forged = await parseCertificate(await certificateDer(stranger, { issuer: caName, extensions: [aki] }));
  assert.equal(await isIssuedBy(forged, ca), false, "another key");
});

Deno.test("isValidAt() includes both ends", async () => {
  const certificate = await parsed({ notBefore: NOW, notAfter: NOW + 10 });
  const valid = [-1, 0, 10, 11].map((offset) => isValidAt(certificate, NOW + offset));
  assert.deepEqual(valid, [false, true, true, false]);
});

Deno.test("certificateFromPem() gives back what certificateToPem() wrote, and takes one only", async () => {
  const certificate = await parsed({ extensions: [UNKNOWN] });
  const pem = certificateToPem(certificate);
  assert.deepEqual(await certificateFromPem(`text\n${encodePem(PEM_LABEL.PKCS8, derNull())}${pem}`), certificate);
  await assert.rejects(certificateFromPem(pem + pem), { code: "malformed" });
  await assert.rejects(certificateFromPem(""), { code: "malformed" });
});

Deno.test("parseCertificate() keeps bytes of its own", async () => {
  const der = await certificateDer(await aSigner(), { extensions: [SKI] });
  const certificate = await parseCertificate(der);
  der.fill(0);
  assert.ok(await isIssuedBy(certificate, certificate));
  assert.deepEqual(certificate.extensions[0]?.value, new Uint8Array(derOctetString(Uint8Array.fromHex("aa01"))));
});
