/** `caucase serve`, and what its page of the manual says besides its options. */
import { EXIT_STATUS, type Prose } from "../manual/prose.ts";
import { withAcmeOptions } from "./acme_options.ts";
import { serverCommand } from "./server_options.ts";

export function serveCommand() {
  return withAcmeOptions(serverCommand(serveManual));
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
