/** What the manual says about `caucase serve`. */
import { EXIT_STATUS, type Prose } from "../manual/prose.ts";

export const serveManual: Prose = {
  description: [
    "Runs both authorities until SIGTERM or SIGINT: then no more connections are taken, and requests that run are finished. " +
    "HTTP is served at the base port, HTTPS at the next one (at 443 beside 80). Users are known by their TLS client " +
    "certificate: nothing that ends TLS may stand before the HTTPS port.",
    "`--netloc` goes into the names of CA certificates and into the address of the revocation list in every certificate: choose " +
    "a name that lasts for years.",
    "Ports under 1024 need a right of their own: run as a service that has it (systemd: AmbientCapabilities=" +
    "CAP_NET_BIND_SERVICE), or choose another port with `--netloc` or `--base-port`.",
    "The access log goes to standard output, in Apache's combined form, or where `--access-log` says: its file is opened again " +
    "after a SIGHUP, for logrotate. All else goes to standard error, one event a line: time, level, name, sentence, or a JSON " +
    "object with `--log-format json`. docs/operating.md lists the events.",
  ],
  exitStatus: [
    ["0", "It was stopped by a signal."],
    ["1", "It could not start, or a part of it failed; a line on standard error names the reason."],
    EXIT_STATUS.usage,
  ],
  environment: [
    [
      "JOURNAL_STREAM",
      "Set by systemd: when it is about standard error, lines have the journal's form of levels, and no time.",
    ],
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
