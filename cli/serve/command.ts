/** The options of `caucase serve`, and what its page of the manual says besides. */
import { Option } from "@commander-js/extra-typings";
import { LOG_LEVELS } from "../../core/log.ts";
import { NOTIFICATION_KINDS } from "../../core/notify/notification_kinds.ts";
import { EXIT_STATUS, type Prose } from "../manual/prose.ts";
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
import { withAcmeOptions } from "./acme_options.ts";

export function serveCommand() {
  const command = newCommand("serve", "Run a certificate authority for services and one for users.", serveManual)
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
  return withAcmeOptions(command);
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

export const serveManual: Prose = {
  description: [
    "Runs both authorities until SIGTERM or SIGINT. It then takes no more connections, and finishes the requests " +
    "that run. HTTP is served at the base port, HTTPS at the next one (at 443 beside 80). Users are known by their " +
    "TLS client certificate: nothing that ends TLS may stand before the HTTPS port.",
    "`--netloc` goes into the names of CA certificates, and into the address of the CRL in every certificate: " +
    "choose a name that lasts for years.",
    "Ports under 1024 need a special right. Run it as a service that has this right (systemd: " +
    "AmbientCapabilities=CAP_NET_BIND_SERVICE), or choose another port with `--netloc` or `--base-port`.",
    "Signatures are made and verified by OpenSSL's libcrypto 3 where the machine has it in a well-known folder, else " +
    "by WebCrypto, which is part of the program. `--signer` and `--libcrypto` choose; docs/operating.md tells the " +
    "folders.",
    "`--ops-listen 127.0.0.1:9119` opens a port for those who run the server: whether it lives and is ready, and its " +
    "metrics for Prometheus. It tells nothing that is secret, but whoever reaches that address may read it. " +
    "docs/operating.md lists the metrics.",
    "`--notify` tells somebody what happens: an `https:` URL gets a POST of JSON, and a URL like " +
    "`smtp://host/?from=ADDRESS&to=ADDRESS` (or `smtps:`) a mail. What cannot be delivered is tried again for a day. " +
    "A user in such a URL needs `password-file=PATH` there. docs/operating.md, Notifications, shows all messages; " +
    "`caucase manage --notify-test` sends one.",
    "`--acme` lets ACME clients (certbot, lego, Caddy and others) get certificates for services. The directory is at " +
    "/acme/directory of HTTPS. `challenge` signs at once for who proves control of the names, `approval` lets users " +
    "decide as about any request, `both` wants the proof first. The server connects to hosts to validate them: to " +
    "loopback, link-local and metadata addresses only where `--acme-allow-address` says so, to itself never.",
    "The access log goes to standard output, in Apache's combined form, or where `--access-log` says: its file is " +
    "opened again after a SIGHUP, for logrotate. Everything else goes to standard error, one event a line: time, " +
    "level, name, sentence, or a JSON object with `--log-format json`. docs/operating.md lists the events.",
  ],
  exitStatus: [
    ["0", "It was stopped by a signal."],
    ["1", "It could not start, or a part of it failed; a line on standard error names the reason."],
    EXIT_STATUS.usage,
  ],
  files: [
    [
      "caucase.sqlite",
      "The database (`--db`), beside its write-ahead log and lock. It is made with mode 0600, for it holds the CA " +
      "keys unencrypted: with a copy of it anybody can sign as the CA.",
    ],
    ["server.key.pem", "Key and certificate for HTTPS (`--server-key`); made and renewed by the server."],
    ["cors.key", "Keys that sign the consent to requests of other origins (`--cors-key-store`)."],
  ],
  environment: [
    [
      "JOURNAL_STREAM",
      "Set by systemd: when it is about standard error, lines have the journal's form of levels, and no time.",
    ],
    [
      "OTEL_DENO, OTEL_EXPORTER_OTLP_ENDPOINT, …",
      "With OTEL_DENO=true, traces go to that OpenTelemetry collector; docs/operating.md says more.",
    ],
  ],
  examples: [
    [
      "With a backup every day, of which the last 30 are kept:",
      "caucase serve --netloc ca.example.org --db /var/lib/caucase/caucase.sqlite \\\n" +
      "  --server-key /var/lib/caucase/server.key.pem \\\n" +
      "  --cors-key-store /var/lib/caucase/cors.key \\\n" +
      "  --backup-directory /var/backups/caucase --backup-keep 30",
    ],
  ],
  seeAlso: ["client", "manage", "probe"],
};
