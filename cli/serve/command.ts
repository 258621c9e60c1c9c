/** The options of `caucase serve`. */
import { Option } from "@commander-js/extra-typings";
import { LOG_FORMATS, LOG_LEVELS } from "../../core/log.ts";
import { collect, countFromOne, days, keyBits, lifeSpanDays, port, somewhere, wholeNumber } from "../options.ts";
import { newCommand } from "../subcommand.ts";

export function serveCommand() {
  return newCommand("serve", "Run a certificate authority for services and one for users.")
    .requiredOption("--netloc <host[:port]>", "how clients reach this server; goes into CA names and certificates")
    .option(
      "--base-port <port>",
      "port of HTTP; HTTPS is on the next, or on 443 for 80 (default: netloc's, else 80)",
      port,
    )
    .option("--bind <address>", "listen here instead of on all that netloc resolves to; repeatable", collect)
    .option("--db <path>", "the SQLite database", "caucase.sqlite")
    .option("--server-key <path>", "key and certificate for HTTPS, kept by the server", "server.key.pem")
    .option("--cors-key-store <path>", "keys that sign the consent for other origins, kept by the server", "cors.key")
    .option("--cors-whitelist <url...>", "origins that need no consent")
    .option("--threshold <days>", "renew the certificate for HTTPS with less than this left", days, 31)
    .option("--key-len <bits>", "RSA bits of new keys", keyBits, 2048)
    .option("--service-crt-validity <days>", "life span of certificates for services", lifeSpanDays, 93)
    .option("--user-crt-validity <days>", "life span of certificates for users", lifeSpanDays, 93)
    .option("--service-max-csr <n>", "pending requests for services, at most", wholeNumber, 50)
    .option("--user-max-csr <n>", "pending requests of users, at most", wholeNumber, 50)
    .option("--service-auto-approve-count <n>", "sign this many first requests for services unasked", wholeNumber, 0)
    .option("--user-auto-approve-count <n>", "sign this many first requests of users unasked", wholeNumber, 1)
    .option(
      "--max-connections <n>",
      "open connections at most (default: 10000, or what the limit of open files allows)",
      countFromOne,
    )
    .option(
      "--max-connections-per-address <n>",
      "of these for one address, or one IPv6 /64 (default: a quarter; more behind a proxy)",
      countFromOne,
    )
    .option("--accept-clock", "take the clock for right although the database has seen a later time")
    .option("--lock-auto-approve-count", "write both counts down for good, the first time")
    .option("--backup-directory <folder>", "make backups in this folder, encrypted to the users of that time")
    .option("--backup-period <days>", "from one backup to the next", lifeSpanDays, 1)
    .option("--backup-keep <n>", "remove all but this many backups after a new one (default: keep all)", countFromOne)
    .option("--access-log <path>", "a file, opened again on SIGHUP; - is standard output, off is none", somewhere, "-")
    .addOption(new Option("--log-format <format>", "of standard error").choices(LOG_FORMATS).default("text" as const))
    .addOption(
      new Option("--log-level <level>", "the least that goes there").choices(LOG_LEVELS).default("info" as const),
    );
}
