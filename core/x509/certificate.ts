/** Certificates (RFC 5280 4.1): read, and judged on their own or against their issuer. */
import { type Bytes, equalBytes } from "../bytes.ts";
import { malformed } from "../errors.ts";
import { encodePem, onlyPem, PEM_LABEL } from "../pem.ts";
import { DerReader, openDer, readBitString, readBoolean, readDer, readInteger, readTime } from "../der/reader.ts";
import { TAG } from "../der/tags.ts";
import { type Extension, findExtension, parseExtensions, readExtensionValue } from "./extension.ts";
import { authorityKeyIdentifierOf, subjectKeyIdentifierOf } from "./key_identifier.ts";
import { checkName } from "./name.ts";
import { OID } from "../der/oids.ts";
import { parsePublicKey, type PublicKey } from "../keys/public_key.ts";
import type { VerifySignature } from "../keys/verify_signature.ts";
import { checkSize, expectSameAlgorithm, isSignedWith, openSigned, type Signed } from "./signed.ts";

/** Times are Unix seconds, key identifiers lower-case hex. */
export interface Certificate extends Signed {
  readonly version: 1 | 2 | 3;
  /** Positive in what we issue; others have been seen with anything. */
  readonly serial: bigint;
  /** DER of its Name, as are `subject` and all others. */
  readonly issuer: Bytes;
  readonly subject: Bytes;
  readonly notBefore: number;
  readonly notAfter: number;
  readonly publicKey: PublicKey;
  /** In their order, unknown ones included. */
  readonly extensions: readonly Extension[];
  readonly subjectKeyIdentifier: string | undefined;
  readonly authorityKeyIdentifier: string | undefined;
  /**
   * The key identifier that is used everywhere for a CA certificate: its authorityKeyIdentifier, which names its own
   * key as it is self-signed, else its subjectKeyIdentifier, else the hash of its key.
   */
  readonly keyIdentifier: string;
  /**
   * Whether it may sign certificates: basicConstraints says so, and keyUsage, if there is one (RFC 5280 4.2.1.3 and
   * 4.2.1.9).
   */
  readonly isCa: boolean;
}

const WHAT = "certificate";
/** RFC 5280 4.1.2.2 has 20. Foreign ones may have more; there must be some end. */
const MAX_SERIAL_SIZE = 64;
const KEY_CERT_SIGN = 5;

/**
 * Reads a certificate of version 1, 2 or 3. Neither its signature nor its dates are looked at.
 * @throws `malformed`; `unacceptable` for algorithms and keys that are not ours, and for more than 100 KiB
 */
export async function parseCertificate(der: Uint8Array): Promise<Certificate> {
  checkSize(der, WHAT);
  const opened = openSigned(der, WHAT);
  const { reader, der: whole, tbs, signatureAlgorithm, signature } = opened;
  const version = readVersion(reader.optional(TAG.CONTEXT_CONSTRUCTED)?.content);
  const serial = readSerial(reader);
  expectSameAlgorithm(opened, WHAT);
  const issuer = readName(reader);
  const { notBefore, notAfter } = readValidity(reader.enter(TAG.SEQUENCE));
  const subject = readName(reader);
  const spki = reader.expect(TAG.SEQUENCE).raw;
  readUniqueIds(reader, version);
  const extensions = readExtensions(reader, version);
  reader.end();
  const publicKey = await parsePublicKey(spki, WHAT);
  const subjectKeyIdentifier = subjectKeyIdentifierOf(extensions);
  const authorityKeyIdentifier = authorityKeyIdentifierOf(extensions);
  return {
    ...{ der: whole, tbs, signatureAlgorithm, signature },
    ...{
      version,
      serial,
      issuer,
      subject,
      notBefore,
      notAfter,
      publicKey,
      extensions,
      subjectKeyIdentifier,
      authorityKeyIdentifier,
    },
    keyIdentifier: authorityKeyIdentifier ?? subjectKeyIdentifier ?? publicKey.keyId,
    isCa: mayIssue(extensions),
  };
}

/**
 * The one certificate in `text`; other blocks and text may stand around it. Throws as {@link parseCertificate} does.
 */
export async function certificateFromPem(text: string): Promise<Certificate> {
  return await parseCertificate(onlyPem(text, [PEM_LABEL.CERTIFICATE], WHAT).der);
}

export function certificateToPem(certificate: Certificate): string {
  return encodePem(PEM_LABEL.CERTIFICATE, certificate.der);
}

