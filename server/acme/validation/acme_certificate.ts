/** The certificate that a server shows for tls-alpn-01 (RFC 8737 3, RFC 8738 6). */
import { equalBytes } from "../../../core/bytes.ts";
import { readDer } from "../../../core/der/reader.ts";
import { OID } from "../../../core/der/oids.ts";
import { TAG } from "../../../core/der/tags.ts";
import type { VerifySignature } from "../../../core/keys/verify_signature.ts";
import type { Certificate } from "../../../core/x509/certificate.ts";
import { findExtension, readExtensionValue } from "../../../core/x509/extension.ts";
import { type GeneralName, parseGeneralNames } from "../../../core/x509/general_name.ts";
import { isSignedWith } from "../../../core/x509/signed.ts";
import { quoted } from "./failure.ts";

/** What it must hold. */
export interface ExpectedCertificate {
  readonly name: GeneralName & { readonly form: "DNS" | "IP" };
  /** SHA-256 of the key authorization. */
  readonly digest: Uint8Array;
}

/** Most names of a certificate that a refusal tells. */
const NAMES_TOLD = 3;

/**
 * What of the certificate is not as it must be, for people; undefined when all is.
 * @throws `malformed` for an extension that is not of its form
 */
export async function acmeCertificateBreach(
  certificate: Certificate,
  { name, digest }: ExpectedCertificate,
  verify?: VerifySignature,
): Promise<string | undefined> {
  const names = namesOf(certificate);
  const [only] = names;
  if (names.length !== 1 || only?.form !== name.form || only.text.toLowerCase() !== name.text) {
    return `is for ${namesTold(names)}, and not for ${name.text} alone`;
  }
  const proof = findExtension(certificate.extensions, OID.ACME_IDENTIFIER);
  if (proof === undefined) return "has no acmeIdentifier extension";
  if (!proof.critical) return "has an acmeIdentifier extension that is not critical";
  const read = (value: Uint8Array) => readDer(value, TAG.OCTET_STRING, "value").content;
  const found = readExtensionValue(proof, "acmeIdentifier", read);
  if (!equalBytes(found, digest)) return "has an acmeIdentifier extension for another key authorization";
  const isSelfSigned = equalBytes(certificate.subject, certificate.issuer) &&
    await isSignedWith(certificate, certificate.publicKey, verify);
  return isSelfSigned ? undefined : "is not self-signed";
}

function namesOf({ extensions }: Certificate): GeneralName[] {
  const names = findExtension(extensions, OID.SUBJECT_ALT_NAME);
  return names === undefined ? [] : readExtensionValue(names, "subjectAltName", parseGeneralNames);
}

function namesTold(names: readonly GeneralName[]): string {
  if (names.length === 0) return "no name";
  const told = names.slice(0, NAMES_TOLD).map(({ form, text }) => `${form} ${quoted(text)}`).join(", ");
  return names.length > NAMES_TOLD ? `${told} and ${names.length - NAMES_TOLD} more` : told;
}
