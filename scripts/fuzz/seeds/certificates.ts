/** Keys, requests, certificates and CRLs of every kind that is taken. */
import { concatBytes, utf8 } from "../../../core/bytes.ts";
import { decodePem, encodePem, PEM_LABEL } from "../../../core/pem.ts";
import { buildCsr } from "../../../core/x509/csr.ts";
import { TAG } from "../../../core/der/tags.ts";
import { derElement, derExplicit, derInteger, derOid, derSequence } from "../../../core/der/writer.ts";
import { encryptPrivateKey } from "../../../core/keys/encrypted_key.ts";
import { encodeExtensions, type Extension } from "../../../core/x509/extension.ts";
import { dnsName, emailName, ipAddress, subjectAltNameExtension, uriName } from "../../../core/x509/general_name.ts";
import { EMPTY_NAME } from "../../../core/x509/name.ts";
import { nameFromText } from "../../../core/x509/name_text.ts";
import { OID } from "../../../core/der/oids.ts";
import { policiesExtension } from "../../../core/profiles/policies.ts";
import { privateKeyToPem } from "../../../core/keys/private_key.ts";
import { rsaPss } from "../../../core/keys/signature_algorithm.ts";
import { encodeSigned } from "../../../core/x509/signed.ts";
import { type Signer, signerFor } from "../../../core/keys/signer.ts";
import { extendedKeyUsage, keyUsage } from "../../../core/x509/standard_extensions.ts";
import { TEST_KEY_KINDS, testKey } from "../../../tests/support/keys.ts";
import { NOW } from "../../../tests/support/issuing.ts";
import { utf16 } from "../../../tests/support/saved_text.ts";
import { certificateDer, crlDer, crlEntry } from "../../../tests/support/structures.ts";
import { fuzzCa } from "../material.ts";
import { PASSPHRASE } from "../targets/keys.ts";
import { SIGNED_DATA, signedInput } from "../targets/native.ts";

/** Inputs by the name of their file. */
export type Seeds = Readonly<Record<string, Uint8Array>>;

const SUBJECT = nameFromText("CN=host.example.com+UID=7,O=Exämple,C=DE,DC=example");

const REQUESTED: readonly Extension[] = [
  keyUsage([0, 2, 4], true),
  extendedKeyUsage(["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.9"], false),
  subjectAltNameExtension(
    [
      dnsName("host.example.com"),
      ipAddress("192.0.2.1"),
      ipAddress("2001:db8::1"),
      emailName("a@b"),
      uriName("http://a/"),
    ],
    false,
  ),
  policiesExtension([{ oid: "1.2.3.4", qualifiers: undefined }], false),
];

const CRL_EXTENSIONS: readonly Extension[] = [
  { oid: OID.CRL_NUMBER, critical: false, value: derInteger(7) },
  { oid: OID.AUTHORITY_KEY_IDENTIFIER, critical: false, value: Uint8Array.fromHex("30048002aa01") },
];

export async function certificateSeeds(): Promise<Record<string, Seeds>> {
  const seeds: Record<string, Record<string, Uint8Array>> = { "request": {}, "certificate": {}, "crl": {}, "der": {} };
  const put = (target: string, kind: string, input: Uint8Array) =>
    Object.assign(seeds[target] ??= {}, { [kind]: input });
  for (const kind of TEST_KEY_KINDS) {
    const key = await testKey(kind);
    const signer = await signerFor(key);
    put("request", kind, derOf(await buildCsr({ subject: SUBJECT, extensions: REQUESTED }, signer)));
    put("certificate", kind, await certificateDer(signer, { subject: SUBJECT, extensions: REQUESTED }));
    put("crl", kind, await crlDer(signer, { entries: crlEntries(), extensions: CRL_EXTENSIONS }));
    put("public-key", kind, key.publicKey.spki);
    put("private-key", kind, key.pkcs8);
    put("native-signature", kind, signedInput(key.publicKey, signer.algorithm, await signer.sign(SIGNED_DATA)));
    put("key-file", kind, utf8(privateKeyToPem(key) + encodePem(PEM_LABEL.CERTIFICATE, await certificateDer(signer))));
    const random = (size: number) => crypto.getRandomValues(new Uint8Array(size));
    put("encrypted-key", kind, utf8(await encryptPrivateKey(key, { passphrase: PASSPHRASE, random, iterations: 1 })));
    put("pem", kind, utf8(`text\n${privateKeyToPem(key)}\r\n${encodePem("X", Uint8Array.of(1))}`));
  }
  const pss = await signerFor(await testKey("RSA"), rsaPss("SHA-256", 222));
  put("native-signature", "PSS", signedInput(pss.publicKey, pss.algorithm, await pss.sign(SIGNED_DATA)));
  put("certificate", "PSS", await certificateDer(pss, { extensions: REQUESTED }));
  put("certificate", "CA", (await fuzzCa()).certificate.der);
  put("crl", "empty", await crlDer(pss));
  put("request", "plain", derOf(await buildCsr({ subject: nameFromText("CN=a"), extensions: [] }, pss)));
  const nameless = [subjectAltNameExtension([dnsName("host.example.com")], false)];
  const plain = await buildCsr({ subject: EMPTY_NAME, extensions: nameless }, pss);
  put("request", "no-subject", derOf(plain));
  put("request", "microsoft", await microsoftRequest(pss));
  put("request-file", "plain", utf8(`text\n${plain}`));
  put("request-file", "mark", utf8(`\ufeff${plain}`));
  put("request-file", "utf16", utf16(plain));
  put("request-file", "der", derOf(plain));
  put("request-file", "base64", utf8(derOf(plain).toBase64()));
  put("request-file", "with-key", utf8(privateKeyToPem(await testKey("Ed25519")) + plain));
  put("der", "elements", concatBytes(encodeExtensions(REQUESTED), SUBJECT, await certificateDer(pss)));
  return seeds;
}

/** As older Windows asks. */
async function microsoftRequest(signer: Signer): Promise<Uint8Array> {
  const requested = derElement(TAG.SET, encodeExtensions(REQUESTED));
  const attribute = derSequence(derOid(OID.MICROSOFT_EXTENSION_REQUEST), requested);
  const info = derSequence(derInteger(0), SUBJECT, signer.publicKey.spki, derExplicit(0, attribute));
  return await encodeSigned(info, signer);
}

function crlEntries(): Uint8Array[] {
  const reason = { oid: OID.REASON_CODE, critical: false, value: Uint8Array.of(10, 1, 1) };
  return [crlEntry(1n, NOW), crlEntry(2n ** 150n, NOW - 1, [reason]), crlEntry(5n, NOW)];
}

function derOf(pem: string): Uint8Array {
  const [block] = decodePem(pem);
  if (block === undefined) throw new Error("no PEM");
  return block.der;
}
