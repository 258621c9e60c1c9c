/** The users of a server, from its register. */
import type { CertificateEntry } from "../../core/protocol/register.ts";

/**
 * `Bob` for `CN=Bob,O=Example`, the text of a subject as `nameToText` makes it; the whole where there is none. What is
 * escaped in it parts nothing: `O=a\,CN=Bob` is nobody's common name.
 */
export function commonNameIn(subject: string): string {
  const parts = subject.match(/(?:\\.|[^,+\\])+/gsu) ?? [];
  const common = parts.find((part) => part.startsWith("CN="))?.slice("CN=".length);
  // What controls is left as it is written: as bytes in hexadecimal.
  return common?.replace(/\\([ "#+,;<>\\])/g, "$1") ?? subject;
}

/** Whether a certificate still makes its holder a user. */
export function isGood({ status }: Pick<CertificateEntry, "status">): boolean {
  return status === "valid" || status === "expiring";
}
