/** Certificate revocation lists (RFC 5280 5.1): read, and judged against their issuer. */
import { type Bytes, equalBytes } from "../bytes.ts";
import { CaucaseError, malformed } from "../errors.ts";
import { onlyPem, PEM_LABEL } from "../pem.ts";
import { type Certificate, namesKeyOf } from "./certificate.ts";
import { RevokedEntries, type RevokedEntry } from "./revoked_entries.ts";
import { DerReader, readDer, readInteger, readTime } from "../der/reader.ts";
import { TAG } from "../der/tags.ts";
import { type Extension, findExtension, parseExtensions, readExtensionValue } from "./extension.ts";
import { authorityKeyIdentifierOf } from "./key_identifier.ts";
import { checkName } from "./name.ts";
import { OID } from "../der/oids.ts";
import { expectSameAlgorithm, isSignedWith, openSigned, type Signed } from "./signed.ts";

/** Times are Unix seconds, key identifiers lower-case hex. */
export interface CertificateList extends Signed {
  readonly version: 1 | 2;
  /** DER of its Name. */
  readonly issuer: Bytes;
  readonly thisUpdate: number;
  readonly nextUpdate: number | undefined;
  /** crlNumber (RFC 5280 5.2.3). */
  readonly number: bigint | undefined;
  readonly authorityKeyIdentifier: string | undefined;
  readonly extensions: readonly Extension[];
  readonly entryCount: number;
  /** Whether `serial` is listed. Looks through the bytes: about a millisecond for 100 000 entries. */
  revoked(serial: bigint): boolean;
  /** In the CRL's order, made as they are asked for. */
  entries(): Iterable<RevokedEntry>;
}

const WHAT = "CRL";
/** RFC 5280 5.2.3 has 20. */
const MAX_NUMBER_SIZE = 20;
/** Extensions that are understood here, so that they may be critical. */
const UNDERSTOOD: readonly string[] = [OID.CRL_NUMBER, OID.AUTHORITY_KEY_IDENTIFIER];

/**
 * Reads a complete CRL of version 1 or 2. Neither its signature nor its dates are looked at.
 * @throws `malformed`; `unacceptable` for algorithms that are not ours, and for a list that does not tell everything
 * about its own issuer's certificates (a delta CRL, one with an issuingDistributionPoint or any unknown critical
 * extension)
 */
export function parseCrl(der: Uint8Array): CertificateList {
  const opened = openSigned(der, WHAT);
  const { reader, der: whole, tbs, signatureAlgorithm, signature } = opened;
  const version = readVersion(reader);
  expectSameAlgorithm(opened, WHAT);
  const issuer = reader.expect(TAG.SEQUENCE).raw.slice();
  checkName(issuer);
  const thisUpdate = readTime(reader.any(), WHAT);
  const nextUpdate = readNextUpdate(reader);
  const list = readEntries(reader);
  const extensions = readExtensions(reader, version);
  reader.end();
  return {
    ...{ der: whole, tbs, signatureAlgorithm, signature },
    ...{ version, issuer, thisUpdate, nextUpdate, extensions },
    number: numberOf(extensions),
    authorityKeyIdentifier: authorityKeyIdentifierOf(extensions),
    entryCount: list.length,
    revoked: (serial) => list.has(serial),
    entries: () => list,
  };
}

/** The one CRL in `text`; other blocks and text may stand around it. Throws as {@link parseCrl} does. */
export function crlFromPem(text: string): CertificateList {
  return parseCrl(onlyPem(text, [PEM_LABEL.CRL], WHAT).der);
}

/** Whether `ca` signed `crl`: its name, its key identifier where the CRL has one, its signature. */
export async function isCrlSignedBy(crl: CertificateList, ca: Certificate): Promise<boolean> {
  return equalBytes(crl.issuer, ca.subject) && namesKeyOf(crl.authorityKeyIdentifier, ca) &&
    await isSignedWith(crl, ca.publicKey);
}

function readVersion(reader: DerReader): 1 | 2 {
  const version = reader.optional(TAG.INTEGER);
  if (version === undefined) return 1;
  if (readInteger(version, WHAT) !== 1n) throw malformed(`${WHAT} has an unknown version`);
  return 2;
}

function readNextUpdate(reader: DerReader): number | undefined {
  const element = reader.optional(TAG.UTC_TIME) ?? reader.optional(TAG.GENERALIZED_TIME);
  return element && readTime(element, WHAT);
}

function readEntries(reader: DerReader): RevokedEntries {
  const list = reader.optional(TAG.SEQUENCE);
  // RFC 5280 5.1.2.6: a list without entries is absent.
  if (list?.content.length === 0) throw malformed(`${WHAT} has an empty list of entries`);
  return new RevokedEntries(list?.content ?? new Uint8Array(), WHAT);
}

function readExtensions(reader: DerReader, version: number): Extension[] {
  const explicit = reader.optional(TAG.CONTEXT_CONSTRUCTED);
  if (explicit === undefined) return [];
  if (version < 2) throw malformed(`${WHAT} has extensions, which its version does not have`);
  const extensions = parseExtensions(readDer(explicit.content, TAG.SEQUENCE, WHAT), WHAT);
  if (extensions.length === 0) throw malformed(`${WHAT} has an empty list of extensions`);
  const strange = extensions.find(({ oid, critical }) =>
    oid === OID.DELTA_CRL_INDICATOR || (critical && !UNDERSTOOD.includes(oid))
  );
  if (strange === undefined) return extensions;
  throw new CaucaseError("unacceptable", `${WHAT} has the extension ${strange.oid}: it may not list everything`);
}

function numberOf(extensions: readonly Extension[]): bigint | undefined {
  const extension = findExtension(extensions, OID.CRL_NUMBER);
  return extension && readExtensionValue(extension, "cRLNumber", (value) => {
    const element = readDer(value, TAG.INTEGER, "number");
    const number = element.content.length > MAX_NUMBER_SIZE ? -1n : readInteger(element, "number");
    if (number < 0n) throw malformed("number is negative or over 20 bytes long");
    return number;
  });
}
