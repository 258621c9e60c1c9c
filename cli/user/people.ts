/** The users of a server, from its register. */
import type { CertificateEntry } from "../../core/protocol/register.ts";

/** `Bob` for `CN=Bob,O=Example`, as the text of a subject has it; the whole where there is none. */
export function commonNameIn(subject: string): string {
  const [, name] = /(?:^|,)CN=((?:\\.|[^,\\])+)/.exec(subject) ?? [];
  return name ?? subject;
}

/** Whether a certificate still makes its holder a user. */
export function isGood({ status }: Pick<CertificateEntry, "status">): boolean {
  return status === "valid" || status === "expiring";
}
