/**
 * The list of extensions of certificates, requests and CRLs (RFC 5280 4.1 and 4.2). Values stay the bytes they were.
 */
import { type Bytes, equalBytes } from "../bytes.ts";
import { CaucaseError, malformed } from "../errors.ts";
import { type DerElement, DerReader, readBoolean } from "../der/reader.ts";
import { TAG } from "../der/tags.ts";
import { derBoolean, derOctetString, derSequence } from "../der/writer.ts";
import { oidDer } from "../der/oids.ts";

export interface Extension {
  /** Dotted object identifier. */
  readonly oid: string;
  readonly critical: boolean;
  /** DER of the extension's own type: the content of the OCTET STRING. */
  readonly value: Uint8Array;
}

/**
 * Extensions of an `Extensions` SEQUENCE, in its order. `what` names the structure that holds them in errors.
 * @throws `malformed`, also when an object identifier appears twice (RFC 5280 4.2)
 */
export function parseExtensions(sequence: DerElement, what: string): Extension[] {
  if (sequence.tag !== TAG.SEQUENCE) throw malformed(`${what} has extensions that are not a sequence`);
  const reader = new DerReader(sequence.content, what);
  const extensions = new Map<string, Extension>();
  while (!reader.done) {
    const extension = parseExtension(reader.enter(TAG.SEQUENCE), what);
    if (extensions.has(extension.oid)) throw malformed(`${what} has the extension ${extension.oid} twice`);
    extensions.set(extension.oid, extension);
  }
  return [...extensions.values()];
}

/** `Extensions` SEQUENCE, in the list's order. */
export function encodeExtensions(extensions: readonly Extension[]): Bytes {
  return derSequence(...extensions.map(encodeExtension));
}

export function findExtension(extensions: readonly Extension[], oid: string): Extension | undefined {
  return extensions.find((extension) => extension.oid === oid);
}

/** Whether both have the same type, criticality and value. */
export function sameExtension(a: Extension, b: Extension): boolean {
  return a.oid === b.oid && a.critical === b.critical && equalBytes(a.value, b.value);
}

/** What `read` makes of an extension's value; its `malformed` errors get the extension's name in front. */
export function readExtensionValue<T>(extension: Extension, name: string, read: (value: Uint8Array) => T): T {
  try {
    return read(extension.value);
  } catch (error) {
    if (!(error instanceof CaucaseError)) throw error;
    throw new CaucaseError(error.code, `extension ${name}: ${error.message}`, { ...error.details, cause: error });
  }
}

function parseExtension(reader: DerReader, what: string): Extension {
  const oid = reader.oid();
  const criticality = reader.optional(TAG.BOOLEAN);
  const critical = criticality !== undefined && readBoolean(criticality, what);
  // X.690 11.5: a default value is not written.
  if (criticality && !critical) {
    throw malformed(`${what} has the extension ${oid} with its default criticality written`);
  }
  const value = reader.expect(TAG.OCTET_STRING).content;
  reader.end();
  return { oid, critical, value };
}

function encodeExtension({ oid, critical, value }: Extension): Bytes {
  return derSequence(oidDer(oid), ...(critical ? [derBoolean(true)] : []), derOctetString(value));
}
