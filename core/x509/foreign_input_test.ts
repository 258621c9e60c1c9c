import assert from "node:assert/strict";
import fc from "fast-check";
import { utf8 } from "../bytes.ts";
import { encodePem, PEM_LABEL } from "../pem.ts";
import { certificateDer, crlDer } from "../../tests/support/structures.ts";
import { utf16 } from "../../tests/support/saved_text.ts";
import { testKey } from "../../tests/support/keys.ts";
import { buildCsr, csrFromPem } from "./csr.ts";
import { derInteger, derOctetString, derOid, derSequence } from "../der/writer.ts";
import { encryptPrivateKey } from "../keys/encrypted_key.ts";
import { findBareDer, recogniseInput } from "./foreign_input.ts";
import { commonNameDer } from "./name.ts";
import { pkcs1FromPkcs8 } from "../keys/private_key_format.ts";
import { privateKeyToPem } from "../keys/private_key.ts";
import { signerFor } from "../keys/signer.ts";

const key = await testKey("P-256");
const rsa = await testKey("RSA");
const signer = await signerFor(key);
const csrPem = await buildCsr({ subject: commonNameDer("a"), extensions: [] }, signer);
const { der: csr } = await csrFromPem(utf8(csrPem));
const certificate = await certificateDer(signer);
const random = (size: number) => crypto.getRandomValues(new Uint8Array(size));
const encrypted = await encryptPrivateKey(key, { passphrase: "x", random, iterations: 1 });
const pkcs12 = derSequence(derInteger(3), derSequence());
const REQUEST = "-----BEGIN CERTIFICATE REQUEST-----";

const CASES: [description: string, input: Uint8Array | string][] = [
  ["nothing", ""],
  ["no PEM at all", "hello"],
  ["no PEM at all, with a byte that is not ASCII", "hallö"],
  ["an HTML page", " \n<!DOCTYPE html><html></html>"],
  ["an HTML page", "<HTML>"],
  ["a request in DER", csr],
  ["a certificate in DER", certificate],
  ["a CRL or old certificate in DER", await crlDer(signer)],
  ["a private key in DER", key.pkcs8],
  ["a private key in DER", new Uint8Array(pkcs1FromPkcs8(rsa.pkcs8))],
  ["a private key in DER", derSequence(derSequence(derOid("1.2.840.113549.1.5.13")), derOctetString(csr))],
  ["a private key in DER", pkcs12],
  ["a public key in DER", key.publicKey.spki],
  ["a PKCS#7 message in DER", derSequence(derOid("1.2.840.113549.1.7.2"))],
  ["something in DER", derSequence()],
  ["a request in base64 without its BEGIN and END lines", csr.toBase64()],
  ["a private key in base64 without its BEGIN and END lines", rsa.pkcs8.toBase64()],
  ["a request in base64 without its BEGIN and END lines, with a byte order mark in front", `\ufeff${csr.toBase64()}`],
  ["a private key in PEM", privateKeyToPem(key)],
  ["a private key in PEM", encrypted],
  ["a private key in PEM", csrPem + privateKeyToPem(rsa)],
  ["a certificate in PEM", encodePem(PEM_LABEL.CERTIFICATE, certificate)],
  ["a CRL in PEM", encodePem(PEM_LABEL.CRL, certificate)],
  ["a block with the label PGP MESSAGE in PEM", "-----BEGIN PGP MESSAGE-----\n"],
  ["a request in PEM, with a byte order mark in front", `\ufeff${REQUEST}`],
  ["a request in PEM, with a byte that is not ASCII", `é\n${REQUEST}`],
  ["a request in PEM, saved as UTF-16", utf16(REQUEST)],
];

for (const [description, input] of CASES) {
  const shown = typeof input === "string" ? JSON.stringify(input.slice(0, 30)) : input.slice(0, 12).toHex();
  Deno.test(`recogniseInput() calls ${shown} ${description}`, () => {
    const found = recogniseInput(typeof input === "string" ? utf8(input) : input);
    assert.equal(found.description, description);
    const [, kind = "other"] = /^a (request|private key) /.exec(description) ?? [];
    assert.equal(found.kind, kind);
  });
}

Deno.test("recogniseInput() repeats nothing but a label, whatever it is given", () => {
  const parts = fc.constantFrom(
    "-----BEGIN ",
    "-----",
    "PRIVATE KEY",
    "<html",
    "\0",
    "\ufeff",
    "MAMCAQU=",
    "\x1b[1m",
    "é",
  );
  fc.assert(fc.property(fc.array(fc.oneof(parts, fc.string()), { maxLength: 8 }), (texts) => {
    const { description } = recogniseInput(utf8(texts.join("")));
    assert.match(description, /^[\x20-\x7e]{1,160}$/);
  }));
  fc.assert(fc.property(fc.uint8Array(), (bytes) => assert.match(recogniseInput(bytes).description, /^[\x20-\x7e]+$/)));
});

Deno.test("findBareDer() gives back the DER, and none for what is cut short or followed by something", () => {
  assert.deepEqual(findBareDer(csr)?.der, csr);
  assert.deepEqual(findBareDer(utf8(csr.toBase64().replaceAll(/.{64}/g, "$&\r\n")))?.der, csr);
  assert.equal(findBareDer(csr.subarray(1)), undefined);
  assert.equal(findBareDer(csr.subarray(0, -1)), undefined);
  assert.equal(findBareDer(Uint8Array.of(...csr, 0)), undefined);
  assert.equal(findBareDer(utf8(csr.subarray(3).toBase64())), undefined);
  assert.equal(findBareDer(utf8(csrPem)), undefined);
});
