/** Requests in the shape that other programs produce, and what must come of them: see tests/vectors/cases/README.md. */
import assert from "node:assert/strict";
import { fromUtf8 } from "../../core/bytes.ts";
import { encodePem, PEM_LABEL } from "../../core/pem.ts";
import { type Certificate, certificateFromPem, parseCertificate } from "../../core/x509/certificate.ts";
import { csrFromFile } from "../../core/x509/csr.ts";
import type { Extension } from "../../core/x509/extension.ts";
import { dnsName, parseGeneralNames, subjectAltNameExtension } from "../../core/x509/general_name.ts";
import { commonNameDer, EMPTY_NAME, nameToText } from "../../core/x509/name.ts";
import { OID } from "../../core/der/oids.ts";
import { type PrivateKey, privateKeyToPem } from "../../core/keys/private_key.ts";
import { signerFor } from "../../core/keys/signer.ts";
import { authorityKeyIdentifierExtension } from "../../core/x509/standard_extensions.ts";
import { type AgedServer, holderFrom, runAgedServer } from "../support/aged_server.ts";
import { CSR_TYPE, type Holder, JSON_TYPE, type Reply } from "../support/desk.ts";
import { LIFE_SPAN, newEcKey, NOW } from "../support/issuing.ts";
import { csrFor, renewalBody } from "../support/requests.ts";
import { certificateDer } from "../support/structures.ts";
import { request, signed, WAYS } from "../security/smuggled_requests.ts";

function vector(name: string): Promise<Uint8Array<ArrayBuffer>> {
  return Deno.readFile(new URL(`../vectors/cases/${name}`, import.meta.url));
}

function namesOf({ extensions }: Certificate) {
  const names = extensions.find(({ oid }) => oid === OID.SUBJECT_ALT_NAME);
  return names && { critical: names.critical, texts: parseGeneralNames(names.value).map(({ text }) => text) };
}

const ISSUED = {
  "ms-extension-request.csr.pem": { subject: "CN=a.example", critical: false, name: "ms.example" },
  "empty-subject.csr.pem": { subject: "", critical: true, name: "empty-subject.example" },
};

for (const [file, { subject, critical, name }] of Object.entries(ISSUED)) {
  Deno.test(`the certificate for ${file} has its name`, async () => {
    await using aged = await runAgedServer();
    const user = await holderFrom(aged.cau);
    const csr = fromUtf8(await vector(file));
    const plain = fromUtf8(await csrFor(await newEcKey()));
    for (const sent of [{ csr }, { csr: plain, template: csr }]) {
      const { reply, certificate } = await signed(aged, user, sent);
      assert.equal(reply.status, 204, reply.text);
      assert.ok(certificate);
      assert.equal(nameToText(certificate.subject), subject);
      assert.deepEqual(namesOf(certificate), { critical, texts: [name] });
    }
  });
}

