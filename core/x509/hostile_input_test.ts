/** Whatever comes in, the only error that comes out is a `CaucaseError`: anything else would be answered with 500. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { utf8 } from "../bytes.ts";
import { CaucaseError } from "../errors.ts";
import { decodePem, encodePem, PEM_LABEL } from "../pem.ts";
import { isIssuedBy, parseCertificate } from "./certificate.ts";
import { isCrlSignedBy, parseCrl } from "./crl.ts";
import { buildCsr, csrFromPem, parseCsr, verifyCsr } from "./csr.ts";
import { derInteger, derSequence } from "../der/writer.ts";
import type { Extension } from "./extension.ts";
import { commonNameDer } from "./name.ts";
import { OID } from "../der/oids.ts";
import { parsePrivateKeyDer } from "../keys/private_key.ts";
import { parsePublicKey } from "../keys/public_key.ts";
import { parseSignatureAlgorithm, rsaPss } from "../keys/signature_algorithm.ts";
import { signerFor } from "../keys/signer.ts";
import { testKey, type TestKeyKind } from "../../tests/support/keys.ts";
import { certificateDer, crlDer, crlEntry, NOW } from "../../tests/support/structures.ts";

/**
 * Reads the bytes, and uses what was read: also a key or signature that only looks right must not break anything later.
 */
type Reader = (bytes: Uint8Array) => unknown;

const EXTENSIONS: readonly Extension[] = [
  { oid: OID.BASIC_CONSTRAINTS, critical: true, value: Uint8Array.fromHex("30060101ff020100") },
  { oid: OID.KEY_USAGE, critical: true, value: Uint8Array.fromHex("03020106") },
  { oid: OID.SUBJECT_KEY_IDENTIFIER, critical: false, value: Uint8Array.fromHex("0402aa01") },
  { oid: OID.AUTHORITY_KEY_IDENTIFIER, critical: false, value: Uint8Array.fromHex("30048002aa01") },
];

async function readRequest(bytes: Uint8Array): Promise<void> {
  await verifyCsr(await parseCsr(bytes));
}

async function readCertificate(bytes: Uint8Array): Promise<void> {
  const certificate = await parseCertificate(bytes);
  if (!await isIssuedBy(certificate, certificate)) throw new CaucaseError("untrusted", "forged");
}

async function readCrl(bytes: Uint8Array): Promise<void> {
  const crl = parseCrl(bytes);
  const ca = await parseCertificate(await aCertificate("P-256"));
  for (const { serial } of crl.entries()) assert.ok(crl.revoked(serial));
  if (!await isCrlSignedBy(crl, ca)) throw new CaucaseError("untrusted", "forged");
}

async function aRequest(kind: TestKeyKind): Promise<Uint8Array> {
  const signer = await signerFor(await testKey(kind));
  const [block] = decodePem(await buildCsr({ subject: commonNameDer("x"), extensions: EXTENSIONS }, signer));
  assert.ok(block);
  return block.der;
}

async function aCertificate(kind: TestKeyKind): Promise<Uint8Array> {
  return await certificateDer(await signerFor(await testKey(kind)), { extensions: EXTENSIONS });
}

async function aCrl(kind: TestKeyKind): Promise<Uint8Array> {
  const reason = { oid: OID.REASON_CODE, critical: false, value: Uint8Array.of(10, 1, 1) };
  const number = { oid: OID.CRL_NUMBER, critical: false, value: derInteger(7) };
  return await crlDer(await signerFor(await testKey(kind)), {
    entries: [crlEntry(1n, NOW), crlEntry(2n ** 150n, NOW, [reason])],
    extensions: [number, ...EXTENSIONS.slice(3)],
  });
}

interface Subject {
  readonly valid: () => Promise<Uint8Array> | Uint8Array;
  readonly read: Reader;
  /** Whether a signature covers it, so that no bit of it may change. */
  readonly signed?: boolean;
}

const SUBJECTS: Record<string, Subject> = {
  "a request (RSA)": { valid: () => aRequest("RSA"), read: readRequest, signed: true },
  "a request (P-521)": { valid: () => aRequest("P-521"), read: readRequest, signed: true },
  "a certificate (Ed25519)": { valid: () => aCertificate("Ed25519"), read: readCertificate, signed: true },
  "a certificate (P-256)": { valid: () => aCertificate("P-256"), read: readCertificate, signed: true },
  "a CRL": { valid: () => aCrl("P-256"), read: readCrl, signed: true },
  "a public key": {
    valid: async () => (await testKey("P-384")).publicKey.spki,
    read: (bytes) => parsePublicKey(bytes, "it"),
  },
  "a private key (RSA)": { valid: async () => (await testKey("RSA")).pkcs8, read: parsePrivateKeyDer },
  "a private key (P-521)": { valid: async () => (await testKey("P-521")).pkcs8, read: parsePrivateKeyDer },
  "a private key (Ed25519)": { valid: async () => (await testKey("Ed25519")).pkcs8, read: parsePrivateKeyDer },
  "an algorithm": { valid: () => rsaPss("SHA-256", 222).der, read: (bytes) => parseSignatureAlgorithm(bytes, "it") },
  "a PEM request": {
    valid: async () => utf8(encodePem(PEM_LABEL.CSR, await aRequest("Ed25519"))),
    read: async (bytes) => await verifyCsr(await csrFromPem(bytes)),
  },
};

/** Reads; answers whether it was accepted. */
async function accepts(read: Reader, bytes: Uint8Array): Promise<boolean> {
  try {
    await read(bytes);
    return true;
  } catch (error) {
    if (error instanceof CaucaseError) return false;
    throw error;
  }
}

for (const [name, { valid, read, signed = false }] of Object.entries(SUBJECTS)) {
  Deno.test(`${name} is refused wherever it is cut off`, async () => {
    const bytes = await valid();
    assert.ok(await accepts(read, bytes));
    // The final line end of a PEM text may go.
    const whole = bytes.at(-1) === 0x0a ? bytes.length - 1 : bytes.length;
    for (let size = 0; size < whole; size++) {
      assert.equal(await accepts(read, bytes.subarray(0, size)), false, `the first ${size} bytes`);
    }
  });

  Deno.test(`${name} with a bit flipped is ${signed ? "refused" : "read or refused, never more"}`, async () => {
    const bytes = await valid();
    for (let at = 0; at < bytes.length; at++) {
      const accepted = await accepts(read, bytes.with(at, (bytes[at] ?? 0) ^ (1 << (at % 8))));
      assert.ok(!accepted || !signed, `byte ${at}`);
    }
  });

  Deno.test(`${name} with bytes replaced, put in or taken out is read or refused, never more`, async () => {
    const bytes = await valid();
    const place = fc.nat({ max: bytes.length });
    const edits = fc.array(fc.tuple(place, fc.nat({ max: 3 }), fc.uint8Array({ maxLength: 3 })), {
      minLength: 1,
      maxLength: 3,
    });
    await fc.assert(
      fc.asyncProperty(edits, async (list) => {
        let edited = [...bytes];
        for (const [at, removed, added] of list) edited = edited.toSpliced(at, removed, ...added);
        await accepts(read, Uint8Array.from(edited));
      }),
      { numRuns: 200 },
    );
  });

  Deno.test(`garbage instead of ${name} is refused`, async () => {
    await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 80 }), async (garbage) => {
      assert.equal(await accepts(read, garbage), false);
      assert.equal(await accepts(read, derSequence(garbage)), false);
    }));
  });
}
