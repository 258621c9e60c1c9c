/** What becomes of a certificate, as the register and its filters say it. */

/**
 * `expiring`: it has 31 days left or less, and was not renewed. A revoked one is `revoked` for good, whether it has
 * ended since or not.
 */
export const CERTIFICATE_STATUSES = ["valid", "expiring", "expired", "revoked"] as const;
export type CertificateStatus = typeof CERTIFICATE_STATUSES[number];
