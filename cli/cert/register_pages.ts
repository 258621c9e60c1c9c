/** The server's register, page by page. */
import { type CertificateEntry, writeCertificateList } from "../../core/protocol/register.ts";
import { PAGE_LIMIT, type RegisterQuery } from "../../core/protocol/register_query.ts";
import type { ApiClient } from "../net/api_client.ts";

/** What to look for, without pages. */
export type Search = Omit<RegisterQuery, "after" | "limit">;

/** All that `search` finds, at most `limit`, in the server's order. @throws `not-found` where there is no register */
export async function searchRegister(
  api: Pick<ApiClient, "register">,
  search: Search,
  limit = Infinity,
): Promise<CertificateEntry[]> {
  const found: CertificateEntry[] = [];
  let after: string | null | undefined;
  do {
    const size = Math.min(PAGE_LIMIT.most, limit - found.length);
    const page = await api.register({ ...search, limit: size, ...(typeof after === "string" && { after }) });
    found.push(...page.certificates);
    after = page.next;
  } while (after !== null && found.length < limit);
  return found;
}

/** With the members of the protocol's message. */
export function entriesAsJson(entries: readonly CertificateEntry[]): unknown[] {
  return JSON.parse(writeCertificateList({ certificates: entries, next: null })).certificates;
}
