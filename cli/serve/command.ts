/** The options of `caucase serve`, and what its page of the manual says besides. */
import { EXIT_STATUS, type Prose } from "../manual/prose.ts";
import { collect, countFromOne, days, keyBits, lifeSpanDays, port, wholeNumber } from "../options.ts";
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
    .option("--backup-keep <n>", "remove all but this many backups after a new one (default: keep all)", countFromOne);
}

export const serveManual: Prose = {
  description: [
    "Runs both authorities until SIGTERM or SIGINT: then no more connections are taken, and requests that run are finished. " +
    "HTTP is served at the base port, HTTPS at the next one (at 443 beside 80). Users are known by their TLS client " +
    "certificate: nothing that ends TLS may stand before the HTTPS port.",
    "`--netloc` goes into the names of CA certificates and into the address of the revocation list in every certificate: choose " +
    "a name that lasts for years.",
    "Ports under 1024 need a right of their own: run as a service that has it (systemd: AmbientCapabilities=" +
    "CAP_NET_BIND_SERVICE), or choose another port with `--netloc` or `--base-port`.",
    "The access log goes to standard output, in Apache's combined form; everything else to standard error.",
  ],
  exitStatus: [
    ["0", "It was stopped by a signal."],
    ["1", "It could not start, or a part of it failed; a line on standard error names the reason."],
    EXIT_STATUS.usage,
  ],
  files: [
    [
      "caucase.sqlite",
      "The database (`--db`), beside its write-ahead log and lock. It holds the CA keys unencrypted: whoever " +
      "reads it is the CA. It is made with mode 0600.",
    ],
    ["server.key.pem", "Key and certificate for HTTPS (`--server-key`); made and renewed by the server."],
    ["cors.key", "Keys that sign the consent to requests of other origins (`--cors-key-store`)."],
  ],
  examples: [
    [
      "With a backup every day, of which the last 30 are kept:",
      "caucase serve --netloc ca.example.org --db /var/lib/caucase/caucase.sqlite \\\n" +
      "  --server-key /var/lib/caucase/server.key.pem --cors-key-store /var/lib/caucase/cors.key \\\n" +
      "  --backup-directory /var/backups/caucase --backup-keep 30",
    ],
  ],
  seeAlso: ["client", "manage", "probe"],
};