const REFUSED: Record<string, RegExp> = {
  "names-nothing.csr.pem":
    /^the subject is empty and there is no subjectAltName: nothing is named \(ask for a subject, /,
  "empty-dns-name.csr.pem": /^extension subjectAltName: the host name "" is empty \(ask for other names\)$/m,
  "printable-string.csr.pem":
    /commonName that has the character "\*", which the type PrintableString has no room for \(write a UTF8String\)$/m,
  "utf8-bom.csr.pem":
    /^certificate request: this is a request in PEM, with a byte order mark in front \(wanted is PEM in/,
  "utf16.csr.pem":
    /^certificate request: this is a request in PEM, saved as UTF-16 \(wanted is PEM in ASCII, with the line/,
  "request.csr.der":
    /^certificate request: this is a request in DER \(wanted is PEM in ASCII, with the line -----BEGIN CERT/,
  "no-armour.csr.txt":
    /^certificate request: this is a request in base64 without its BEGIN and END lines \(wanted is PEM/,
};

Deno.test("what cannot become a certificate is refused with the reason, as a request and as a template", async () => {
  await using aged = await runAgedServer();
  const user = await holderFrom(aged.cau);
  const plain = fromUtf8(await csrFor(await newEcKey()));
  for (const [file, reason] of Object.entries(REFUSED)) {
    const body = await vector(file);
    const submitted = await aged.server.ask("PUT", "/cas/csr", { body });
    assert.equal(submitted.status, 400, file);
    assert.match(submitted.text, reason);
    const id = (await aged.server.ask("PUT", "/cas/csr", { body: plain })).headers["location"] ?? "";
    const asTemplate = await aged.server.ask("PUT", `/cas/crt/${id}`, { as: user, headers: CSR_TYPE, body });
    assert.equal(asTemplate.status, 400, file);
    assert.match(asTemplate.text, reason);
  }
  assert.deepEqual(aged.server.warnings, []);
});

Deno.test("a private key, a certificate and a page in place of a request are named, and nothing of them is repeated", async () => {
  await using aged = await runAgedServer();
  const user = await holderFrom(aged.cau);
  const key = privateKeyToPem(await newEcKey());
  const bodies: [body: string, said: RegExp][] = [
    [
      key,
      /^certificate request: this is a private key in PEM .*a private key never leaves its holder: if this one was sent/,
    ],
    [user.cert, /^certificate request: this is a certificate in PEM /],
    ["<!DOCTYPE html><title>502</title>", /^certificate request: this is an HTML page /],
  ];
  for (const [body, said] of bodies) {
    const { status, text } = await aged.server.ask("PUT", "/cas/csr", { body });
    assert.equal(status, 400);
    assert.match(text, said);
    assert.ok(!text.includes(body.split("\n")[1] ?? body), text);
  }
});

const HOST = "a.example";
const HOST_NAMES: Record<string, string> = {
  "an empty label": `a..${HOST}`,
  "a label over 63": `${"a".repeat(64)}.${HOST}`,
  "more than 253 characters": `${"a.".repeat(125)}${HOST}`,
};

Deno.test("host names that are none make no certificate, in whatever way they are asked for", async () => {
  await using aged = await runAgedServer();
  const user = await holderFrom(aged.cau);
  for (const [what, name] of Object.entries(HOST_NAMES)) {
    const extensions = [subjectAltNameExtension([dnsName(HOST), dnsName(name)], false)];
    for (const [way, go] of Object.entries(WAYS)) {
      const { reply } = await go(aged, user, { extensions });
      assert.equal(reply.status, 400, `${way} with ${what}`);
      assert.match(reply.text, /^extension subjectAltName: the host name "/);
    }
  }
});

Deno.test("a request with other names that were odd, but names, is signed", async () => {
  await using aged = await runAgedServer();
  const user = await holderFrom(aged.cau);
  const extensions = [subjectAltNameExtension([dnsName("*.a.example"), dnsName("under_score.a.example")], false)];
  const { csr } = await request({ extensions });
  assert.equal((await signed(aged, user, { csr })).reply.status, 204);
});

/** A certificate as the reference, or an older version, issued it. */
async function oldCertificate(aged: AgedServer, subject: Uint8Array, extensions: readonly Extension[]) {
  const key = await newEcKey();
  const issuer = aged.cas.certificate;
  const der = await certificateDer(await signerFor(aged.cas.key), {
    subject,
    issuer: issuer.subject,
    spki: key.publicKey.spki,
    notBefore: NOW - LIFE_SPAN + 1000,
    extensions: [authorityKeyIdentifierExtension(issuer.keyIdentifier), ...extensions],
  });
  await parseCertificate(der);
  return { key, pem: encodePem(PEM_LABEL.CERTIFICATE, der) };
}

async function renew(aged: AgedServer, { key, pem }: { key: PrivateKey; pem: string }): Promise<Reply> {
  const body = await renewalBody(pem, key, await csrFor(await newEcKey()));
  return await aged.server.ask("PUT", "/cas/crt/renew", { headers: JSON_TYPE, body });
}

Deno.test("renewing a certificate without a subject makes its names critical", async () => {
  await using aged = await runAgedServer();
  const names = subjectAltNameExtension([dnsName(HOST)], false);
  const reply = await renew(aged, await oldCertificate(aged, EMPTY_NAME, [names]));
  assert.equal(reply.status, 200, reply.text);
  assert.deepEqual(namesOf(await certificateFromPem(reply.text)), { critical: true, texts: [HOST] });
});

Deno.test("a certificate that names nothing, or a host that is none, is not renewed, and the reason is said", async () => {
  await using aged = await runAgedServer();
  const nothing = await renew(aged, await oldCertificate(aged, EMPTY_NAME, []));
  assert.deepEqual([nothing.status, /nothing is named/.test(nothing.text)], [400, true], nothing.text);
  const names = subjectAltNameExtension([dnsName("")], false);
  const empty = await renew(aged, await oldCertificate(aged, commonNameDer("a"), [names]));
  assert.deepEqual([empty.status, /the host name "" is empty/.test(empty.text)], [400, true], empty.text);
});

Deno.test("every file of a request that a client reads is what a server takes", async () => {
  await using aged = await runAgedServer();
  const user: Holder = await holderFrom(aged.cau);
  for (const file of ["utf8-bom.csr.pem", "utf16.csr.pem", "request.csr.der", "no-armour.csr.txt"]) {
    const { pem } = await csrFromFile(await vector(file));
    const { certificate } = await signed(aged, user, { csr: fromUtf8(pem) });
    assert.ok(certificate, file);
    assert.match(namesOf(certificate)?.texts.join() ?? "", /^[-0-9a-z]+\.example$/);
  }
});
