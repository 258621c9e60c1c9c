/**
 * Reads the extensions that tell keys apart (RFC 5280 4.2.1.1 and 4.2.1.2). Key identifiers are lower-case hex here.
 */
import { malformed } from "../errors.ts";
import { openDer, readDer } from "../der/reader.ts";
import { TAG } from "../der/tags.ts";
import { type Extension, findExtension, readExtensionValue } from "./extension.ts";
import { OID } from "../der/oids.ts";

/** The subjectKeyIdentifier, if there is one. Throws `malformed`. */
export function subjectKeyIdentifierOf(extensions: readonly Extension[]): string | undefined {
  const extension = findExtension(extensions, OID.SUBJECT_KEY_IDENTIFIER);
  return extension && readExtensionValue(extension, "subjectKeyIdentifier", (value) => {
    return keyIdentifier(readDer(value, TAG.OCTET_STRING, "key identifier").content);
  });
}

/** The key identifier in the authorityKeyIdentifier, if both are there. Throws `malformed`. */
export function authorityKeyIdentifierOf(extensions: readonly Extension[]): string | undefined {
  const extension = findExtension(extensions, OID.AUTHORITY_KEY_IDENTIFIER);
  return extension && readExtensionValue(extension, "authorityKeyIdentifier", readAuthorityKeyIdentifier);
}

function readAuthorityKeyIdentifier(value: Uint8Array): string | undefined {
  const reader = openDer(value, TAG.SEQUENCE, "key identifier");
  const keyId = reader.optional(TAG.CONTEXT);
  const issuer = reader.optional(TAG.CONTEXT_CONSTRUCTED | 1);
  const serial = reader.optional(TAG.CONTEXT | 2);
  reader.end();
  if ((issuer === undefined) !== (serial === undefined)) throw malformed("issuer and serial number come together");
  return keyId && keyIdentifier(keyId.content);
}

function keyIdentifier(bytes: Uint8Array): string {
  if (bytes.length === 0) throw malformed("key identifier is empty");
  return bytes.toHex();
}
