/** The options of the commands of `caucase cert`. */
import { InvalidArgumentError, Option } from "@commander-js/extra-typings";
import { STATUS_FILTERS } from "../../core/protocol/certificate_status.ts";
import { countFromOne, modeOption, SHARED } from "../options.ts";
import { newUserVerb } from "../profile/user_verb.ts";

/** The newest CA certificate, where one of its key identifiers could stand. */
export const NEWEST = "newest";

const MODE = modeOption().default("service" as const);

export const LIST_EXAMPLES = [
  [
    "What ends within a week, and why it was not renewed:",
    "caucase cert list --status expiring --expires-before 7d",
  ],
  ["Hosts that lack the CA certificate that was made last:", "caucase cert list --lacks-ca newest"],
  ["What Bob approved and is in use:", "caucase cert list --status current --by Bob"],
  ["All certificates of a host, for a program:", "caucase cert list --name www.example.org --json"],
] as const;

export function certListCommand() {
  return newUserVerb("cert list", "List certificates of the server's register, the newest first.", LIST_EXAMPLES)
    .addOption(MODE)
    .addOption(
      new Option("--status <status>", "only those of this status; current: valid and not renewed").choices(
        STATUS_FILTERS,
      ),
    )
    .option("--name <text>", "only those with this in their subject or in one of their names")
    .option("--expires-before <time>", "only those that end before a day (2026-12-24), or within days (14d)", endTime)
    .option("--issuer <hex>", "only those of the CA certificate with this key identifier", keyIdentifier)
    .option("--by <user>", "only those that this user approved; a common name or a subject")
    .addOption(authorityOption("--has-ca", "only those in use whose holders have this CA certificate: newest, or hex"))
    .addOption(authorityOption("--lacks-ca", "only those in use whose holders were not heard of since it was made"))
    .option("--limit <n>", "at most so many (default: all)", countFromOne)
    .option(...SHARED.json);
}

function authorityOption<Flag extends "--has-ca" | "--lacks-ca">(flag: Flag, description: string) {
  const parse = (text: string) => text === NEWEST ? text : keyIdentifier(text);
  const others = ["status", "hasCa", "lacksCa"].filter((name) => name !== (flag === "--has-ca" ? "hasCa" : "lacksCa"));
  return new Option(`${flag} <hex>`, description).argParser(parse).conflicts(others);
}

export const SHOW_EXAMPLES = [
  ["How a certificate came about, and what became of it:", "caucase cert show 1234"],
  ["That of a host, the newest one:", "caucase cert show www.example.org"],
] as const;

export function certShowCommand() {
  return newUserVerb(
    "cert show",
    "Show a certificate: names, key, validity, who approved it, the renewals before and after it, its revocation.",
    SHOW_EXAMPLES,
  )
    .argument("<serial>", "serial number, decimal; a file that holds the certificate; or a name that it has")
    .addOption(MODE)
    .option(...SHARED.json);
}

export const GET_EXAMPLES = [
  ["Of the register, into a file:", "caucase cert get 1234 --out www.crt.pem"],
  ["What became of a request, beside its key:", "caucase cert get --request 2229140326336282122 --out www.pem"],
] as const;

export function certGetCommand() {
  return newUserVerb("cert get", "Fetch a certificate, to standard output or into a file.", GET_EXAMPLES)
    .argument("[serial]", "serial number, decimal")
    .addOption(MODE)
    .option("--request <request>", "that for the request with this id, instead; no user is needed")
    .option("--out <path>", "the file to write; to one that holds the private key, it is added")
    .option("--der", "DER, not PEM");
}

export const RENEW_EXAMPLES = [
  ["A user's own certificate, where less than 31 days are left:", "caucase cert renew --threshold 31"],
  ["That of a service, at once:", "caucase cert renew www.pem"],
] as const;

export function certRenewCommand() {
  return newUserVerb("cert renew", "Renew a certificate with its key, by one with a new key.", RENEW_EXAMPLES)
    .argument("[crt]", "the file with the certificate; the user's own unless given")
    .option("--key <path>", "the file with its private key, where that is another one")
    .option(...SHARED.threshold)
    .option(...SHARED.keyLen, 2048);
}

export const REVOKE_EXAMPLES = [
  ["A key was stolen:", "caucase cert revoke 1234"],
  ["With the certificate at hand:", "caucase cert revoke www.crt.pem"],
] as const;

export function certRevokeCommand() {
  return newUserVerb("cert revoke", "Show certificates, ask, and revoke them. This cannot be undone.", REVOKE_EXAMPLES)
    .argument("<serial...>", "serial numbers, decimal; files that hold a certificate; - is standard input")
    .addOption(MODE)
    .option(...SHARED.yes);
}

/** Unix seconds, from a day or a number of days from now: `now` is asked when the command line is read. */
function endTime(text: string): number {
  const [, days] = /^(\d{1,5})d?$/.exec(text) ?? [];
  if (days !== undefined) return Math.floor(Date.now() / 1000) + Number(days) * 86_400;
  const time = /^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\dZ)?$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time)) throw new InvalidArgumentError("It must be a day like 2026-12-24, or days like 14d.");
  return time / 1000;
}

function keyIdentifier(text: string): string {
  const digits = text.replaceAll(":", "").toLowerCase();
  if (!/^[0-9a-f]{1,64}$/.test(digits)) throw new InvalidArgumentError("It must be hexadecimal digits.");
  return digits;
}
