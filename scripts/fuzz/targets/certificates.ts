/** Requests, certificates and CRLs: what strangers send. */
import assert from "node:assert/strict";
import { type Bytes, equalBytes, fromUtf8, utf8 } from "../../../core/bytes.ts";
import { CaucaseError } from "../../../core/errors.ts";
import { encodePem, PEM_LABEL } from "../../../core/pem.ts";
import { certificateFromPem, certificateToPem, isIssuedBy, parseCertificate } from "../../../core/x509/certificate.ts";
import { crlFromPem, isCrlSignedBy, parseCrl } from "../../../core/x509/crl.ts";
import { type CertificationRequest, csrFromFile, csrFromPem, parseCsr, verifyCsr } from "../../../core/x509/csr.ts";
import { TAG } from "../../../core/der/tags.ts";
import { derBitString, derElement, derExplicit, derInteger, derSequence, derTime } from "../../../core/der/writer.ts";
import { encodeExtensions, findExtension } from "../../../core/x509/extension.ts";
import { newSerial, signCertificate } from "../../../core/x509/tbs_certificate.ts";
import { checkLeaf, prepareLeaf } from "../../../core/profiles/leaf_profile.ts";
import { EMPTY_NAME, nameToText } from "../../../core/x509/name.ts";
import { OID } from "../../../core/der/oids.ts";
import { ED25519 } from "../../../core/keys/signature_algorithm.ts";
import { FUZZ_NOW, fuzzCa } from "../material.ts";
import { defineTarget } from "../target.ts";

const CODES = ["malformed", "unacceptable"] as const;
const CA = await fuzzCa();
const CONTROLS = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

export const request = defineTarget({
  name: "request",
  grammar: "der",
  codes: CODES,
  openssl: ["req", "-inform", "DER", "-noout", "-in"],
  read: parseCsr,
  check: async (csr, input) => {
    assert.equal(csr.der.toHex(), input.toHex());
    assert.doesNotMatch(nameToText(csr.subject), CONTROLS);
    const again = await csrFromPem(utf8(encodePem(PEM_LABEL.CSR, csr.der)));
    assert.equal(again.der.toHex(), csr.der.toHex(), "PEM and DER say the same");
    await isGenuine(() => verifyCsr(csr));
    for (const keepCaucasePolicies of [false, true]) await issueFor(csr, keepCaucasePolicies);
  },
  grown: {
    "members of a name's set": (size) => requestDer(derElement(TAG.SET, pairs(size, TAG.SEQUENCE))),
    "sets of a name": (size) => requestDer(pairs(size, TAG.SET)),
    "attributes": (size) => requestDer(new Uint8Array(), pairs(size, TAG.SEQUENCE)),
    "signature": (size) => derSequence(derSequence(), ED25519.der, derBitString(new Uint8Array(size))),
  },
});

/** What people give to a client, whatever program saved it. */
export const requestFile = defineTarget({
  name: "request-file",
  grammar: "pem",
  codes: CODES,
  words: ["-----BEGIN CERTIFICATE REQUEST-----", "-----BEGIN PRIVATE KEY-----", "\ufeff", "\0", "<html>"],
  read: csrFromFile,
  check: async ({ csr, pem }, input) => {
    const taken = await csrFromPem(pem);
    assert.equal(taken.der.toHex(), csr.der.toHex(), "a server takes what is sent");
    const again = await csrFromFile(pem);
    assert.ok(equalBytes(again.pem, pem), "what is sent is what would be sent");
    if (!equalBytes(pem, input)) assert.equal(fromUtf8(pem), encodePem(PEM_LABEL.CSR, csr.der), "nothing else is sent");
  },
  grown: {
    "base64": (size) => utf8("MAMCAQU=".repeat(size / 8)),
    "labels": (size) => utf8("-----BEGIN X-----\n".repeat(size / 18)),
    "DER of one element": (size) => derSequence(new Uint8Array(size)),
    "elements": (size) => derSequence(derSequence(pairs(size, TAG.SEQUENCE)), derSequence()),
    "UTF-16": (size) => new Uint8Array(size).map((_, index) => index % 2 === 0 ? 0x2d : 0),
    "blanks": (size) => utf8(" ".repeat(size)),
  },
});

/** An approved request gives a certificate that meets every rule of its profile, or a refusal: nothing else. */
async function issueFor(csr: CertificationRequest, keepCaucasePolicies: boolean): Promise<void> {
  const order = {
    content: csr,
    publicKey: csr.publicKey,
    issuer: CA.certificate,
    now: FUZZ_NOW,
    lifeSpan: 1000,
    serial: newSerial((size) => new Uint8Array(size).fill(size)),
    autoSigned: !keepCaucasePolicies,
    keepCaucasePolicies,
    crlDistributionPoint: "http://ca.example.com/cas/crl/1",
  };
  const der = await signCertificate(checkLeaf(prepareLeaf(order), order), CA.signer);
  const issued = await parseCertificate(der);
  assert.ok(await isIssuedBy(issued, CA.certificate));
  assert.equal(issued.isCa, false, "no request makes a CA");
  const names = findExtension(issued.extensions, OID.SUBJECT_ALT_NAME);
  if (equalBytes(csr.subject, EMPTY_NAME)) {
    assert.ok(names?.critical, "what has no subject has names that are critical");
  }
  assert.deepEqual([issued.subject, issued.publicKey], [csr.subject, csr.publicKey]);
}

