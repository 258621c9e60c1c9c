/** Who did something: whom `--by` means. */
import type { AuditEntry } from "../../core/audit/entry.ts";
import { isIP } from "node:net";
import type { ApiClient } from "../net/api_client.ts";
import { certificatesOf } from "../user/user_certificates.ts";

/** Kinds of authors, as entries have them. */
const KINDS: readonly string[] = ["user", "holder", "account", "anonymous", "server", "operator"];

/**
 * What entries say of the author that a person calls `text`: a kind, a serial number or an address as it is; of a user,
 * the serial numbers of all certificates that they ever had.
 * @throws `not-found` for a user that the register does not have
 */
export async function authorsNamed(cau: Pick<ApiClient, "register">, text: string): Promise<ReadonlySet<string>> {
  if (KINDS.includes(text) || /^\d+$/.test(text) || isIP(text) !== 0) return new Set([text]);
  return new Set((await certificatesOf(cau, text)).map(({ serial }) => `${serial}`));
}

export function isBy({ actor: { kind, serial, id, address } }: AuditEntry, authors: ReadonlySet<string>): boolean {
  return [kind, serial, id, address].some((value) => typeof value === "string" && authors.has(value));
}
