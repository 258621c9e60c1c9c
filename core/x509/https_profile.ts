/** The profile of the HTTPS listener's certificate: a leaf of the HTTP CA that we ask ourselves for. */
import type { Bytes } from "../bytes.ts";
import type { Extension } from "./extension.ts";
import { hostName, subjectAltNameExtension } from "./general_name.ts";
import {
  checkCertificate,
  type CheckedCertificate,
  exactRules,
  type Issuer,
  type PreparedCertificate,
  type SubjectKey,
} from "./issuance.ts";
import { prepareLeaf } from "./leaf_profile.ts";
import { EMPTY_NAME } from "./name.ts";
import {
  authorityKeyIdentifier,
  basicConstraints,
  KEY_USAGE,
  keyUsage,
  subjectKeyIdentifier,
} from "./standard_extensions.ts";

export interface HttpsOrder {
  /** DNS name or numeric address that clients connect to, without a port. */
  readonly host: string;
  readonly publicKey: SubjectKey;
  /** The HTTP CA. */
  readonly issuer: Issuer;
  /** Unix seconds. */
  readonly now: number;
  /** Seconds. */
  readonly lifeSpan: number;
  /** From `newSerial()`. */
  readonly serial: Bytes;
}

/** An HTTPS certificate, to be checked. @throws `malformed` when the host is neither ASCII nor an address */
export function prepareHttps(order: HttpsOrder): PreparedCertificate {
  const request = { subject: EMPTY_NAME, extensions: httpsExtensions(order.host) };
  return prepareLeaf({ ...order, request, autoSigned: false, keepCaucasePolicies: false });
}

/** Judges a prepared HTTPS certificate. @throws `unacceptable` with the first breach */
export function checkHttps(prepared: PreparedCertificate, order: HttpsOrder): CheckedCertificate {
  const expected = [
    basicConstraints(false),
    subjectKeyIdentifier(order.publicKey.keyId),
    authorityKeyIdentifier(order.issuer.keyIdentifier),
    ...httpsExtensions(order.host),
  ];
  return checkCertificate(prepared, exactRules("HTTPS certificate", { ...order, subject: EMPTY_NAME }, expected));
}

function httpsExtensions(host: string): Extension[] {
  return [
    keyUsage([KEY_USAGE.digitalSignature], true), // RFC 5280 4.2.1.3: TLS 1.2 and newer sign, ECDHE agrees on keys
    subjectAltNameExtension([hostName(host)], true), // RFC 5280 4.2.1.6: critical, as the subject is empty
  ];
}
