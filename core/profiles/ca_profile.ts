/** The profile of a CA's own certificate, self-signed. Sections are those of RFC 5280. */
import type { Bytes } from "../bytes.ts";
import type { Certificate } from "../x509/certificate.ts";
import { type Extension, findExtension, sameExtension } from "../x509/extension.ts";
import {
  checkCertificate,
  type CheckedTbsCertificate,
  exactRules,
  type Parties,
  type ProfileRules,
  type SubjectKey,
  type TbsCertificate,
  validity,
} from "../x509/tbs_certificate.ts";
import { commonNameDer } from "../x509/name.ts";
import { OID } from "../der/oids.ts";
import {
  authorityKeyIdentifierExtension,
  basicConstraints,
  KEY_USAGE,
  keyUsage,
  nameConstraints,
  subjectKeyIdentifierExtension,
} from "../x509/standard_extensions.ts";

/** What every issued CA certificate is made from. */
interface CaKeyOrder {
  readonly publicKey: SubjectKey;
  /** Unix seconds. */
  readonly now: number;
  /** Of this certificate, in seconds. */
  readonly lifeSpan: number;
  /** From `newSerial()`. */
  readonly serial: Bytes;
}

export interface CaOrder extends CaKeyOrder {
  /** DER of a Name; see `caSubject()`. */
  readonly subject: Bytes;
  /** The one host that may be certified: a DNS name or a numeric address. Without it, anything may. */
  readonly onlyHost?: string | undefined;
}

export interface CaSuccessorOrder extends CaKeyOrder {
  readonly predecessor: Pick<Certificate, "subject" | "extensions" | "isCa">;
}

/** What makes a certificate a CA's, which issues to end entities only. */
const CA_BASICS: readonly Extension[] = [
  basicConstraints({ pathLength: 0 }), // 4.2.1.9
  keyUsage([KEY_USAGE.keyCertSign, KEY_USAGE.cRLSign], true), // 4.2.1.3
];

const KEY_IDENTIFIERS: ReadonlySet<string> = new Set([OID.SUBJECT_KEY_IDENTIFIER, OID.AUTHORITY_KEY_IDENTIFIER]);

/** Common names by role; the network location follows. */
const CA_NAME = { cau: "Caucase CAU at ", cas: "Caucase CAS at ", http: "Caucased CA at " } as const;

/** Most characters of a common name (RFC 5280 appendix A.1, ub-common-name). */
const COMMON_NAME_LIMIT = 64;

/** Name of a CA at `netloc` (`host[:port]`), of which only as much is used as a common name has room for. */
export function caSubject(role: keyof typeof CA_NAME, netloc: string): Bytes {
  const characters = [...CA_NAME[role] + netloc];
  return commonNameDer(characters.slice(0, COMMON_NAME_LIMIT).join(""));
}

/** A first CA certificate, to be checked. @throws `malformed` when `onlyHost` is neither ASCII nor an address */
export function prepareCa(order: CaOrder): TbsCertificate {
  return prepareSelfSigned(order, order.subject, [
    ...CA_BASICS,
    ...(order.onlyHost === undefined ? [] : [nameConstraints(order.onlyHost)]), // 4.2.1.10
  ]);
}

/** Whether the CA may certify `onlyHost` and no other host, as `prepareCa` would have it. */
export function isForHost(certificate: Pick<Certificate, "extensions">, onlyHost: string): boolean {
  const constraints = findExtension(certificate.extensions, OID.NAME_CONSTRAINTS);
  return constraints !== undefined && sameExtension(constraints, nameConstraints(onlyHost));
}

/**
 * The certificate of a new key that follows `predecessor`, to be checked: same subject, same extensions but for the key
 * identifiers, so that what an imported CA may do stays as it was. One that was no CA (imported unchecked) becomes one.
 */
export function prepareCaSuccessor(order: CaSuccessorOrder): TbsCertificate {
  return prepareSelfSigned(order, order.predecessor.subject, inherited(order.predecessor));
}

/** Judges a first CA certificate. @throws `unacceptable` with the first breach */
export function checkCa(prepared: TbsCertificate, order: CaOrder): CheckedTbsCertificate {
  const constraints = order.onlyHost === undefined ? [] : [nameConstraints(order.onlyHost)];
  const parties = selfSigned(order.subject, order.publicKey);
  return checkCertificate(prepared, caRules(parties, [...CA_BASICS, ...constraints]));
}

/** Judges a CA certificate that follows another. @throws `unacceptable` with the first breach */
export function checkCaSuccessor(prepared: TbsCertificate, order: CaSuccessorOrder): CheckedTbsCertificate {
  const parties = selfSigned(order.predecessor.subject, order.publicKey);
  return checkCertificate(prepared, caRules(parties, inherited(order.predecessor)));
}

function prepareSelfSigned(order: CaKeyOrder, subject: Bytes, extensions: readonly Extension[]): TbsCertificate {
  return {
    serial: order.serial, // 4.1.2.2
    ...selfSigned(subject, order.publicKey), // 4.1.2.4, 4.1.2.6 and 4.1.2.7
    ...validity(order.now, order.lifeSpan), // 4.1.2.5
    extensions: [...keyIdentifiers(order.publicKey), ...extensions],
  };
}

function caRules(parties: Parties, extensions: readonly Extension[]): ProfileRules {
  return exactRules("CA certificate", parties, [...keyIdentifiers(parties.publicKey), ...extensions]);
}

function selfSigned(subject: Bytes, publicKey: SubjectKey): Parties {
  return { issuer: { subject, keyIdentifier: publicKey.keyId, publicKey }, subject, publicKey };
}

function keyIdentifiers({ keyId }: SubjectKey): Extension[] {
  return [
    subjectKeyIdentifierExtension(keyId), // 4.2.1.2 method 1
    authorityKeyIdentifierExtension(keyId), // 4.2.1.1
  ];
}

/** What a successor takes over: all that does not name a key. */
function inherited({ extensions, isCa }: CaSuccessorOrder["predecessor"]): Extension[] {
  const others = extensions.filter(({ oid }) => !KEY_IDENTIFIERS.has(oid));
  return isCa ? others : [...CA_BASICS, ...others.filter(({ oid }) => !CA_BASICS.some((basic) => basic.oid === oid))];
}
