/** What becomes of a certificate, as the register and its filters say it. */

/**
 * `expiring`: it has 31 days left or less, and was not renewed. A revoked one is `revoked` for good, whether it has
 * ended since or not.
 */
export const CERTIFICATE_STATUSES = ["valid", "expiring", "expired", "revoked"] as const;
export type CertificateStatus = typeof CERTIFICATE_STATUSES[number];

/** What lists can be narrowed to. `current`: `valid` or `expiring`, and not renewed: what its holder should use now. */
export const STATUS_FILTERS = [...CERTIFICATE_STATUSES, "current"] as const;
export type StatusFilter = typeof STATUS_FILTERS[number];
