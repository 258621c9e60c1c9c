/** What receivers are told: the kinds of notifications, what each holds, and the sentence for a person. */
import type { CaName } from "../ca/stores.ts";
import { timeText } from "../log.ts";
import type { ForeignNames } from "./foreign_names.ts";

/** Times are Unix seconds. */
export type Notification =
  | {
    readonly kind: "request-waiting" | "request-waiting-long";
    readonly ca: CaName;
    readonly requestId: bigint;
    /** Key identifier of the key in the request, hex. */
    readonly keyId: string;
    readonly names: ForeignNames;
    /** When it came, or when it was seen first. */
    readonly since: number;
  }
  | {
    readonly kind: "certificate-expiring" | "user-certificate-expiring";
    readonly ca: CaName;
    readonly serial: bigint;
    readonly names: ForeignNames;
    readonly notAfter: number;
    /** It has less than this left: 14, 7 or 1. */
    readonly days: number;
  }
  | {
    readonly kind: "revoked";
    readonly ca: CaName;
    readonly serial: bigint;
    /** Undefined when the register does not know the certificate. */
    readonly names: ForeignNames | undefined;
    readonly by: string;
  }
  | {
    readonly kind: "ca-certificate-made";
    readonly ca: CaName;
    readonly keyId: string;
    readonly notAfter: number;
    readonly imported: boolean;
  }
  | { readonly kind: "backup-old"; readonly newest: number }
  | {
    readonly kind: "backup-failed" | "job-failing" | "job-recovered";
    readonly job: string;
    readonly since: number;
    /** What went wrong last; undefined after a recovery. */
    readonly error: string | undefined;
  }
  | { readonly kind: "test" };

/** What people call the CAs. */
const CA_TEXT: Readonly<Record<CaName, string>> = { cas: "services", cau: "users", http_cas: "the HTTPS listener" };

/**
 * One line for a person. What strangers wrote comes into it only as `ForeignNames.plain`, which no chat program, mail
 * program or terminal takes for anything but letters.
 */
export function sentenceOf(notification: Notification): string {
  switch (notification.kind) {
    case "request-waiting":
      return `a request for ${
        CA_TEXT[notification.ca]
      } waits: ${notification.names.plain}, id ${notification.requestId}`;
    case "request-waiting-long":
      return `a request for ${CA_TEXT[notification.ca]} has waited for more than a day: ${notification.names.plain}, ` +
        `id ${notification.requestId}`;
    case "certificate-expiring":
    case "user-certificate-expiring":
      return expiringSentence(notification);
    case "revoked":
      return `a certificate for ${CA_TEXT[notification.ca]} was revoked by ${notification.by}: ` +
        `${notification.names?.plain ?? "unknown"}, serial ${notification.serial}`;
    case "ca-certificate-made":
      return `a CA certificate for ${CA_TEXT[notification.ca]} was ${notification.imported ? "imported" : "made"}, ` +
        `valid until ${timeText(notification.notAfter)}`;
    case "backup-old":
      return `the newest backup is too old: made ${timeText(notification.newest)}`;
    case "backup-failed":
    case "job-failing":
      return `${notification.job} fails since ${timeText(notification.since)}`;
    case "job-recovered":
      return `${notification.job} works again, it had failed since ${timeText(notification.since)}`;
    case "test":
      return "this is a test, nothing happened";
  }
}

function expiringSentence(
  { kind, names, notAfter, serial }: Extract<Notification, { readonly days: number }>,
): string {
  const whose = kind === "certificate-expiring" ? "a certificate" : "a user's certificate";
  return `${whose} ends ${timeText(notAfter)} and was not renewed: ${names.plain}, serial ${serial}`;
}
