import assert from "node:assert/strict";
import { type Bytes, concatBytes, fromUtf8, utf8 } from "../bytes.ts";
import { CaucaseError } from "../errors.ts";
import { encodePem, PEM_LABEL } from "../pem.ts";
import { buildCsr, csrFromFile, csrFromPem, parseCsr, verifyCsr } from "./csr.ts";
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
import { commonNameDer, EMPTY_NAME } from "./name.ts";
import { OID } from "../der/oids.ts";
import { privateKeyToPem } from "../keys/private_key.ts";
import { encodeSigned } from "./signed.ts";
import { type Signer, signerFor } from "../keys/signer.ts";
import { utf16 } from "../../tests/support/saved_text.ts";
import { TEST_KEY_KINDS, testKey } from "../../tests/support/keys.ts";

const SUBJECT = commonNameDer("service");
const EXTENSIONS: readonly Extension[] = [
  { oid: OID.SUBJECT_ALT_NAME, critical: false, value: derSequence(derElement(0x82, utf8("a.example"))) },
  { oid: "2.25.285541874270823339875695650038637483517.1", critical: true, value: derNull() },
  { oid: OID.KEY_USAGE, critical: true, value: Uint8Array.fromHex("03020780") },
];

function attribute(oid: string, ...values: Uint8Array[]): Uint8Array {
  return derSequence(derOid(oid), derElement(TAG.SET, ...values));
}

const REQUESTED = attribute(OID.EXTENSION_REQUEST, encodeExtensions(EXTENSIONS));

const MICROSOFT = attribute(OID.MICROSOFT_EXTENSION_REQUEST, encodeExtensions(EXTENSIONS));

/** A request of any content. */
async function requestOf(
  parts: { version?: number; subject?: Uint8Array; attributes?: Uint8Array; tail?: Uint8Array },
) {
  const signer = await aSigner();
  const { version = 0, subject = SUBJECT, attributes = derExplicit(0), tail = new Uint8Array() } = parts;
  return await encodeSigned(derSequence(derInteger(version), subject, signer.publicKey.spki, attributes, tail), signer);
}

async function aSigner(): Promise<Signer> {
  return await signerFor(await testKey("P-256"));
}

for (const kind of TEST_KEY_KINDS) {
  Deno.test(`csrFromPem() gives back what buildCsr() wrote with ${kind}`, async () => {
    const signer = await signerFor(await testKey(kind));
    const request = await csrFromPem(utf8(await buildCsr({ subject: SUBJECT, extensions: EXTENSIONS }, signer)));
    assert.deepEqual(request.subject, SUBJECT);
    assert.deepEqual(request.extensions, EXTENSIONS);
    assert.deepEqual(request.publicKey, signer.publicKey);
    assert.deepEqual(request.signatureAlgorithm, signer.algorithm);
    await verifyCsr(request);
  });
}

Deno.test("buildCsr() writes no attribute when no extension is asked for", async () => {
  const signer = await aSigner();
  const request = await csrFromPem(utf8(await buildCsr({ subject: EMPTY_NAME, extensions: [] }, signer)));
  assert.deepEqual(request.extensions, []);
  assert.deepEqual(request.subject, EMPTY_NAME);
  assert.equal(request.tbs.subarray(-2).toHex(), "a000");
});

Deno.test("verifyCsr() refuses a request that was changed after it was signed", async () => {
  const der = await requestOf({});
  const at = der.indexOf(utf8("service")[0] ?? 0, 10);
  const request = await parseCsr(der.with(at, (der[at] ?? 0) ^ 1));
  await assert.rejects(verifyCsr(request), { code: "untrusted" });
});

Deno.test("verifyCsr() refuses a request signed with another key than its own", async () => {
  const stranger = await signerFor(await testKey("P-384"));
  const { publicKey } = await aSigner();
  const tbs = derSequence(derInteger(0), SUBJECT, publicKey.spki, derExplicit(0));
  await assert.rejects(verifyCsr(await parseCsr(await encodeSigned(tbs, stranger))), { code: "untrusted" });
});

Deno.test("parseCsr() keeps bytes of its own", async () => {
  const der = await requestOf({});
  const request = await parseCsr(der);
  der.fill(0);
  await verifyCsr(request);
});