export const certificate = defineTarget({
  name: "certificate",
  grammar: "der",
  codes: CODES,
  openssl: ["x509", "-inform", "DER", "-noout", "-in"],
  read: parseCertificate,
  check: async (read, input) => {
    assert.equal(read.der.toHex(), input.toHex());
    assert.doesNotMatch(nameToText(read.subject) + nameToText(read.issuer), CONTROLS);
    const again = await certificateFromPem(certificateToPem(read));
    assert.equal(again.der.toHex(), read.der.toHex(), "PEM and DER say the same");
    await isIssuedBy(read, read);
    // The corpus holds nothing else that it signed.
    const isOurs = equalBytes(read.der, CA.certificate.der);
    assert.equal(await isIssuedBy(read, CA.certificate), isOurs, "nobody can make what the CA signed");
  },
  grown: {
    "sets of a name": (size) => certificateDer(pairs(size, TAG.SET)),
    "extensions": (size) => certificateDer(new Uint8Array(), derSequence(pairs(size, TAG.SEQUENCE))),
    "a version of many digits": (size) => certificateDer(new Uint8Array(), derSequence(), 2n ** BigInt(size * 8)),
  },
});

export const crl = defineTarget({
  name: "crl",
  grammar: "der",
  codes: CODES,
  openssl: ["crl", "-inform", "DER", "-noout", "-in"],
  read: parseCrl,
  check: async (list, input) => {
    assert.equal(list.der.toHex(), input.toHex());
    const entries = [...list.entries()];
    assert.equal(entries.length, list.entryCount);
    for (const { serial } of entries.slice(0, 20)) assert.ok(list.revoked(serial), "what is listed is revoked");
    assert.equal(crlFromPem(encodePem(PEM_LABEL.CRL, list.der)).der.toHex(), list.der.toHex());
    await isCrlSignedBy(list, CA.certificate);
  },
  grown: {
    "entries": (size) => crlDer(size),
    "entries with extensions": (size) => crlDer(size, encodeExtensions([REASON])),
    "sets of the issuer's name": (size) => crlDer(0, new Uint8Array(), pairs(size, TAG.SET)),
    "members of a set": (size) => crlDer(0, new Uint8Array(), derElement(TAG.SET, pairs(size, TAG.SEQUENCE))),
  },
});

const REASON = { oid: "2.5.29.21", critical: false, value: Uint8Array.of(10, 1, 1) };

async function isGenuine(check: () => Promise<void>): Promise<boolean> {
  try {
    await check();
    return true;
  } catch (error) {
    if (error instanceof CaucaseError && error.code === "untrusted") return false;
    throw error;
  }
}

/** Empty elements of `tag`, as many as fit into `size` bytes. */
function pairs(size: number, tag: number): Uint8Array {
  return new Uint8Array(size - size % 2).map((_, index) => index % 2 === 0 ? tag : 0);
}

function signedDer(body: Uint8Array): Bytes {
  return derSequence(body, ED25519.der, derBitString(new Uint8Array(64)));
}

function requestDer(name: Uint8Array, attributes: Uint8Array = new Uint8Array()): Bytes {
  const info = [derInteger(0), derSequence(name), CA.key.publicKey.spki, derElement(0xa0, attributes)];
  return signedDer(derSequence(...info));
}

function certificateDer(name: Uint8Array, extensions: Uint8Array = derSequence(), version = 2n): Bytes {
  const validity = derSequence(derTime(0), derTime(1));
  const start = [derExplicit(0, derInteger(version)), derInteger(1), ED25519.der, derSequence(name), validity];
  return signedDer(derSequence(...start, EMPTY_NAME, CA.key.publicKey.spki, derExplicit(3, extensions)));
}

function crlDer(size: number, extensions: Uint8Array = new Uint8Array(), name: Uint8Array = new Uint8Array()): Bytes {
  const entry = derSequence(derInteger(2n ** 150n), derTime(0), extensions);
  const entries = new Uint8Array(Math.max(1, Math.floor(size / entry.length)) * entry.length)
    .map((_, index) => entry[index % entry.length] ?? 0);
  return signedDer(
    derSequence(derInteger(1), ED25519.der, derSequence(name), derTime(0), derTime(1), derSequence(entries)),
  );
}
