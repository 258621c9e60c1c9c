/** Whether a certificate that one of our CAs issued is good right now. */
import { CaucaseError } from "../errors.ts";
import { type Certificate, isValidAt } from "../x509/certificate.ts";
import type { Issuer } from "./issuer.ts";
import type { Issuers } from "./issuers.ts";
import type { CaStores } from "./stores.ts";

export class Verification {
  constructor(private readonly stores: CaStores, private readonly issuers: Issuers) {}

  /**
   * The CA certificate that issued `certificate`, which is within its dates. Says nothing of revocation.
   * @throws `untrusted`
   */
  async requireIssued(certificate: Certificate, now: number): Promise<Issuer> {
    const issuer = await this.issuers.issuerOf(certificate, now);
    if (issuer === undefined) throw new CaucaseError("untrusted", "the certificate was not issued by this CA");
    if (!isValidAt(certificate, now)) {
      throw new CaucaseError("untrusted", "the certificate has expired, or is not valid yet");
    }
    return issuer;
  }

  /** As `requireIssued`, and not revoked. */
  async requireGood(certificate: Certificate, now: number): Promise<Issuer> {
    const issuer = await this.requireIssued(certificate, now);
    if (await this.stores.revocations.isRevoked(certificate.serial)) {
      throw new CaucaseError("untrusted", "the certificate is revoked");
    }
    return issuer;
  }

  /**
   * Whether `certificate`, which `issuer` issued as was seen once, is good now. Costs no signature: for
   * what is asked on every request of a connection.
   */
  async isStillGood(certificate: Certificate, issuer: Issuer, now: number): Promise<boolean> {
    if (now > issuer.notAfter || !isValidAt(certificate, now)) return false;
    return !(await this.stores.revocations.isRevoked(certificate.serial));
  }
}
