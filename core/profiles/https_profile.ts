/** The profile of the HTTPS listener's certificate: a leaf of the HTTP CA that we ask ourselves for. */
import type { Bytes } from "../bytes.ts";
import type { Extension } from "../x509/extension.ts";
import { hostName, subjectAltNameExtension } from "../x509/general_name.ts";
import {
  checkCertificate,
  type CheckedTbsCertificate,
  exactRules,
  type IssuerIdentity,
  type SubjectKey,
  type TbsCertificate,
} from "../x509/tbs_certificate.ts";
import { prepareLeaf } from "./leaf_profile.ts";
import { EMPTY_NAME } from "../x509/name.ts";
import {
  authorityKeyIdentifierExtension,
  basicConstraints,
  KEY_USAGE,
  keyUsage,
  subjectKeyIdentifierExtension,
} from "../x509/standard_extensions.ts";

export interface HttpsOrder {
  /** DNS name or numeric address that clients connect to, without a port. */
  readonly host: string;
  readonly publicKey: SubjectKey;
  /** The HTTP CA. */
  readonly issuer: IssuerIdentity;
  /** Unix seconds. */
  readonly now: number;
  /** Seconds. */
  readonly lifeSpan: number;
  /** From `newSerial()`. */
  readonly serial: Bytes;
}

/** An HTTPS certificate, to be checked. @throws `malformed` when the host is neither ASCII nor an address */
export function prepareHttps(order: HttpsOrder): TbsCertificate {
  const content = { subject: EMPTY_NAME, extensions: httpsExtensions(order.host) };
  return prepareLeaf({ ...order, content, autoSigned: false, keepCaucasePolicies: false });
}

/** Judges a prepared HTTPS certificate. @throws `unacceptable` with the first breach */
export function checkHttps(prepared: TbsCertificate, order: HttpsOrder): CheckedTbsCertificate {
  const expected = [
    basicConstraints(false),
    subjectKeyIdentifierExtension(order.publicKey.keyId),
    authorityKeyIdentifierExtension(order.issuer.keyIdentifier),
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
