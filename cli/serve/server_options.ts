/** The options of `caucase serve`, but for those of ACME. */
import { Option } from "@commander-js/extra-typings";
import { LOG_LEVELS } from "../../core/log.ts";
import { NOTIFICATION_KINDS } from "../../core/notify/notification_kinds.ts";
import type { Prose } from "../manual/prose.ts";
import {
  collect,
  countFromOne,
  hostAndPort,
  lifeSpanDays,
  logFormatOption,
  port,
  SHARED,
  somewhere,
  wholeNumber,
} from "../options.ts";
import { newCommand } from "../subcommand.ts";

/** @param manual what its help ends with is there */
export function serverCommand(manual: Prose) {
  return newCommand("serve", "Run a certificate authority for services and one for users.", manual)
    .optionsGroup("Address:")
    .requiredOption("--netloc <host[:port]>", "how clients reach this server; goes into CA names and certificates")
    .option(
      "--base-port <port>",
      "port of HTTP; HTTPS is on the next, or on 443 for 80 (default: netloc's, else 80)",
      port,
    )
    .option("--bind <address>", "listen here instead of on all that netloc resolves to; repeatable", collect)
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
    .optionsGroup("Database:")
    .option(...SHARED.db)
    .option("--register-keep <days>", "how long the register keeps a certificate after its end", lifeSpanDays, 365)
    .option("--accept-clock", "take the clock for right although the database has seen a later time")
    .optionsGroup("Certificate for HTTPS:")
    .option("--server-key <path>", "its key and the certificate, kept by the server", "server.key.pem")
    .option(...SHARED.threshold, 31)
    .optionsGroup("Keys and certificates:")
    .option("--service-crt-validity <days>", "how long certificates for services are valid", lifeSpanDays, 93)
    .option(...SHARED.userCrtValidity)
    .option(...SHARED.keyLen, 2048)
    .addOption(signerOption())
    .option("--libcrypto <path>", "the file of libcrypto 3, where it is not one of the well-known ones", somewhere)
    .optionsGroup("Requests:")
    .option("--service-max-csr <n>", "pending requests for services, at most", wholeNumber, 50)
    .option("--user-max-csr <n>", "pending requests of users, at most", wholeNumber, 50)
    .option("--service-auto-approve-count <n>", "sign this many first requests for services unasked", wholeNumber, 0)
    .option("--user-auto-approve-count <n>", "sign this many first requests of users unasked", wholeNumber, 1)
    .option("--lock-auto-approve-count", "write both counts down for good, the first time")
    .optionsGroup("Backups:")
    .option("--backup-directory <folder>", "make backups in this folder, encrypted to the users of that time")
    .option("--backup-period <days>", "from one backup to the next", lifeSpanDays, 1)
    .option("--backup-keep <n>", "remove all but this many backups after a new one (default: keep all)", countFromOne)
    .optionsGroup("Notifications:")
    .option("--notify <url>", "tell this webhook (https:) or mailbox (smtp:) what happens; repeatable", collect)
    .addOption(notifyFilterOption())
    .option("--notify-secret <path>", "sign webhooks with the secret in the first line of this file", somewhere)
    .optionsGroup("Health and logs:")
    .addOption(opsListenOption())
    .addOption(auditWitnessOption())
    .option("--access-log <path>", "a file, opened again on SIGHUP; - is standard output, off is none", somewhere, "-")
    .addOption(logFormatOption())
    .addOption(logLevelOption())
    .optionsGroup("Web pages of other origins:")
    .option("--cors-key-store <path>", "keys that sign a person's consent, kept by the server", "cors.key")
    .option("--cors-whitelist <url...>", "origins that need no consent");
}

function signerOption() {
  return new Option(
    "--signer <library>",
    "what signs: OpenSSL's libcrypto 3 is native; auto takes it where there is one",
  )
    .choices(["auto", "webcrypto", "native"] as const).default("auto" as const);
}

function opsListenOption() {
  const what = "health (/livez, /readyz) and /metrics over plain HTTP here, for whoever gets there; off unless given";
  return new Option("--ops-listen <host:port>", what).argParser(hostAndPort);
}

function auditWitnessOption() {
  const what = "append each checkpoint of the audit log to this file, or POST it to this URL; repeatable";
  return new Option("--audit-witness <place>", what).argParser(collect);
}

function logLevelOption() {
  return new Option("--log-level <level>", "the least that goes to standard error").choices(LOG_LEVELS)
    .default("info" as const);
}

function notifyFilterOption() {
  return new Option("--notify-filter <kind...>", "tell these kinds alone; #KIND,KIND in a URL says so for one")
    .choices(NOTIFICATION_KINDS);
}
