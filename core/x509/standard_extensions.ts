/** Encodes and reads the standard extensions that our profiles are made of (RFC 5280 4.2.1). */
import type { Bytes } from "../bytes.ts";
import { malformed } from "../errors.ts";
import { openDer, readDer, readNamedBits } from "../der/reader.ts";
import { TAG } from "../der/tags.ts";
import {
  derBoolean,
  derElement,
  derExplicit,
  derImplicit,
  derInteger,
  derNamedBits,
  derOctetString,
  derSequence,
} from "../der/writer.ts";
import type { Extension } from "./extension.ts";
import { dnsName, hostName, uriName } from "./general_name.ts";
import { parseIpAddress } from "./ip_address.ts";
import { OID, oidDer } from "../der/oids.ts";

/** Numbers of the bits of KeyUsage (RFC 5280 4.2.1.3). */
export const KEY_USAGE = {
  digitalSignature: 0,
  nonRepudiation: 1,
  keyEncipherment: 2,
  dataEncipherment: 3,
  keyAgreement: 4,
  keyCertSign: 5,
  cRLSign: 6,
  encipherOnly: 7,
  decipherOnly: 8,
} as const;

/** basicConstraints of an end entity, or of a CA with or without a path length (RFC 5280 4.2.1.9); always critical. */
export function basicConstraints(ca: false | { readonly pathLength?: number }): Extension {
  const fields = ca === false ? [] : [derBoolean(true)];
  if (ca && ca.pathLength !== undefined) fields.push(derInteger(ca.pathLength));
  return { oid: OID.BASIC_CONSTRAINTS, critical: true, value: derSequence(...fields) };
}

/** subjectKeyIdentifier (RFC 5280 4.2.1.2) from a key identifier in hexadecimal. */
export function subjectKeyIdentifierExtension(keyId: string): Extension {
  return { oid: OID.SUBJECT_KEY_IDENTIFIER, critical: false, value: derOctetString(Uint8Array.fromHex(keyId)) };
}

/** authorityKeyIdentifier with the key identifier only (RFC 5280 4.2.1.1), from hexadecimal. */
export function authorityKeyIdentifierExtension(keyId: string): Extension {
  const value = derSequence(derImplicit(0, Uint8Array.fromHex(keyId)));
  return { oid: OID.AUTHORITY_KEY_IDENTIFIER, critical: false, value };
}

/** cRLDistributionPoints of one point with one URI (RFC 5280 4.2.1.13). */
export function crlDistributionPoints(uri: string): Extension {
  const fullName = derExplicit(0, uriName(uri));
  return {
    oid: OID.CRL_DISTRIBUTION_POINTS,
    critical: false,
    value: derSequence(derSequence(derExplicit(0, fullName))),
  };
}

/** keyUsage with the given bits of {@link KEY_USAGE}. */
export function keyUsage(bits: Iterable<number>, critical: boolean): Extension {
  return { oid: OID.KEY_USAGE, critical, value: derNamedBits(bits) };
}

/** Bits of a keyUsage value. @throws `malformed`, also for bits that RFC 5280 does not define */
export function readKeyUsage(value: Uint8Array): Set<number> {
  const element = readDer(value, TAG.BIT_STRING, "bit string");
  // Looked at before the bits are counted out: a request may hold megabytes of them.
  if (element.content.length > 3) throw malformed("bit string is too long");
  const bits = readNamedBits(element, "bit string");
  if (Math.max(...bits) > KEY_USAGE.decipherOnly) throw malformed("bit string has an unknown bit");
  return bits;
}

/** extKeyUsage of purposes in dotted form (RFC 5280 4.2.1.12). */
export function extendedKeyUsage(purposes: readonly string[], critical: boolean): Extension {
  return { oid: OID.EXTENDED_KEY_USAGE, critical, value: derSequence(...purposes.map(oidDer)) };
}

/** Purposes of an extKeyUsage value; none for the empty list, which is not allowed but seen. @throws `malformed` */
export function readExtendedKeyUsage(value: Uint8Array): string[] {
  const reader = openDer(value, TAG.SEQUENCE, "list of purposes");
  const purposes: string[] = [];
  while (!reader.done) purposes.push(reader.oid());
  return purposes;
}

/**
 * nameConstraints for one host only (RFC 5280 4.2.1.10), always critical. A host name is permitted with what is below
 * it, which is as narrow as the format goes. For a numeric address (brackets allowed) all DNS names are excluded, since
 * names of a form that is not mentioned would be free.
 */
export function nameConstraints(host: string): Extension {
  const address = parseIpAddress(host);
  const fields = address === undefined
    ? [subtrees(0, hostName(host))]
    // Address and full mask: /32 or /128. The empty DNS name has every name below it.
    : [subtrees(0, derImplicit(7, doubled(address))), subtrees(1, dnsName(""))];
  return { oid: OID.NAME_CONSTRAINTS, critical: true, value: derSequence(...fields) };
}

function subtrees(number: 0 | 1, base: Uint8Array): Bytes {
  return derElement(TAG.CONTEXT_CONSTRUCTED | number, derSequence(base));
}

function doubled(address: Uint8Array): Bytes {
  const bytes = new Uint8Array(address.length * 2).fill(0xff);
  bytes.set(address);
  return bytes;
}
