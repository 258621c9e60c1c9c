/** The kinds of notifications, as options and receivers name them. */

export const NOTIFICATION_KINDS = [
  "request-waiting",
  "request-waiting-long",
  "certificate-expiring",
  "user-certificate-expiring",
  "revoked",
  "ca-certificate-made",
  "backup-failed",
  "backup-old",
  "job-failing",
  "job-recovered",
] as const;

/** What may be filtered by. A test goes to everybody who asks for one. */
export type FilterKind = typeof NOTIFICATION_KINDS[number];