const TAKEN: Record<string, { attributes: Uint8Array; extensions: number }> = {
  "no attributes": { attributes: derExplicit(0), extensions: 0 },
  "a challenge password": {
    attributes: derExplicit(0, attribute(OID.CHALLENGE_PASSWORD, derElement(TAG.UTF8_STRING, utf8("x")))),
    extensions: 0,
  },
  "Microsoft's list of extensions": { attributes: derExplicit(0, MICROSOFT), extensions: 3 },
  "both lists, which say the same": { attributes: derExplicit(0, MICROSOFT, REQUESTED), extensions: 3 },
  "both lists, in another order": {
    attributes: derExplicit(
      0,
      REQUESTED,
      attribute(OID.MICROSOFT_EXTENSION_REQUEST, encodeExtensions(EXTENSIONS.toReversed())),
    ),
    extensions: 3,
  },
  "a list beside other attributes, not sorted": {
    attributes: derExplicit(0, REQUESTED, attribute(OID.CHALLENGE_PASSWORD, derNull()), attribute("1.2.3")),
    extensions: 3,
  },
  "an empty list": { attributes: derExplicit(0, attribute(OID.EXTENSION_REQUEST, derSequence())), extensions: 0 },
};

for (const [name, { attributes, extensions }] of Object.entries(TAKEN)) {
  Deno.test(`parseCsr() takes a request with ${name}`, async () => {
    const request = await parseCsr(await requestOf({ attributes }));
    assert.equal(request.extensions.length, extensions);
    await verifyCsr(request);
  });
}

const REFUSED: Record<string, Parameters<typeof requestOf>[0]> = {
  "version 2": { version: 1 },
  "no attributes at all, not even empty": { attributes: new Uint8Array() },
  "something after the attributes": { tail: derNull() },
  "attributes under another tag": { attributes: derExplicit(1) },
  "a subject that is no name": { subject: derSequence(derNull()) },
  "a subject whose string does not decode": {
    subject: derSequence(
      derElement(TAG.SET, derSequence(derOid(OID.COMMON_NAME), derElement(TAG.UTF8_STRING, Uint8Array.of(0xff)))),
    ),
  },
  "two lists of extensions": { attributes: derExplicit(0, REQUESTED, REQUESTED) },
  "Microsoft's list twice": { attributes: derExplicit(0, MICROSOFT, MICROSOFT) },
  "two values in Microsoft's attribute": {
    attributes: derExplicit(0, attribute(OID.MICROSOFT_EXTENSION_REQUEST, derSequence(), derSequence())),
  },
  "Microsoft's list that says less": {
    attributes: derExplicit(
      0,
      REQUESTED,
      attribute(OID.MICROSOFT_EXTENSION_REQUEST, encodeExtensions(EXTENSIONS.slice(1))),
    ),
  },
  "Microsoft's list with another criticality": {
    attributes: derExplicit(
      0,
      REQUESTED,
      attribute(
        OID.MICROSOFT_EXTENSION_REQUEST,
        encodeExtensions(EXTENSIONS.map((extension) => ({ ...extension, critical: true }))),
      ),
    ),
  },
  "an empty list beside Microsoft's": {
    attributes: derExplicit(0, attribute(OID.EXTENSION_REQUEST, derSequence()), MICROSOFT),
  },
  "two values in the list's attribute": {
    attributes: derExplicit(0, attribute(OID.EXTENSION_REQUEST, derSequence(), derSequence())),
  },
  "no value in the list's attribute": { attributes: derExplicit(0, attribute(OID.EXTENSION_REQUEST)) },
  "the same extension twice": {
    attributes: derExplicit(
      0,
      attribute(
        OID.EXTENSION_REQUEST,
        encodeExtensions([...EXTENSIONS, { oid: OID.KEY_USAGE, critical: false, value: derNull() }]),
      ),
    ),
  },
  "an attribute that is no set": {
    attributes: derExplicit(0, derSequence(derOid("1.2.3"), derOctetString(derNull()))),
  },
};

for (const [name, parts] of Object.entries(REFUSED)) {
  Deno.test(`parseCsr() refuses a request with ${name}`, async () => {
    await assert.rejects(parseCsr(await requestOf(parts)), { code: "malformed" });
  });
}

Deno.test("parseCsr() refuses SHA-1 and says so", async () => {
  const tbs = derSequence(derInteger(0), SUBJECT, (await aSigner()).publicKey.spki, derExplicit(0));
  const der = derSequence(tbs, derSequence(derOid("1.2.840.10045.4.1")), derBitString(new Uint8Array(70)));
  await assert.rejects(parseCsr(der), { code: "unacceptable", message: /SHA-1/ });
});

Deno.test("csrFromPem() takes both labels, and text around them", async () => {
  const der = await requestOf({});
  for (const label of [PEM_LABEL.CSR, PEM_LABEL.NEW_CSR]) {
    await csrFromPem(utf8(`Subject: CN=service\r\n${encodePem(label, der)}\nmore\n`));
  }
});

