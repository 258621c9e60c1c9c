/** The request that finalizes an order (RFC 8555 7.4), and what a certificate takes over from it. */
import { CaucaseError } from "../errors.ts";
import { OID } from "../der/oids.ts";
import { checkKeyStrength } from "../keys/public_key.ts";
import type { VerifySignature } from "../keys/verify_signature.ts";
import type { RequestedContent } from "../profiles/leaf_filters.ts";
import { type CertificationRequest, parseCsr, verifyCsr } from "../x509/csr.ts";
import { findExtension } from "../x509/extension.ts";
import { dnsName, ipAddress, parseGeneralNames, subjectAltNameExtension } from "../x509/general_name.ts";
import { commonNameDer, commonNameOf } from "../x509/name.ts";
import { extendedKeyUsage, KEY_USAGE, keyUsage } from "../x509/standard_extensions.ts";
import { dnsIdentifier, type Identifier, ipIdentifier, sameIdentifiers, sortedIdentifiers } from "./identifier.ts";
import { thumbprintOfKey } from "./json_web_key.ts";
import { AcmeProblem } from "./problem.ts";

export interface CsrChecks {
  /** Those of the order. */
  readonly identifiers: readonly Identifier[];
  /** Of the account's key, which must not be certified. */
  readonly thumbprint: string;
  readonly verify: VerifySignature;
}

/**
 * Reads the request of an order.
 * @throws `AcmeProblem` `badCSR` unless it is whole, signed with its own key, that key strong enough and not the
 *   account's, and the names in it exactly those of the order
 */
export async function readOrderCsr(der: Uint8Array, checks: CsrChecks): Promise<CertificationRequest> {
  return await orBadCsr(async () => {
    const csr = await parseCsr(der);
    checkKeyStrength(csr.publicKey);
    if (thumbprintOfKey(csr.publicKey.spki) === checks.thumbprint) throw bad("its key is the account's");
    if (!sameIdentifiers(identifiersOf(csr), checks.identifiers)) throw bad("its names are not those of the order");
    await verifyCsr(csr, checks.verify);
    return csr;
  });
}

/**
 * The names of a request: of subjectAltName, and the common name.
 * @throws `AcmeProblem` `badCSR` for one that no order can have
 */
export function identifiersOf({ subject, extensions }: RequestedContent): readonly Identifier[] {
  // An empty one names nothing.
  const commonName = commonNameOf(subject) || undefined;
  const extension = findExtension(extensions, OID.SUBJECT_ALT_NAME);
  const names = extension === undefined ? [] : parseGeneralNames(extension.value);
  const found = names.map(({ form, text }) =>
    form === "DNS" ? dnsIdentifier(text) : form === "IP" ? ipIdentifier(text) : undefined
  );
  if (commonName !== undefined) found.push(ipIdentifier(commonName) ?? dnsIdentifier(commonName));
  return sortedIdentifiers(found.map((one) => {
    if (one === undefined) throw bad("it has a name that is neither a host's nor an address");
    return one;
  }));
}

/**
 * What a certificate for an order says: its names, and that it is for servers and clients. Nothing else of the request
 * was shown by anybody, so nothing else is taken over.
 */
export function orderedContent(csr: CertificationRequest): RequestedContent {
  const identifiers = identifiersOf(csr);
  const names = identifiers.map(({ type, value }) => (type === "ip" ? ipAddress(value) : dnsName(value)));
  const written = commonNameOf(csr.subject) ?? "";
  const commonName = written === "" || written.length > LONGEST_COMMON_NAME ? undefined : written;
  const bits = csr.publicKey.kind === "RSA"
    ? [KEY_USAGE.digitalSignature, KEY_USAGE.keyEncipherment]
    : [KEY_USAGE.digitalSignature];
  return {
    subject: commonName === undefined ? EMPTY_NAME : commonNameDer(commonName),
    extensions: [
      keyUsage(bits, true),
      extendedKeyUsage([OID.SERVER_AUTH, OID.CLIENT_AUTH], false),
      subjectAltNameExtension(names, commonName === undefined),
    ],
  };
}

/** RFC 5280 A.1, ub-common-name. */
const LONGEST_COMMON_NAME = 64;

const EMPTY_NAME = Uint8Array.of(0x30, 0);

async function orBadCsr<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof CaucaseError) || error instanceof AcmeProblem) throw error;
    throw new AcmeProblem("badCSR", error.message, { cause: error });
  }
}

function bad(reason: string): AcmeProblem {
  return new AcmeProblem("badCSR", `the request is not taken: ${reason}`);
}
