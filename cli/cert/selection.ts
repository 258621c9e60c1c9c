/** Which certificates of the register `cert list` is about. */
import { isByEnd } from "../../core/ca/register.ts";
import type { CertificateEntry } from "../../core/protocol/register.ts";
import type { PublicCa } from "../../core/protocol/routes.ts";
import type { Connection } from "../profile/connection.ts";
import { certificatesOf } from "../user/user_certificates.ts";
import { authorityNamed, hasAuthority, holdersText } from "./ca_holders.ts";
import type { certListCommand } from "./command.ts";
import { type Search, searchRegister } from "./register_pages.ts";

/** What the command line asks for. */
type Wanted = Omit<ReturnType<ReturnType<typeof certListCommand>["opts"]>, "mode" | "json">;

export interface Selection {
  readonly found: readonly CertificateEntry[];
  /** Whether it matters if they were renewed, and why not. */
  readonly isAboutRenewal: boolean;
  /** What is to be said of all of them; undefined for nothing. */
  readonly summary: string | undefined;
}

type Server = Pick<Connection, "apis" | "now" | "authorities">;

/** @throws `not-found` for a user, or a CA certificate, that there is not */
export async function selectCertificates(server: Server, ca: PublicCa, wanted: Wanted): Promise<Selection> {
  const { by, hasCa, lacksCa, limit = Infinity } = wanted;
  const search = searchFor(wanted);
  // The server knows nothing of these: all are looked at here.
  const isNarrowed = [by, hasCa, lacksCa].some((one) => one !== undefined);
  const listed = await searchRegister(server.apis[ca], search, isNarrowed ? Infinity : limit);
  const found = by === undefined ? listed : await approvedBy(server, listed, by);
  if (hasCa === undefined && lacksCa === undefined) {
    return { found: found.slice(0, limit), isAboutRenewal: isByEnd({ ...search, limit }), summary: undefined };
  }
  const authority = authorityNamed(await server.authorities(ca), hasCa ?? lacksCa ?? "", server.now);
  const wantsHaving = hasCa !== undefined;
  const shown = found.filter((entry) => hasAuthority(entry, authority) === wantsHaving);
  const having = wantsHaving ? shown.length : found.length - shown.length;
  const summary = holdersText(authority, having, found.length);
  return { found: shown.slice(0, limit), isAboutRenewal: true, summary };
}

/** Who has a CA certificate is asked of what is in use. */
function searchFor({ status, name, expiresBefore, issuer, hasCa, lacksCa }: Wanted): Search {
  const isAboutHolders = hasCa !== undefined || lacksCa !== undefined;
  return {
    ...(status !== undefined && { status }),
    ...(isAboutHolders && { status: "current" }),
    ...(name !== undefined && { name }),
    ...(expiresBefore !== undefined && { expiresBefore }),
    ...(issuer !== undefined && { issuer }),
  };
}

async function approvedBy({ apis }: Server, entries: readonly CertificateEntry[], name: string) {
  const serials = new Set((await certificatesOf(apis.cau, name)).map(({ serial }) => serial));
  return entries.filter(({ by }) => by?.kind === "user" && serials.has(by.serial));
}