/**
 * Whether `ca` issued `certificate`: its name, its key identifier where the certificate has one, its signature. Dates,
 * revocation and whether `ca` may issue are other questions. Without `verify`, WebCrypto verifies.
 */
export async function isIssuedBy(
  certificate: Certificate,
  ca: Certificate,
  verify?: VerifySignature,
): Promise<boolean> {
  return equalBytes(certificate.issuer, ca.subject) && namesKeyOf(certificate.authorityKeyIdentifier, ca) &&
    await isSignedWith(certificate, ca.publicKey, verify);
}

/** Whether an authorityKeyIdentifier, if there is one, means the key of `ca`. */
export function namesKeyOf(authorityKeyIdentifier: string | undefined, ca: Certificate): boolean {
  return authorityKeyIdentifier === undefined || authorityKeyIdentifier === ca.subjectKeyIdentifier ||
    authorityKeyIdentifier === ca.keyIdentifier;
}

/** Whether `now` lies within its validity, both ends included (RFC 5280 4.1.2.5). */
export function isValidAt(certificate: Certificate, now: number): boolean {
  return certificate.notBefore <= now && now <= certificate.notAfter;
}

function readVersion(explicit: Uint8Array | undefined): 1 | 2 | 3 {
  if (explicit === undefined) return 1;
  const version = readInteger(readDer(explicit, TAG.INTEGER, WHAT), WHAT);
  if (version === 1n) return 2;
  if (version === 2n) return 3;
  // Version 1 is the default, which DER does not write. The number is not told: it may have a hundred thousand digits.
  throw malformed(`${WHAT} has an unknown version, or writes down the default one`);
}

function readSerial(reader: DerReader): bigint {
  const serial = reader.expect(TAG.INTEGER);
  if (serial.content.length > MAX_SERIAL_SIZE) {
    throw malformed(`${WHAT} has a serial number of over ${MAX_SERIAL_SIZE} bytes`);
  }
  return readInteger(serial, WHAT);
}

function readName(reader: DerReader): Bytes {
  const name = reader.expect(TAG.SEQUENCE).raw.slice();
  checkName(name);
  return name;
}

function readValidity(reader: DerReader): { notBefore: number; notAfter: number } {
  const notBefore = readTime(reader.any(), WHAT);
  const notAfter = readTime(reader.any(), WHAT);
  reader.end();
  return { notBefore, notAfter };
}

/** issuerUniqueID and subjectUniqueID: nobody uses them, but they may be there. */
function readUniqueIds(reader: DerReader, version: number): void {
  for (const tag of [TAG.CONTEXT | 1, TAG.CONTEXT | 2]) {
    const id = reader.optional(tag);
    if (id === undefined) continue;
    if (version < 2) throw malformed(`${WHAT} has a part that its version does not have`);
    readBitString(id, WHAT);
  }
}

function readExtensions(reader: DerReader, version: number): Extension[] {
  const explicit = reader.optional(TAG.CONTEXT_CONSTRUCTED | 3);
  if (explicit === undefined) return [];
  if (version < 3) throw malformed(`${WHAT} has extensions, which its version does not have`);
  const extensions = parseExtensions(readDer(explicit.content, TAG.SEQUENCE, WHAT), WHAT);
  if (extensions.length === 0) throw malformed(`${WHAT} has an empty list of extensions`);
  return extensions;
}

function mayIssue(extensions: readonly Extension[]): boolean {
  const constraints = findExtension(extensions, OID.BASIC_CONSTRAINTS);
  if (constraints === undefined || !readExtensionValue(constraints, "basicConstraints", readIsCa)) return false;
  const usage = findExtension(extensions, OID.KEY_USAGE);
  return usage === undefined || readExtensionValue(usage, "keyUsage", readSignsCertificates);
}

function readIsCa(value: Uint8Array): boolean {
  const reader = openDer(value, TAG.SEQUENCE, "value");
  const flag = reader.optional(TAG.BOOLEAN);
  const isCa = flag !== undefined && readBoolean(flag, "value");
  const pathLength = reader.optional(TAG.INTEGER);
  reader.end();
  if (pathLength !== undefined && (!isCa || readInteger(pathLength, "value") < 0n)) throw malformed("bad path length");
  return isCa;
}

function readSignsCertificates(value: Uint8Array): boolean {
  const { bytes } = readBitString(readDer(value, TAG.BIT_STRING, "value"), "value");
  return ((bytes[0] ?? 0) & (0x80 >> KEY_CERT_SIGN)) !== 0;
}
