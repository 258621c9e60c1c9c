/** The options of `caucase serve` for ACME. */
import { Option } from "@commander-js/extra-typings";
import { ACME_POLICIES, DEFAULT_LIMITS, DEFAULT_LIVES } from "../../core/acme/acme_settings.ts";
import { SECONDS_PER_DAY } from "../../core/ca/lifecycle.ts";
import { countFromOne, days, port } from "../options.ts";
import type { serverCommand } from "./server_options.ts";

const POLICY = "let ACME clients get certificates for services: for proof of control, for a user's approval, or both";

/**
 * The command with them. Not generic: for a command of any type the compiler needs half an hour to tell what follows
 * from eighteen options.
 */
export function withAcmeOptions(command: ReturnType<typeof serverCommand>) {
  return command
    .optionsGroup("ACME:")
    .addOption(new Option("--acme <policy>", POLICY).choices(ACME_POLICIES))
    .addOption(
      new Option("--acme-eab <rule>", "whether accounts need a key that a user issued")
        .choices(["optional", "required"] as const).default("optional" as const),
    )
    .option("--acme-allow <pattern...>", "names that may be ordered: *.example.org, 10.0.0.0/8 (default: all)")
    .option("--acme-deny <pattern...>", "names that may not be ordered, even where --acme-allow has them")
    .option("--no-acme-renew-approved", "ask users again when an account renews names that they approved")
    .option("--acme-terms <url>", "terms of service that accounts must agree to")
    .option("--acme-website <url>", "a page about this server, for people")
    .option(
      "--acme-accounts-per-hour <n>",
      "accounts that one address may make in an hour",
      countFromOne,
      DEFAULT_LIMITS.accountsPerAddressAndHour,
    )
    .option(
      "--acme-pending-orders <n>",
      "unfinished orders of an account, at most",
      countFromOne,
      DEFAULT_LIMITS.pendingOrdersPerAccount,
    )
    .option("--acme-identifiers <n>", "names of an order, at most", countFromOne, DEFAULT_LIMITS.identifiersPerOrder)
    .option(
      "--acme-failures <n>",
      "failed validations of an account and a name in an hour, at most",
      countFromOne,
      DEFAULT_LIMITS.failuresPerName,
    )
    .option(
      "--acme-authorization-life <days>",
      "how long an account need not prove a name again; 0: for each order",
      days,
      DEFAULT_LIVES.validAuthorization / SECONDS_PER_DAY,
    )
    .option("--acme-http-port <port>", "where http-01 connects", port, 80)
    .option("--acme-tls-port <port>", "where tls-alpn-01 connects", port, 443)
    .option("--acme-resolver <address...>", "who is asked for names, as 192.0.2.1:53 (default: the system's resolvers)")
    .option("--acme-allow-address <range...>", "validate there although it is loopback, link-local or the like")
    .option("--acme-deny-address <range...>", "never validate there");
}
