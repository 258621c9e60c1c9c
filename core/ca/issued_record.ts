/** What the stores are given of a certificate. */
import type { Origin } from "./events.ts";
import type { IssuedCertificate } from "./issuer.ts";

/** A certificate with how it came about. */
export interface IssuedRecord {
  readonly certificate: IssuedCertificate;
  readonly origin: Origin;
  /** When the row that the protocol reads may be forgotten. The register keeps it until long after `notAfter`. */
  readonly keptUntil: number;
}