Deno.test("csrFromPem() refuses what is not exactly one request in ASCII", async () => {
  const der = await requestOf({});
  const pem = utf8(encodePem(PEM_LABEL.CSR, der));
  const wrong: Record<string, Uint8Array> = {
    "nothing": new Uint8Array(),
    "DER": der,
    "two": concatBytes(pem, utf8(encodePem(PEM_LABEL.NEW_CSR, der))),
    "a certificate": utf8(encodePem(PEM_LABEL.CERTIFICATE, der)),
    "UTF-8 around it": concatBytes(utf8("é\n"), pem),
    "a byte over 0x7F after it": concatBytes(pem, Uint8Array.of(0x80)),
  };
  for (const [name, bytes] of Object.entries(wrong)) {
    await assert.rejects(csrFromPem(bytes), { code: "malformed" }, name);
  }
});

Deno.test("csrFromFile() gives what a server takes, whatever form the request was saved in", async () => {
  const der = await requestOf({});
  const pem = encodePem(PEM_LABEL.CSR, der);
  const key = privateKeyToPem(await testKey("P-256"));
  const forms: Record<string, Bytes> = {
    "DER": der,
    "base64": utf8(der.toBase64()),
    "base64 in UTF-16 with CRLF": utf16(der.toBase64().replaceAll(/.{64}/g, "$&\r\n")),
    "a byte order mark": utf8(`\ufeff${pem}`),
    "UTF-16": utf16(pem),
    "text around it that is not ASCII": utf8(`é\n${pem}`),
    "the other label, in UTF-16": utf16(encodePem(PEM_LABEL.NEW_CSR, der)),
    "the private key beside it": utf8(key + pem),
  };
  for (const [form, bytes] of Object.entries(forms)) {
    const { csr, pem: sent } = await csrFromFile(bytes);
    assert.deepEqual(csr.der, der, form);
    assert.equal(fromUtf8(sent), pem, form);
  }
});

Deno.test("csrFromFile() leaves PEM in ASCII as it is", async () => {
  const bytes = utf8(`Subject: CN=service\r\n${encodePem(PEM_LABEL.NEW_CSR, await requestOf({}))}\nmore\n`);
  assert.equal((await csrFromFile(bytes)).pem, bytes);
});

Deno.test("csrFromFile() and csrFromPem() say what they were given, and what is wanted", async () => {
  const der = await requestOf({});
  const pem = encodePem(PEM_LABEL.CSR, der);
  const key = await testKey("P-256");
  const alike: [string, Uint8Array<ArrayBuffer>][] = [
    ["nothing", utf8("")],
    ["an HTML page", utf8("<!doctype html><p>")],
    ["a private key in PEM", utf8(privateKeyToPem(key))],
    ["a private key in DER", key.pkcs8],
    ["a public key in PEM", utf8(encodePem("PUBLIC KEY", key.publicKey.spki))],
  ];
  const forServers: [string, Uint8Array<ArrayBuffer>][] = [
    ["a request in DER", der],
    ["a request in base64 without its BEGIN and END lines", utf8(der.toBase64())],
    ["a request in PEM, saved as UTF-16", utf16(pem)],
    ["a request in PEM, with a byte order mark in front", utf8(`\ufeff${pem}`)],
  ];
  const calls = [
    ...alike.flatMap(([what, bytes]) => [csrFromFile, csrFromPem].map((read) => ({ what, bytes, read }))),
    ...forServers.map(([what, bytes]) => ({ what, bytes, read: csrFromPem })),
  ];
  for (const { what, bytes, read } of calls) {
    const error = await read(bytes).then(() => assert.fail(`${what} was read`), (error: unknown) => error);
    assert.ok(error instanceof CaucaseError && error.code === "malformed");
    assert.equal(error.message, `certificate request: this is ${what}`);
    assert.match(
      error.details.hint ?? "",
      /^wanted is PEM in ASCII, with the line -----BEGIN CERTIFICATE REQUEST-----/,
    );
    assert.equal(/never leaves its holder/.test(error.details.hint ?? ""), what.startsWith("a private key"), what);
  }
});

Deno.test("parseCsr() refuses more than 100 KiB, which would take long to walk through", async () => {
  const member = derSequence(derOid("2.5.4.3"), derElement(TAG.UTF8_STRING, utf8("x")));
  const members = derElement(TAG.SET, ...new Array<Uint8Array>(20_000).fill(member));
  const extension = derSequence(derOid("1.2.3"), derOctetString(new Uint8Array(110_000)));
  const requested = derExplicit(0, attribute(OID.EXTENSION_REQUEST, derSequence(extension)));
  const tooLarge = { "a name": { subject: derSequence(members) }, "an extension": { attributes: requested } };
  for (const [what, parts] of Object.entries(tooLarge)) {
    const refused = { code: "unacceptable", message: /more than 102400 bytes/ };
    await assert.rejects(parseCsr(await requestOf(parts)), refused, what);
  }
});
