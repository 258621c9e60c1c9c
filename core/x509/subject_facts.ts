/**
 * Whom a certificate or a request names, and its key, for lists: as text, and without the checks that decide whether to
 * sign, which cost a hundred times as much.
 */
import { CaucaseError } from "../errors.ts";
import { TAG } from "../der/tags.ts";
import { OID, oidDer } from "../der/oids.ts";
import { DerReader, openDer, readWholeBitString } from "../der/reader.ts";
import { curveByOid } from "../keys/ec_curves.ts";
import { sha256Hex } from "../keys/hashes.ts";
import { type Extension, findExtension } from "./extension.ts";
import { parseGeneralNames } from "./general_name.ts";
import { kindName } from "./key_kinds.ts";
import { nameToText } from "./name.ts";

/** Names as people read them; what cannot be read is left out. */
export interface NamedSubject {
  /** RFC 4514; empty for none. */
  readonly subject: string;
  readonly dns: readonly string[];
  readonly ip: readonly string[];
  /** The other names of subjectAltName, with their form: `email:a@b`. */
  readonly otherNames: readonly string[];
}

export interface KeyDescription {
  /** `rsa:2048`, `ec:P-256`, `ed25519`; else the object identifier of its kind, or how people call that. */
  readonly kind: string;
  /** SHA-256 of the SubjectPublicKeyInfo, lower-case hex. */
  readonly sha256: string;
}

export interface CertificateDescription extends NamedSubject {
  readonly key: KeyDescription;
}

const WHAT = "certificate";

/** @throws `malformed` for what is no certificate */
export function describeCertificate(der: Uint8Array): CertificateDescription {
  const parts = partsOf(der);
  return { ...namesIn(parts), key: describeKey(parts.spki) };
}

/** @throws `malformed` for what is no certificate */
export function namesOfCertificate(der: Uint8Array): NamedSubject {
  return namesIn(partsOf(der));
}

/** @param subject DER of a Name */
export function namesIn(
  { subject, extensions }: { readonly subject: Uint8Array; readonly extensions: readonly Extension[] },
): NamedSubject {
  const names = readable(() => generalNames(extensions), []);
  const of = (form: string) => names.filter((name) => name.form === form).map(({ text }) => text);
  return {
    subject: readable(() => nameToText(subject), ""),
    dns: of("DNS"),
    ip: of("IP"),
    otherNames: names.filter(({ form }) => form !== "DNS" && form !== "IP").map(({ form, text }) => `${form}:${text}`),
  };
}

/** @param spki DER of a SubjectPublicKeyInfo */
export function describeKey(spki: Uint8Array): KeyDescription {
  return { kind: readable(() => kindOfKey(spki), "unknown"), sha256: sha256Hex(spki) };
}

function generalNames(extensions: readonly Extension[]) {
  const extension = findExtension(extensions, OID.SUBJECT_ALT_NAME);
  return extension === undefined ? [] : parseGeneralNames(extension.value);
}

/** @throws `malformed` for what is no certificate */
export function serialOfCertificate(der: Uint8Array): bigint {
  const tbs = tbsOf(der);
  tbs.optional(TAG.CONTEXT_CONSTRUCTED);
  return tbs.integer();
}

function tbsOf(der: Uint8Array): DerReader {
  return openDer(der, TAG.SEQUENCE, WHAT).enter(TAG.SEQUENCE);
}

function partsOf(der: Uint8Array) {
  const tbs = tbsOf(der);
  tbs.optional(TAG.CONTEXT_CONSTRUCTED);
  for (const tag of [TAG.INTEGER, TAG.SEQUENCE, TAG.SEQUENCE, TAG.SEQUENCE]) tbs.expect(tag);
  const subject = tbs.expect(TAG.SEQUENCE).raw;
  const spki = tbs.expect(TAG.SEQUENCE).raw;
  for (const tag of [TAG.CONTEXT | 1, TAG.CONTEXT | 2]) tbs.optional(tag);
  const wrapped = tbs.optional(TAG.CONTEXT_CONSTRUCTED | 3);
  return { subject, spki, extensions: wrapped === undefined ? [] : alternativeName(wrapped.content) };
}

/** The subjectAltName alone of an `Extensions`, as a list: the others say nothing about names, and are many. */
function alternativeName(content: Uint8Array): readonly Extension[] {
  const extensions = new DerReader(content, WHAT).enter(TAG.SEQUENCE);
  while (!extensions.done) {
    const extension = extensions.expect(TAG.SEQUENCE).content;
    if (!startsWith(extension, SUBJECT_ALT_NAME)) continue;
    const parts = new DerReader(extension.subarray(SUBJECT_ALT_NAME.length), WHAT);
    parts.optional(TAG.BOOLEAN);
    return [{ oid: OID.SUBJECT_ALT_NAME, critical: false, value: parts.expect(TAG.OCTET_STRING).content }];
  }
  return [];
}

const SUBJECT_ALT_NAME = oidDer(OID.SUBJECT_ALT_NAME);

function startsWith(bytes: Uint8Array, start: Uint8Array): boolean {
  return start.every((byte, index) => bytes[index] === byte);
}

function kindOfKey(spki: Uint8Array): string {
  const reader = openDer(spki, TAG.SEQUENCE, "public key");
  const algorithm = reader.enter(TAG.SEQUENCE);
  const oid = algorithm.oid();
  switch (oid) {
    case OID.RSA_ENCRYPTION:
      return `rsa:${modulusBits(readWholeBitString(reader.expect(TAG.BIT_STRING), "public key"))}`;
    case OID.EC_PUBLIC_KEY: {
      const curve = algorithm.oid();
      return `ec:${curveByOid(curve)?.name ?? kindName(curve)}`;
    }
    case OID.ED25519:
      return "ed25519";
    default:
      return kindName(oid);
  }
}

function modulusBits(key: Uint8Array): number {
  const { content } = openDer(key, TAG.SEQUENCE, "public key").expect(TAG.INTEGER);
  const first = content.findIndex((byte) => byte !== 0);
  return first < 0 ? 0 : (content.length - first) * 8 - (Math.clz32(content[first] ?? 0) - 24);
}

/** What `read` gives, `otherwise` where the bytes are not of their form: an old database may hold anything. */
function readable<T>(read: () => T, otherwise: T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof CaucaseError) return otherwise;
    throw error;
  }
}
