/** Orders that say which certificate they replace (RFC 9773 5). */
import { type Identifier, identifierKey } from "../../core/acme/identifier.ts";
import { identifiersOf } from "../../core/acme/order_csr.ts";
import { AcmeProblem } from "../../core/acme/problem.ts";
import { parseRenewalId } from "../../core/acme/renewal_info.ts";
import { parseCertificate } from "../../core/x509/certificate.ts";
import type { AccountCall } from "./call.ts";

/**
 * The serial number of the certificate that an order names as replaced.
 * @throws `AcmeProblem` `malformed` for a certificate that the account did not order, or that has none of the names
 */
export async function replacedSerial(
  id: string,
  identifiers: readonly Identifier[],
  { stores, account }: AccountCall,
): Promise<bigint> {
  const { issuer, serial } = parseRenewalId(id);
  const registered = await stores.certificates.registered(serial);
  const origin = registered?.origin;
  if (registered?.issuer !== issuer || origin?.kind !== "acme" || origin.account !== account.id) {
    throw new AcmeProblem("malformed", "replaces names no certificate of this account");
  }
  const names = new Set(identifiersOf(await parseCertificate(registered.der)).map(identifierKey));
  if (!identifiers.some((identifier) => names.has(identifierKey(identifier)))) {
    throw new AcmeProblem("malformed", "replaces names a certificate for other names");
  }
  return serial;
}
