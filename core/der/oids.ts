/** Object identifiers by name, and encoded. */
import type { Bytes } from "../bytes.ts";
import { derOid } from "./writer.ts";

/** By name, with where they are defined. */
export const OID = {
  // Public keys: RFC 8017, RFC 5480, RFC 8410.
  RSA_ENCRYPTION: "1.2.840.113549.1.1.1",
  RSASSA_PSS: "1.2.840.113549.1.1.10",
  EC_PUBLIC_KEY: "1.2.840.10045.2.1",
  P256: "1.2.840.10045.3.1.7",
  P384: "1.3.132.0.34",
  P521: "1.3.132.0.35",
  ED25519: "1.3.101.112",

  // Signatures and hashes: RFC 4055, RFC 5758.
  SHA256_WITH_RSA: "1.2.840.113549.1.1.11",
  SHA384_WITH_RSA: "1.2.840.113549.1.1.12",
  SHA512_WITH_RSA: "1.2.840.113549.1.1.13",
  ECDSA_WITH_SHA256: "1.2.840.10045.4.3.2",
  ECDSA_WITH_SHA384: "1.2.840.10045.4.3.3",
  ECDSA_WITH_SHA512: "1.2.840.10045.4.3.4",
  MGF1: "1.2.840.113549.1.1.8",
  SHA256: "2.16.840.1.101.3.4.2.1",
  SHA384: "2.16.840.1.101.3.4.2.2",
  SHA512: "2.16.840.1.101.3.4.2.3",

  // Attributes of a request: RFC 2985, and [MS-WCCE] 2.2.2.7.7.4 (szOID_CERT_EXTENSIONS).
  EXTENSION_REQUEST: "1.2.840.113549.1.9.14",
  MICROSOFT_EXTENSION_REQUEST: "1.3.6.1.4.1.311.2.1.14",
  CHALLENGE_PASSWORD: "1.2.840.113549.1.9.7",

  // Extensions: RFC 5280 4.2 and 5.2.
  SUBJECT_KEY_IDENTIFIER: "2.5.29.14",
  KEY_USAGE: "2.5.29.15",
  SUBJECT_ALT_NAME: "2.5.29.17",
  BASIC_CONSTRAINTS: "2.5.29.19",
  CRL_NUMBER: "2.5.29.20",
  REASON_CODE: "2.5.29.21",
  INVALIDITY_DATE: "2.5.29.24",
  DELTA_CRL_INDICATOR: "2.5.29.27",
  ISSUING_DISTRIBUTION_POINT: "2.5.29.28",
  NAME_CONSTRAINTS: "2.5.29.30",
  CRL_DISTRIBUTION_POINTS: "2.5.29.31",
  CERTIFICATE_POLICIES: "2.5.29.32",
  AUTHORITY_KEY_IDENTIFIER: "2.5.29.35",
  EXTENDED_KEY_USAGE: "2.5.29.37",
  // RFC 8737 6.1.
  ACME_IDENTIFIER: "1.3.6.1.5.5.7.1.31",

  // Extended key usages and policy qualifiers: RFC 5280 4.2.1.12 and 4.2.1.4.
  SERVER_AUTH: "1.3.6.1.5.5.7.3.1",
  CLIENT_AUTH: "1.3.6.1.5.5.7.3.2",
  OCSP_SIGNING: "1.3.6.1.5.5.7.3.9",
  CPS: "1.3.6.1.5.5.7.2.1",
  USER_NOTICE: "1.3.6.1.5.5.7.2.2",

  // Attribute types of names: RFC 4519.
  COMMON_NAME: "2.5.4.3",
} as const;

/** Those that we write all the time, encoded once: each costs a tenth of a certificate's encoding otherwise. */
const ENCODED: ReadonlyMap<string, Bytes> = new Map(Object.values(OID).map((oid) => [oid, derOid(oid)]));

/** What `derOid()` gives. Not to be changed: it is shared. */
export function oidDer(dotted: string): Bytes {
  return ENCODED.get(dotted) ?? derOid(dotted);
}
